"""What falls due for a member besides renewals: birthdays, care plans, notices, a move.

It follows from what is held of the member, whatever the order in which it was said; so it is worked out anew
after each change and compared with what is held of it.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.rules.facts import RenewalStatus
from app.rules.record import Member, OccasionHeld
from schedules.ladders.model import Occasion
from schedules.months import add_months, month_of

MEDI_CAL: Final = "medi_cal"
AGES: Final = ((Occasion.AGE_OUT_19, 19, MEDI_CAL), (Occasion.AGE_OUT_21, 21, "ccs"))
"""The birthdays that follow from the month of birth, for who has the program. The 26th is a milestone that the
county sets: it matters only to former foster youth, and whether somebody is one we neither know nor keep."""
BY_MILESTONE: Final = frozenset(Occasion) - {Occasion.RENEWAL, Occasion.MOVED_COUNTY}
MONTHS_LATE: Final = 1
"""How long after a birthday its month is still opened."""
SAME_MOVE: Final = timedelta(days=31)
"""A move that is told again within this time is the same move."""
UPCOMING: Final = "upcoming"
CANCELED: Final = "canceled"


class Due(NamedTuple):
    """What falls due, for which program, and on which day."""

    occasion: Occasion
    program: str
    on: date


def occasions_of(member: Member, zone: ZoneInfo) -> set[Due]:
    """Return what falls due for a member, past or not; `zone` is the agency's, by which a move has its day."""
    told = set(_milestones(member))
    kinds = {due.occasion for due in told}
    return told | {due for due in _birthdays(member) if due.occasion not in kinds} | set(_move(member, zone))


def settle(member: Member, *, zone: ZoneInfo, today: date, new_id: Callable[[], UUID]) -> None:
    """Make what is held of a member's occasions what follows from the facts: open, move, bring back, cancel."""
    kept: list[OccasionHeld] = []
    for due in sorted(occasions_of(member, zone)):
        found = _held_for(member, due)
        if not found and _opens(due, today):
            found = [OccasionHeld(new_id(), due.occasion, due.program, due.on, changed=True)]
            member.occasions += found
        for one in found:
            _bring_back(one, due)
        kept += found
    for one in member.occasions:
        if one not in kept:
            _put(one, "status", CANCELED)


def _milestones(member: Member) -> Iterator[Due]:
    """Give the milestones that we know how to speak of; others are only kept."""
    for name, on in member.milestones.items():
        kind, _, program = name.partition(":")
        if kind in BY_MILESTONE:
            yield Due(Occasion(kind), program, date.fromisoformat(on))


def _birthdays(member: Member) -> Iterator[Due]:
    born = member.born_in
    programs = _programs(member)
    for occasion, years, program in AGES:
        if born is not None and program in programs:
            yield Due(occasion, program, add_months(born, 12 * years))


def _move(member: Member, zone: ZoneInfo) -> Iterator[Due]:
    if member.status == "moved" and "status" in member.stamps:
        renewed = sorted(_renewing(member))
        program = MEDI_CAL if MEDI_CAL in renewed or not renewed else renewed[0]
        moment, *_ = member.stamps["status"]
        yield Due(Occasion.MOVED_COUNTY, program, moment.astimezone(zone).date())


def _programs(member: Member) -> set[str]:
    """Return the programs that a member has a renewal in, or a milestone; Medi-Cal only by a renewal."""
    named = {name.partition(":")[2] for name in member.milestones}
    return _renewing(member) | (named - {MEDI_CAL})


def _renewing(member: Member) -> set[str]:
    return {one.program for one in member.renewals.values() if one.status is not RenewalStatus.CANCELED}


def _opens(due: Due, today: date) -> bool:
    """Say whether an occasion is opened that is not held: a birthday of long ago is none."""
    derived = {occasion for occasion, *_ in AGES}
    return due.occasion not in derived or due.on >= add_months(month_of(today), -MONTHS_LATE)


def _held_for(member: Member, due: Due) -> list[OccasionHeld]:
    """Return what is held of an occasion: its month; of a care plan each return; of a move the one told first."""
    same = [one for one in member.occasions if (one.occasion, one.program) == (due.occasion, due.program)]
    if due.occasion is Occasion.MOVED_COUNTY:
        told = [one for one in same if one.status == UPCOMING and timedelta() <= due.on - one.on <= SAME_MOVE]
        if told:
            return told[:1]
    if due.occasion is Occasion.ANNUAL_CARE_PLAN:
        return [one for one in same if one.on.month == due.on.month and one.month >= month_of(due.on)]
    return [one for one in same if one.month == month_of(due.on)]


def _bring_back(held: OccasionHeld, due: Due) -> None:
    """Make it upcoming again, and let it fall due on the day that is said now; a move keeps its first day."""
    first_told = due.occasion is Occasion.MOVED_COUNTY and held.status == UPCOMING
    if held.month == month_of(due.on) and not first_told:
        _put(held, "on", due.on)
    _put(held, "status", UPCOMING)


def _put(held: OccasionHeld, name: str, value: object) -> None:
    if getattr(held, name) != value:
        setattr(held, name, value)
        held.changed = True
