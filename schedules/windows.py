"""The hours in which a person may be contacted, and how they are written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SUNDAY: Final = 6
EVERY_DAY: Final = frozenset(range(7))
DAY: Final = timedelta(days=1)
_HOURS: Final = re.compile(r"(0\d|1\d|2[0-3]):([0-5]\d)-(0\d|1\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class ContactWindow:
    """Daily hours on some weekdays (Monday is 0), on the clock of the person's own zone."""

    opens: time
    closes: time
    weekdays: frozenset[int] = EVERY_DAY

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError("a contact window opens before it closes, on the same day")
        if not self.weekdays or not self.weekdays <= EVERY_DAY:
            raise ValueError("a contact window has weekdays from 0 (Monday) to 6 (Sunday)")


@dataclass(frozen=True, slots=True)
class Opening:
    """A stretch of time in which a person may be contacted; both ends in UTC, the end excluded."""

    opens_at: datetime
    closes_at: datetime


# No law sets hours for reminders of this kind as such; these lie inside those for sales calls that were
# found (`domain.md` 3.2), read for texts as for calls:
# - 8:00-21:00 where the person is (47 CFR 64.1200(c)(1)); 8:00-20:00 in Florida, Maryland, Massachusetts and
#   others; from 9:00 in Connecticut and Nevada. Hence 9:00-20:00 for texts.
# - California forbids automatic announcing calls from 21:00 to 9:00 (Public Utilities Code 2872); Alabama and
#   Louisiana forbid sales calls on Sundays. Calls keep an hour's distance: 10:00-19:00, never on a Sunday.
# - E-mail has no legal hours; it keeps those of the text, because a mail can wake a telephone too.
WINDOWS: Final[Mapping[str, ContactWindow]] = MappingProxyType(
    {
        "sms": ContactWindow(time(9), time(20)),
        "email": ContactWindow(time(9), time(20)),
        "voice": ContactWindow(time(10), time(19), EVERY_DAY - {SUNDAY}),
    }
)


def parse_hours(text: str) -> tuple[time, time] | None:
    """Return the hours that a text such as `09:00-20:00` names, if it names any."""
    found = _HOURS.fullmatch(text)
    if found is None:
        return None
    opens, closes = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    return (opens, closes) if opens < closes else None


def parse_weekdays(text: str) -> frozenset[int]:
    """Return the weekdays (Monday is 0) that a text such as `monday-friday` or `sunday` names, if it names any."""
    first, dash, last = text.strip().lower().partition("-")
    last = last if dash else first
    if first not in WEEKDAYS or last not in WEEKDAYS:
        return frozenset()
    return frozenset(range(WEEKDAYS.index(first), WEEKDAYS.index(last) + 1))


def instants(opens_at: time, closes_at: time, zone: ZoneInfo, day: date) -> tuple[datetime, datetime]:
    """Return when hours begin and end on that day, in UTC.

    On the nights when clocks change, a wall time can come twice or never: it then has two readings.
    The hours begin at the later one and end at the earlier one, so they never leave their window.
    """
    opens = datetime.combine(day, opens_at, zone)
    closes = datetime.combine(day, closes_at, zone)
    return (
        max(opens.astimezone(UTC), opens.replace(fold=1).astimezone(UTC)),
        min(closes.astimezone(UTC), closes.replace(fold=1).astimezone(UTC)),
    )
