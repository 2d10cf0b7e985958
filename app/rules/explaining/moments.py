"""Why a message is due just then: computed again from what its row keeps and the calendar, never a guess."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from schedules.calendar import Calendar, sentence
from schedules.closed import Closed
from schedules.places import Place, parse_place
from schedules.windows import WINDOWS

A_DAY: Final = timedelta(days=1)
A_MOMENT: Final = timedelta(minutes=1)
DAYS_APART: Final = 3
CAPPED_WITHIN: Final = 30
SPREAD: Final = "spread so that"


class Near(NamedTuple):
    """Another message to the same address on the same channel: on which day, of which ladder."""

    on_day: date
    ladder: str | None
    same_person: bool


class Why(NamedTuple):
    """A sentence, the kind of rule behind it, and the law if one is the reason."""

    sentence: str
    rule: str | None = None
    law: str | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """What is kept of when a message is due."""

    channel: str
    place: str
    zone: str
    begins: datetime | None
    """When its step begins where the person is; None if the step is no more."""
    first_due_at: datetime
    due_at: datetime
    asked_at: datetime
    """When it was planned first, or now for what is not planned yet."""
    ladder: str | None = None
    waits_days: int = 0
    """Days that a further channel waits for the one before."""
    near: Sequence[Near] = ()
    cap: int = 0
    """How many messages an address may get within thirty days."""
    pace: str = ""
    """What the agency paces by, as a clause."""
    tried: str = ""
    """How the last try ended, if there was one."""
    held: str = ""
    """The switch that holds it."""


def local(at: datetime, zone: str) -> str:
    """Return a moment on the clock of a zone: “Monday 2026-12-07 10:00 Los Angeles time”."""
    name = zone.rpartition("/")[2].replace("_", " ")
    return f"{at.astimezone(ZoneInfo(zone)):%A %Y-%m-%d %H:%M} {name} time"


def why_then(moment: Moment, calendar: Calendar) -> Why:
    """Return when a message is due and why not before."""
    when = local(moment.due_at, moment.zone)
    if moment.held:
        return Why(f"It is held by {moment.held}.", "switch")
    at_once = _same_minute(moment.due_at, moment.first_due_at) and not moment.tried
    found = _first(moment, calendar) if at_once else _moved(moment, calendar)
    return Why(f"It is to go out on {when}, {found.sentence}.", found.rule, found.law)


def _same_minute(one: datetime, other: datetime) -> bool:
    """Say whether two moments are the same on a clock without seconds: in a full hour each message has its own."""
    return abs(one - other) < A_MOMENT


def _first(moment: Moment, calendar: Calendar) -> Why:
    """Return why the first moment of the step is the first one."""
    plain = Why("the first moment in the contact window that the step allows", "ladder")
    begins, place = moment.begins, parse_place(moment.place)
    opening = calendar.next_opening(place, moment.channel, begins) if begins else None
    if begins is None or opening is None or opening.opens_at != moment.first_due_at:
        return Why("the first moment that the step allowed when it was planned", "ladder")
    skipped = list(_skipped(calendar, place, moment.channel, moment, begins))
    return _clauses(moment, skipped) if skipped else _hours(moment, calendar, place) or plain


def _skipped(
    calendar: Calendar, place: Place, channel: str, moment: Moment, begins: datetime
) -> Iterator[tuple[date, Closed]]:
    """Give the days of the step before its first moment, each with why it was closed at that hour."""
    zone = ZoneInfo(moment.zone)
    first = moment.first_due_at.astimezone(zone)
    day = begins.astimezone(zone).date()
    while day < first.date():
        why = calendar.why_closed(place, channel, datetime.combine(day, first.time(), zone))
        if why is not None:
            yield day, why
        day += A_DAY


def _clauses(moment: Moment, skipped: Sequence[tuple[date, Closed]]) -> Why:
    said = [
        (why, f"on {days[0]:%A %Y-%m-%d}" if len(days) == 1 else f"from {days[0]} to {days[-1]}")
        for why, group in groupby(skipped, key=lambda pair: pair[1])
        if (days := [day for day, _ in group])
    ]
    told = "; ".join(f"{sentence(why, moment.channel)} ({when})" for why, when in said)
    law = next((why.law for why, _ in said if why.law), None)
    return Why(f"held until then: {told}", "law" if law else "calendar", law)


def _hours(moment: Moment, calendar: Calendar, place: Place) -> Why | None:
    """Return why the day of the step's first moment did not open earlier, where it is not the house's own hour."""
    before = calendar.why_closed(place, moment.channel, moment.first_due_at - A_MOMENT)
    if _zones_decide(moment, calendar, place):
        where = " and ".join(zone.rpartition("/")[2].replace("_", " ") for zone in place.zones)
        return Why(f"the first hour that is right in {where}, for the person may be in any of them", "calendar")
    if before is None or before.code == "house_hours":
        return _agencys_clock(moment, calendar)
    law = before.law or None
    return Why(f"not before: {sentence(before, moment.channel)}", "law" if law else "calendar", law)


def _agencys_clock(moment: Moment, calendar: Calendar) -> Why | None:
    """Return that the agency's clock decides, where the window had opened on the person's own before."""
    if moment.first_due_at.astimezone(ZoneInfo(moment.zone)).time() <= WINDOWS[moment.channel].opens:
        return None
    zone = calendar.hours.zone.rpartition("/")[2].replace("_", " ")
    told = f"the first moment in the contact window that the step allows, by the agency's clock ({zone} time) too"
    return Why(told, "calendar")


def _zones_decide(moment: Moment, calendar: Calendar, place: Place) -> bool:
    """Say whether somebody in the first of several zones alone would have had an earlier hour."""
    alone = [replace(place, zones=(zone,)) for zone in place.zones]
    first = calendar.next_opening(alone[0], moment.channel, moment.begins) if alone and moment.begins else None
    return (
        len(alone) > 1
        and first is not None
        and first.opens_at < moment.first_due_at
        and all(calendar.why_closed(one, moment.channel, moment.first_due_at) is None for one in alone)
    )


def _moved(moment: Moment, calendar: Calendar) -> Why:
    """Return what moved a message from the first moment of its step; the first cause that the facts bear out."""
    place = parse_place(moment.place)
    left = calendar.next_opening(place, moment.channel, max(moment.first_due_at, moment.asked_at))
    base = left.opens_at if left else moment.first_due_at
    causes: tuple[Callable[[], Why | None], ...] = (
        lambda: Why(f"after a try before it: {moment.tried}", "provider") if moment.tried else None,
        lambda: _late(moment, base),
        lambda: _waits(moment, base),
        lambda: _spaced(moment, base),
        lambda: Why(f"{SPREAD} {moment.pace}", "pacing") if moment.pace and moment.due_at - base >= A_MOMENT else None,
    )
    found = next((why for cause in causes if (why := cause())), None)
    was = local(moment.first_due_at, moment.zone)
    return found or Why(f"put off from {was}; nothing that is kept says why")


def _late(moment: Moment, base: datetime) -> Why | None:
    if moment.asked_at <= moment.first_due_at or not _same_minute(moment.due_at, base):
        return None
    began = local(moment.first_due_at, moment.zone)
    return Why(f"the next allowed moment, for its step had begun on {began}, before it could be planned", "calendar")


def _waits(moment: Moment, base: datetime) -> Why | None:
    apart = moment.due_at - base
    if not moment.waits_days or apart < timedelta(days=moment.waits_days):
        return None
    return Why(f"only if nothing was delivered on another channel within {moment.waits_days} days", "ladder")


def _spaced(moment: Moment, base: datetime) -> Why | None:
    zone = ZoneInfo(moment.zone)
    day, due = base.astimezone(zone).date(), moment.due_at.astimezone(zone).date()
    if due <= day:
        return None
    if any(one.on_day == day for one in moment.near):
        return Why(
            f"because another message goes to the same address on {day:%A %Y-%m-%d}, and never two on one day",
            "spacing",
        )
    ladder = [one.on_day for one in moment.near if one.same_person and one.ladder and one.ladder == moment.ladder]
    close = [one for one in ladder if abs((one - day).days) < DAYS_APART]
    if close:
        return Why(
            f"because a step of the same ladder goes on {close[0]:%A %Y-%m-%d}, and they keep three days apart",
            "spacing",
        )
    month = [one for one in moment.near if 0 <= (day - one.on_day).days < CAPPED_WITHIN]
    if moment.cap and len(month) >= moment.cap:
        return Why(
            f"because one address gets at most {moment.cap} messages on this channel in {CAPPED_WITHIN} days", "cap"
        )
    return None
