"""Messages that did not arrive and are tried again: whose time has come, and what was decided of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.called import CALLS
from app.db.columns import columns
from app.db.deliveries import PLACE
from app.db.transaction import Session
from app.db.verdicts import consent_joins_of, refusal

WAITING = text(f"""
    SELECT m.id, m.period, m.agency_id, m.channel, {PLACE} AS place, m.deadline_at, m.reason, m.contact_point_id,
           {refusal("m")} AS refused,
           coalesce(called.calls, 0) AS calls, called.at AS called_at
      FROM message m
      LEFT JOIN member mb ON (mb.agency_id, mb.id) = (m.agency_id, m.member_id)
      LEFT JOIN renewal rn ON (rn.agency_id, rn.id) = (m.agency_id, m.renewal_id)
      LEFT JOIN contact_point cp ON (cp.agency_id, cp.id) = (m.agency_id, m.contact_point_id)
      {consent_joins_of("m")}
      LEFT JOIN LATERAL ({CALLS}) called ON m.channel = 'voice'
     WHERE m.status = 'undelivered' AND m.again_at <= :now
     ORDER BY m.again_at LIMIT :limit FOR UPDATE OF m SKIP LOCKED
""")  # noqa: S608  (constants of ours)
GO = text("""
    WITH past AS (
      UPDATE attempt SET over = true
       WHERE message_id = ANY(cast(:ids AS uuid[])) AND state IN ('unclear', 'accepted') AND NOT over)
    UPDATE message SET status = 'planned', due_at = :now, again_at = NULL, ended_at = NULL,
           again = again + CASE WHEN reason = ANY(cast(:free AS text[])) THEN 0 ELSE 1 END,
           tries = tries - CASE WHEN reason = ANY(cast(:free AS text[])) AND tries > 0 THEN 1 ELSE 0 END,
           earlier_segments = segments, earlier_cost = cost
     WHERE id = ANY(cast(:ids AS uuid[])) AND status = 'undelivered'
""")
WAIT = text("""
    UPDATE message m SET again_at = v.at
      FROM unnest(cast(:id AS uuid[]), cast(:period AS date[]), cast(:at AS timestamptz[])) v (id, period, at)
     WHERE (m.id, m.period) = (v.id, v.period) AND m.status = 'undelivered'
""")
NEXT = text("""
    SELECT min(again_at) AS at FROM message
     WHERE status = 'undelivered' AND again_at IS NOT NULL AND again_at > :after AND again_at <= :until
""")


async def waiting(
    session: Session, *, allowed: Sequence[str], calls_within: timedelta, limit: int
) -> Sequence[Row[Any]]:
    """Lock and return messages whose time for another try has come, with what refuses them and their number's calls."""
    return await session.all(
        WAITING, allowed=list(allowed), now=session.now, since=session.now - calls_within, limit=limit
    )


async def go(session: Session, ids: Sequence[UUID], *, free: Sequence[str] = ()) -> None:
    """Plan these messages anew, due now; their attempts so far are over. A `free` reason uses up no try."""
    if ids:
        await session.run(GO, ids=list(ids), free=list(free), now=session.now)


async def wait(session: Session, rows: Sequence[tuple[UUID, Any, datetime | None]]) -> None:
    """Set when these messages are asked about again: (id, period, when or never) each."""
    if rows:
        await session.run(WAIT, **columns(("id", "period", "at"), rows))


async def next_try(session: Session, after: datetime, until: datetime) -> datetime | None:
    """Return the next moment at which something is tried again, if it is in this span."""
    row = await session.first(NEXT, after=after, until=until)
    moment: datetime | None = row.at if row else None
    return moment
