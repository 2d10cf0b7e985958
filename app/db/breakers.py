"""Breakers of providers: one row for each provider, channel and account, shared by all workers."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import text

from app.db.transaction import Row, Session
from app.rules.breaker import PROBE_LEASE, Breaker

NAMES = [field.name for field in fields(Breaker)]
COLUMNS = ", ".join(NAMES)
READ = f"SELECT provider, account, {COLUMNS} FROM breaker WHERE channel = :channel AND account = ANY(:accounts)"  # noqa: S608
ALL_OF = text(READ)
# One order for all, so that two workers never wait for each other.
HOLD = text(READ + " AND provider = :provider ORDER BY account FOR UPDATE")
SAVE = text(f"""
    INSERT INTO breaker (channel, provider, account, {COLUMNS})
    VALUES (:channel, :provider, :account, {", ".join(f":{name}" for name in NAMES)})
    ON CONFLICT (channel, provider, account) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in NAMES)}
""")  # noqa: S608
LEASE = text("""
    UPDATE breaker SET probe_until = :until
     WHERE channel = :channel AND provider = :provider AND account = ANY(:accounts) AND open_until <= :now
       AND (probe_until IS NULL OR probe_until <= :now)
""")
END_LEASE = text("""
    UPDATE breaker SET probe_until = NULL
     WHERE channel = :channel AND provider = :provider AND account = ANY(:accounts)
""")
REPORTED = text("SELECT provider, channel, account FROM breaker WHERE reported AND open_until IS NOT NULL")
OPEN = text(f"""
    SELECT channel, provider, account, {COLUMNS} FROM breaker
     WHERE open_until IS NOT NULL ORDER BY channel, provider, account
""")  # noqa: S608


async def read(session: Session, channel: str, accounts: Sequence[str]) -> Mapping[tuple[str, str], Breaker]:
    """Return the breakers of a channel's providers for these accounts, by (provider, account)."""
    rows = await session.all(ALL_OF, channel=channel, accounts=list(accounts))
    return {(row.provider, row.account): _breaker(row) for row in rows}


async def hold(session: Session, channel: str, provider: str, accounts: Sequence[str]) -> Mapping[str, Breaker]:
    """Lock a provider's breakers and return them by account."""
    rows = await session.all(HOLD, channel=channel, provider=provider, accounts=list(accounts))
    return {row.account: _breaker(row) for row in rows}


async def save(session: Session, channel: str, provider: str, account: str, breaker: Breaker) -> None:
    """Keep a breaker."""
    values = {name: getattr(breaker, name) for name in NAMES}
    await session.run(SAVE, channel=channel, provider=provider, account=account, **values)


async def lease_probe(session: Session, channel: str, provider: str, accounts: Sequence[str]) -> int:
    """Take the one probe of half-open breakers; return how many of them were free to take."""
    now: datetime = session.machine_now
    return await session.run(
        LEASE, channel=channel, provider=provider, accounts=list(accounts), now=now, until=now + PROBE_LEASE
    )


async def end_probe(session: Session, channel: str, provider: str, accounts: Sequence[str]) -> None:
    """Give a probe back that found nothing to send."""
    await session.run(END_LEASE, channel=channel, provider=provider, accounts=list(accounts))


async def waiting_for_word(session: Session) -> set[tuple[str, str, str]]:
    """Return those that only a receipt closes: (account, channel, provider) each."""
    return {(row.account, row.channel, row.provider) for row in await session.all(REPORTED)}


async def not_closed(session: Session) -> Sequence[tuple[str, str, str, Breaker]]:
    """Return every breaker that is not closed: (channel, provider, account, breaker)."""
    return [(row.channel, row.provider, row.account, _breaker(row)) for row in await session.all(OPEN)]


def _breaker(row: Row[tuple[object, ...]]) -> Breaker:
    return Breaker(**{name: getattr(row, name) for name in NAMES})
