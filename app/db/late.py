"""Late acceptance: a provider took what its list did not have, and what was planned anew or sent again meanwhile."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from app.db.columns import columns
from app.db.deliveries import Result
from app.db.receipts import REPLACED
from app.db.transaction import Session

# The message need not be sent again, unless it was; then the other attempt stays the open one.
TAKEN = text(f"""
    WITH heard AS (
      UPDATE attempt a SET state = CASE WHEN {REPLACED} THEN a.state ELSE 'accepted' END,
             proof = CASE WHEN {REPLACED} THEN a.proof ELSE 'response' END,
             late_at = coalesce(a.late_at, :now), provider_id = coalesce(a.provider_id, v.provider_id),
             segments = v.segments, accepted_at = coalesce(a.accepted_at, :now),
             accepted_on_machine = coalesce(a.accepted_on_machine, :machine_now)
        FROM unnest(cast(:id AS uuid[]), cast(:period AS date[]), cast(:provider_id AS text[]),
               cast(:segments AS smallint[])) AS v (id, period, provider_id, segments)
       WHERE (a.id, a.period) = (v.id, v.period) AND a.state = 'absent' AND NOT a.over
      RETURNING a.message_id, a.period, a.state, a.send_at)
    UPDATE message m SET status = 'sent', handed_at = greatest(cast(:now AS timestamptz), heard.send_at) FROM heard
     WHERE (m.id, m.period) = (heard.message_id, heard.period) AND heard.state = 'accepted' AND m.status = 'planned'
""")  # noqa: S608  (a constant of ours)
RECENT = text("SELECT provider, count(*) AS n FROM attempt WHERE late_at > :after GROUP BY 1 ORDER BY 1")


async def taken(session: Session, results: Sequence[Result]) -> None:
    """Keep which of these a provider accepted although they had been proven absent."""
    rows = [(one.attempt_id, one.period, one.provider_id, one.segments) for one in results if one.state == "accepted"]
    if rows:
        values = columns(("id", "period", "provider_id", "segments"), rows)
        await session.run(TAKEN, now=session.now, machine_now=session.machine_now, **values)


async def recent(session: Session, after: datetime) -> Sequence[Row[Any]]:
    """Return how many attempts (provider, n) were taken late since a moment."""
    return await session.all(RECENT, after=after)
