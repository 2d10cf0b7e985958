"""An agency's call centre: how many calls it can take in which hour, and how many people call back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from types import MappingProxyType
from typing import Any, Final

from app.rules.facts import Channel
from app.rules.office_hours import Hours, hours_of
from schedules.windows import EVERY_DAY, parse_hours, parse_weekdays

CALL_BACK: Final[Mapping[str, float]] = MappingProxyType({Channel.SMS: 0.08, Channel.EMAIL: 0.03, Channel.VOICE: 0.10})
"""How many of those who were reached call, if the agency does not say; a supposition of ours."""
KEYS: Final = frozenset({"calls_per_hour", "hours", "call_back"})
HOURS_KEYS: Final = frozenset({"days", "hours", "calls_per_hour"})
HOUR: Final = 60
DAY: Final = 24 * HOUR


@dataclass(frozen=True, slots=True)
class LineHours:
    """Hours of some weekdays (Monday is 0), from minute to minute of the day, in which so many calls can be taken."""

    weekdays: frozenset[int]
    begins: int
    ends: int
    calls_per_hour: float

    def within(self, weekday: int, hour: int) -> float:
        """Return the calls that can be taken in one hour of a weekday."""
        minutes = min(self.ends, (hour + 1) * HOUR) - max(self.begins, hour * HOUR)
        return self.calls_per_hour * max(minutes, 0) / HOUR if weekday in self.weekdays else 0.0


@dataclass(frozen=True, slots=True)
class CallCentre:
    """What a call centre can take; one that says nothing has no bounds."""

    calls_per_hour: float | None = None
    hours: tuple[LineHours, ...] = ()
    office: tuple[LineHours, ...] = ()
    """The agency's office hours; they bound its one number where it gives the line no hours of its own."""
    call_backs: Mapping[str, float] = field(default_factory=lambda: CALL_BACK)

    def __bool__(self) -> bool:
        return self.calls_per_hour is not None or bool(self.hours)

    def capacity(self, weekday: int, hour: int) -> float | None:
        """Return how many calls can be taken in an hour of a weekday (Monday is 0), on the agency's clock.

        0 outside the hours that are given; None if nothing is known.
        """
        if self.hours:
            return sum(one.within(weekday, hour) for one in self.hours)
        if self.calls_per_hour is None or not self.office:
            return self.calls_per_hour
        return min(sum(one.within(weekday, hour) for one in self.office), self.calls_per_hour)

    def call_back(self, channel: str) -> float:
        """Return the share of those reached on a channel who call."""
        return self.call_backs.get(channel, 0.0)


def call_centre_of(table: Mapping[str, Any], office_hours: Mapping[str, str] = MappingProxyType({})) -> CallCentre:
    """Return what a checked table says, for an agency with these office hours."""
    calls = table.get("calls_per_hour")
    hours = tuple(_line_hours(row, calls) for row in table.get("hours", ()))
    office = () if hours or calls is None else tuple(_office(one, calls) for one in hours_of(office_hours))
    return CallCentre(calls, hours, office, {**CALL_BACK, **table.get("call_back", {})})


def call_centre_problems(table: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a `[call_centre]`, in sentences."""
    found = [f"`call_centre.{key}` is not a known field" for key in sorted(set(table) - KEYS)]
    if not _is_calls(table.get("calls_per_hour", 1)):
        found.append("`call_centre.calls_per_hour` must be a number above 0")
    rows, shares = table.get("hours", []), table.get("call_back", {})
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        found.append("`[[call_centre.hours]]` must be a table with days, hours and calls_per_hour")
    else:
        found += [problem for row in rows for problem in _hours_problems(row, table)]
    if not isinstance(shares, dict) or not set(shares) <= set(CALL_BACK):
        found.append("`[call_centre.call_back]` may have sms, email and voice")
    elif not all(_is_number(share) and 0 <= share <= 1 for share in shares.values()):
        found.append("`[call_centre.call_back]` has shares from 0 to 1, such as 0.08")
    return found


def _hours_problems(row: Mapping[str, Any], table: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(set(row) - HOURS_KEYS):
        yield f"`call_centre.hours.{key}` is not a known field"
    if not parse_weekdays(str(row.get("days", "monday-sunday"))):
        yield f'`call_centre.hours.days` has days such as "monday-friday" or "saturday", not {row["days"]!r}'
    if parse_hours(str(row.get("hours"))) is None:
        yield '`call_centre.hours.hours` must be hours such as "08:00-17:00"'
    calls = row.get("calls_per_hour", table.get("calls_per_hour"))
    if not _is_number(calls) or calls < 0:
        yield "`call_centre.hours.calls_per_hour` must be a number, 0 or above, unless `[call_centre]` has one"


def _line_hours(row: Mapping[str, Any], calls: float | None) -> LineHours:
    opens, closes = parse_hours(row["hours"]) or (None, None)
    if opens is None or closes is None:
        raise ValueError("call_centre.hours were not checked")
    weekdays = parse_weekdays(row["days"]) if "days" in row else EVERY_DAY
    begins, ends = (moment.hour * HOUR + moment.minute for moment in (opens, closes))
    return LineHours(weekdays, begins, ends, row.get("calls_per_hour", calls))


def _office(hours: Hours, calls: float) -> LineHours:
    begins, ends = (moment.hour * HOUR + moment.minute for moment in (hours.opens, hours.closes))
    return LineHours(frozenset(hours.days), begins, DAY if hours.closes == time.max else ends, calls)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_calls(value: Any) -> bool:  # noqa: ANN401  (whatever stands in a TOML file)
    return _is_number(value) and value > 0
