"""When a step is due: for each anchor day, place and channel, the first moment, the next one left, the deadline."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from schedules.calendar import Calendar
from schedules.constants import Constants
from schedules.ladders.model import Offset, Step
from schedules.ladders.shape import DAYS
from schedules.months import add_months, month_of
from schedules.places import Place

DAY: Final = timedelta(days=1)
MOST_AHEAD, MOST_BEHIND = timedelta(hours=14), timedelta(hours=-12)
"""The clocks of the world against UTC: somewhere it is a day already, somewhere it is one still."""
A_MONTHS_PLAY: Final = timedelta(days=62)
"""By how much months of unlike length and weekdays can move a day that is counted back."""


PAUSED: Final = "paused_by_member"
OTHER_HOURS: Final = "hours_of_member"


@dataclass(frozen=True, slots=True)
class Slot:
    """When a step is due for everybody of one anchor day, place and channel; times are in UTC.

    `first_due_at` is the first allowed moment of the step's days, `due_at` the first that is left now; `month`,
    that of `first_due_at` in the agency's zone, is what reports count it under. If it does not fit, there is no
    opening before the deadline; `refused` says which choice of the person is the only reason for that, if one is.
    """

    step: str
    anchor_on: date
    place: str
    channel: str
    first_due_at: datetime
    due_at: datetime
    deadline_at: datetime
    month: date
    fits: bool
    refused: str | None = None


def slots(
    step: Step, anchor_days: Iterable[date], places: Iterable[Place], channels: Iterable[str], *,
    calendar: Calendar, constants: Constants, now: datetime,
) -> list[Slot]:  # fmt: skip
    """Return when the step is due for every anchor day, place and channel: the table that SQL joins."""
    places, channels = tuple(places), tuple(channels)
    return [
        _slot(step.key, anchor, days, place, channel, calendar=calendar, now=now)
        for anchor, days in ((anchor, days_of(step, anchor, constants)) for anchor in anchor_days)
        for place in places
        for channel in channels
    ]


def days_of(step: Step, anchor: date, constants: Constants) -> tuple[date, date]:
    """Return the first and the last day of a step, both included."""
    known = constants.on(anchor)
    return step.starts.day(anchor, known), step.ends.day(anchor, known)


def anchor_days_due(step: Step, constants: Constants, now: datetime, horizon_end: datetime) -> tuple[date, date] | None:
    """Return the first and the last anchor day whose step begins by `horizon_end` and has not ended by `now`.

    A day counts if that is so anywhere in the world; whether it is so at a person's place, their slot says.
    """
    begun, not_ended = (horizon_end + MOST_AHEAD).date(), (now + MOST_BEHIND).date()
    earliest, latest = _back(step.ends, not_ended, 2 * DAYS), _back(step.starts, begun, -2 * DAYS)
    numbers = range(earliest.toordinal(), latest.toordinal() + 1)  # a later anchor never means an earlier step
    first = bisect_left(numbers, not_ended, key=lambda number: days_of(step, date.fromordinal(number), constants)[1])
    after = bisect_right(numbers, begun, key=lambda number: days_of(step, date.fromordinal(number), constants)[0])
    return (date.fromordinal(numbers[first]), date.fromordinal(numbers[after - 1])) if first < after else None


def _back(offset: Offset, day: date, constant: int) -> date:
    """Return an anchor day surely beyond any from which an offset leads to a day; `constant` stands for a named one."""
    days = offset.days if isinstance(offset.days, int) else constant
    play = A_MONTHS_PLAY if constant < 0 else -A_MONTHS_PLAY
    return add_months(day, -offset.months) - timedelta(days=days) + play


def _slot(
    step: str, anchor: date, days: tuple[date, date], place: Place, channel: str, *, calendar: Calendar, now: datetime
) -> Slot:
    agency_zone = ZoneInfo(calendar.hours.zone)
    zones = [ZoneInfo(zone) for zone in place.zones] or [agency_zone]
    begins = max(_midnight(days[0], zone) for zone in zones)
    deadline = min(_midnight(days[1] + DAY, zone) for zone in zones)
    first = calendar.next_opening(place, channel, begins)
    left = calendar.next_opening(place, channel, max(begins, now))
    first_due = first.opens_at if first else begins
    due = left.opens_at if left else max(deadline, now)
    month = month_of(first_due.astimezone(agency_zone).date())
    fits = due < deadline
    refused = None if fits else refused_by(place, channel, max(begins, now), deadline, calendar=calendar)
    return Slot(step, anchor, str(place), channel, first_due, due, deadline, month, fits, refused)


def refused_by(place: Place, channel: str, begins: datetime, deadline: datetime, *, calendar: Calendar) -> str | None:
    """Return which choice of the person leaves no opening between two moments, where there would be one without it."""
    for chosen, without, reason in (
        (place.paused_until, place.unpaused, PAUSED),
        (place.hours, replace(place, hours=None), OTHER_HOURS),
        (place.hours and place.paused_until, place.bare, PAUSED),
    ):
        opening = calendar.next_opening(without, channel, begins) if chosen else None
        if opening is not None and opening.opens_at < deadline:
            return reason
    return None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
