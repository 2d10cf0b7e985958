"""Numbers: of the calls that are due, those that may be made now; a number gets one a day and three in thirty days."""

from collections.abc import Sequence
from typing import Any

from app.db import called, deliveries
from app.db.transaction import Row, Session
from app.pipeline.lanes import PACED, Lane
from app.rules.tries import CALLS_WITHIN, next_call


async def callable_now(session: Session, lane: Lane, due: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Return the calls that may be made now; the others wait for their number's next turn, or end without one."""
    points = [row.contact_point_id for row in due if _counts(row)]
    now, agency = session.now, lane.agency.id
    lately = await called.lately(session, agency, points, now - CALLS_WITHIN) if points else {}
    going, later, over = [], [], []
    for row in due:
        calls = lately[row.contact_point_id] if _counts(row) else []
        free = next_call(calls, now)
        if free <= now:
            calls.append(now)
            going.append(row)
        elif free < row.deadline_at:
            later.append((row.id, row.period, free))
        else:
            over.append((row.id, row.period, "expired", "called_often"))
    await called.put_off(session, later)
    await deliveries.end(session, over)
    return going


def _counts(row: Row[Any]) -> bool:
    return row.kind in PACED and row.contact_point_id is not None
