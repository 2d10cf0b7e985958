"""The last look at what was claimed: what a rule, a switch, another channel or a cap keeps from leaving."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from app.db import called, deliveries, gone_out
from app.db.transaction import Row, Session, Transaction
from app.pipeline.ladders import LadderBook
from app.pipeline.lanes import Lane
from app.pipeline.numbers import not_too_often
from app.pipeline.switches import hold_back
from app.queue import Job
from app.rules.handing_over import BY_ITSELF
from app.rules.switches import HELD
from schedules.ladders.model import Policy

TOO_LATE = HELD | {"deadline_passed"}
"""The reasons by which a message expires; by any other it is canceled."""


async def may_leave(
    tx: Transaction, lane: Lane, book: LadderBook, due: Sequence[Row[Any]], at: datetime
) -> list[Row[Any]]:
    """Return what may leave at a moment; the others are ended, held or put off, each with its reason."""
    session, agency = tx.session, lane.agency.id
    over = [(row, row.refused) for row in due if row.refused]
    free = [row for row in due if not row.refused and not row.unlisted]
    free, stopped = await hold_back(session, lane, free, at)
    free, told = await _not_told(session, lane, book, free)
    going, later, too_often = await not_too_often(session, lane, free, at)
    await called.put_off(session, later)
    held_ahead = timedelta(minutes=lane.agency.hand_over_ahead_minutes or BY_ITSELF)
    out = await gone_out.bind(session, agency, lane.channel, [row.id for row in going], ahead=held_ahead)
    going = [row for row in going if row.id not in out] if out else going
    ended = [(row.id, row.period, "expired" if why in TOO_LATE else "canceled", why) for row, why in over]
    ended += [(row.id, row.period, "canceled", "stopped") for row in stopped]
    ended += [(row.id, row.period, "canceled", "reached_otherwise") for row in told]
    ended += [(row.id, row.period, "expired", why) for row, why in too_often]
    if await deliveries.end(session, ended):
        await tx.enqueue(Job.PLAN, agency=str(agency))
    return going


async def _not_told(
    session: Session, lane: Lane, book: LadderBook, due: list[Row[Any]]
) -> tuple[list[Row[Any]], list[Row[Any]]]:
    """Part what may go from the steps that stand in for another channel which reached the person meanwhile."""
    stand_ins = {key for key, step in book.steps.items() if step.policy is Policy.FALLBACK}
    asked = [(row.renewal_id, row.step) for row in due if row.step in stand_ins]
    told = await deliveries.told_otherwise(session, lane.agency.id, asked) if asked else set()
    if not told:
        return due, []
    return (
        [row for row in due if (row.renewal_id, row.step) not in told],
        [row for row in due if (row.renewal_id, row.step) in told],
    )
