"""An agency's office hours: whether somebody answers now, and how the hours are said."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from schedules.windows import WEEKDAYS

_HOURS: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Hours:
    """The same hours on several weekdays in a row (Monday is 0)."""

    days: tuple[int, ...]
    opens: time
    closes: time

    def hold(self, local: datetime) -> bool:
        """Say whether a moment of the office's own clock falls into them."""
        return local.weekday() in self.days and self.opens <= local.time() < self.closes


@dataclass(frozen=True, slots=True)
class BadHours:
    """What is wrong with the office hours, in a sentence."""

    problem: str


def read_hours(office_hours: Mapping[str, str]) -> tuple[Hours, ...] | BadHours:
    """Read `monday-friday = "08:00-17:00"` and the like, in the order of the week."""
    found: list[Hours] = []
    for days, hours in office_hours.items():
        weekdays, times = _days(days), _times(hours)
        if not weekdays:
            return BadHours(f'`office_hours` has days such as "monday-friday" or "saturday", not {days!r}')
        if times is None:
            return BadHours(f'`office_hours` of {days} must be hours such as "08:00-17:00"')
        found.append(Hours(weekdays, *times))
    return tuple(sorted(found, key=lambda one: (one.days[0], one.opens)))


def hours_of(office_hours: Mapping[str, str]) -> tuple[Hours, ...]:
    """Return hours that were given; none if there are none, or none that can be read."""
    found = read_hours(office_hours)
    return () if isinstance(found, BadHours) else found


def is_open(office_hours: Mapping[str, str], closures: Collection[date], local: datetime) -> bool:
    """Say whether somebody answers at a moment of the office's own clock; without hours we must suppose so."""
    hours = hours_of(office_hours)
    return local.date() not in closures and (not hours or any(one.hold(local) for one in hours))


def _days(text: str) -> tuple[int, ...]:
    first, _, last = text.strip().lower().partition("-")
    first, last = first.strip(), last.strip() or first.strip()
    if first not in WEEKDAYS or last not in WEEKDAYS:
        return ()
    begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
    return tuple(range(begin, end + 1))


def _times(text: str) -> tuple[time, time] | None:
    found = _HOURS.fullmatch(str(text).strip())
    if found is None:
        return None
    opens = time(int(found[1]), int(found[2]))
    midnight = found[3] == "24"
    closes = time.max if midnight else time(int(found[3]), int(found[4]))
    return (opens, closes) if opens < closes and not (midnight and found[4] != "00") else None
