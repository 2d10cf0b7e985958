"""A lane's rate, shared by all workers: GCRA on the server's clock, tokens taken by the batch."""

from sqlalchemy import text

from app.db.transaction import Session

HOLD = text("INSERT INTO rate_limit (key, taken_until) VALUES (:key, clock_timestamp()) ON CONFLICT DO NOTHING")
TAKE = text("""
    WITH held AS (SELECT key, greatest(taken_until, clock_timestamp()) AS from_when FROM rate_limit
                   WHERE key = :key FOR UPDATE),
    granted AS (SELECT key, from_when, least(:want, floor(:burst - :rate * extract(epoch FROM
                  from_when - clock_timestamp()) + 0.0001)) AS n FROM held)
    UPDATE rate_limit r SET taken_until = g.from_when + make_interval(secs => greatest(g.n, 0) / :rate)
      FROM granted g WHERE r.key = g.key RETURNING greatest(g.n, 0) AS n
""")
CHARGE = text("""
    UPDATE rate_limit SET taken_until = greatest(taken_until, clock_timestamp()) + make_interval(secs => :n / :rate)
     WHERE key = :key
""")


async def take(session: Session, key: str, *, rate: float, burst: float, want: int) -> int:
    """Take up to `want` tokens of a budget of `rate` a second; return how many were granted."""
    await session.run(HOLD, key=key)
    row = await session.first(TAKE, key=key, rate=rate, burst=burst, want=want)
    return int(row.n) if row else 0


async def charge(session: Session, key: str, *, rate: float, tokens: int) -> None:
    """Charge a budget for what cost more than was taken (texts of several segments); less gives tokens back."""
    await session.run(CHARGE, key=key, rate=rate, n=tokens)
