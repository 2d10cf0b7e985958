"""Numbers and addresses: of what is due, that which may go now; one a day and so many in thirty days for each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.db import called
from app.db.transaction import Row, Session
from app.pipeline.lanes import PACED, Lane
from app.rules.caps import TOO_OFTEN, WITHIN, Cap, next_turn
from app.rules.facts import Channel
from app.rules.tries import BETWEEN_CALLS
from schedules.places import parse_place

Later = list[tuple[Any, Any, datetime]]
Over = list[tuple[Row[Any], str]]


def cap_of(constants: Mapping[str, int], channel: Channel) -> Cap:
    """Return how often a channel may reach one address, by the constants of a day."""
    per_day, in_thirty_days = constants[f"{channel}_cap_day"], constants[f"{channel}_cap_30_days"]
    return Cap(per_day, in_thirty_days, BETWEEN_CALLS) if channel is Channel.VOICE else Cap(per_day, in_thirty_days)


async def not_too_often(
    session: Session, lane: Lane, due: Sequence[Row[Any]], at: datetime
) -> tuple[list[Row[Any]], Later, Over]:
    """Part what may go at a moment from what waits for its address's next turn, and from what has none in time."""
    addresses = [row.value_index if row.kind in PACED else None for row in due]
    reached = dict(await _lately(session, lane, sorted(set(filter(None, addresses))), at))
    going, later, over = list[Row[Any]](), Later(), Over()
    for row, address in zip(due, addresses, strict=True):
        before = reached.setdefault(address, []) if address is not None else []
        turn = _turn(lane, row, before, at) if before else at
        if turn is None or turn >= row.deadline_at:
            over.append((row, TOO_OFTEN[lane.channel]))
        elif turn > at:
            later.append((row.id, row.period, turn))
        else:
            before.append(at)
            going.append(row)
    return going, later, over


def _turn(lane: Lane, row: Row[Any], before: Sequence[datetime], at: datetime) -> datetime | None:
    """Return the first opening in which an address may be reached again."""
    free = next_turn(lane.cap, before, at, row.zone)
    if free <= at:
        return at
    opening = lane.calendar.next_opening(parse_place(row.place), lane.channel, free)
    return opening.opens_at if opening else None


async def _lately(
    session: Session, lane: Lane, addresses: Sequence[bytes], at: datetime
) -> Mapping[bytes, list[datetime]]:
    """Return when addresses were reached within the time that counts."""
    if not addresses:
        return {}
    return await called.lately(session, lane.agency.id, lane.channel, addresses, since=at - WITHIN, at=at)
