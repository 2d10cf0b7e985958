"""Erasing at the provider: which attempts are settled for long enough, and what became of asking."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.columns import columns
from app.db.transaction import Session

# Taken by moving its time on: another worker leaves it alone meanwhile, and if this one dies it comes back.
TAKE = text("""
    WITH due AS (
      SELECT id, period FROM attempt WHERE erase_at <= :now ORDER BY erase_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    UPDATE attempt a SET erase_at = :back_at FROM due
     WHERE (a.id, a.period) = (due.id, due.period)
    RETURNING a.id, a.period, a.agency_id, a.channel, a.provider, a.provider_id, a.account,
              (SELECT max(r.received_at) FROM receipt r WHERE r.attempt_id = a.id) AS settled_at, a.intended_at
""")
DONE = text("""
    UPDATE attempt a SET erase_at = NULL, erased_at = CASE WHEN v.erased THEN cast(:now AS timestamptz) END
      FROM unnest(cast(:id AS uuid[]), cast(:period AS date[]), cast(:erased AS boolean[])) v (id, period, erased)
     WHERE (a.id, a.period) = (v.id, v.period)
""")


async def take(session: Session, *, back_in: timedelta, limit: int) -> Sequence[Row[Any]]:
    """Take attempts that are to be erased at their providers; they come back later unless they are settled."""
    now: datetime = session.now
    return await session.all(TAKE, now=now, back_at=now + back_in, limit=limit)


async def done(session: Session, rows: Sequence[tuple[UUID, Any, bool]]) -> None:
    """Settle attempts: (attempt, period, whether it was erased or given up) each."""
    if rows:
        await session.run(DONE, now=session.now, **columns(("id", "period", "erased"), rows))
