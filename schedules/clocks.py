"""Clocks: the hours of the days in one zone, by the rules that hold there, as stretches of time that can be joined."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from schedules.closed import Closed
from schedules.legal import LegalRule
from schedules.windows import DAY, WEEKDAYS, ContactWindow, Opening, instants

Hours = tuple[time, time]
ALL_DAY: Hours = (time.min, time.max)
HOURS_OF_A_DAY = 24


class Rule(Protocol):
    """Something that leaves some hours of a day."""

    def hours(self, day: date) -> Hours | None:
        """Return the hours that are left; None for none."""

    def closed(self, day: date) -> Closed:
        """Return why the other hours are not."""


@dataclass(frozen=True, slots=True)
class Weekly:
    """A contact window of somebody's own: `agency` or `house`."""

    whose: str
    window: ContactWindow

    def hours(self, day: date) -> Hours | None:
        """Return the window's hours on its weekdays."""
        return (self.window.opens, self.window.closes) if day.weekday() in self.window.weekdays else None

    def closed(self, day: date) -> Closed:
        """Return whether it is the weekday or the hour."""
        return _closed(self.whose, self.hours(day), day)


@dataclass(frozen=True, slots=True)
class Daily:
    """Whole hours that somebody chose for every day, the last one excluded."""

    whose: str
    first: int
    last: int

    def hours(self, day: date) -> Hours | None:  # noqa: ARG002  (every day alike)
        """Return the hours."""
        return time(self.first), time(self.last) if self.last < HOURS_OF_A_DAY else time.max

    def closed(self, day: date) -> Closed:
        """Return which hours they are."""
        return _closed(self.whose, self.hours(day), day)


@dataclass(frozen=True, slots=True)
class Legal:
    """A law's hours."""

    rule: LegalRule

    def hours(self, day: date) -> Hours | None:
        """Return the law's hours on the days that it is about, else the whole day."""
        return self.rule.hours if self.rule.holds(day) else ALL_DAY

    def closed(self, day: date) -> Closed:
        """Return which law, and whether it is the weekday or the hour."""
        return _closed("law", self.hours(day), day, self.rule.source)


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Whole days that are left alone; `about` says what a day is, and nothing of the others."""

    code: str
    about: Callable[[date], str]

    def hours(self, day: date) -> Hours | None:
        """Return the whole day, or nothing."""
        return None if self.about(day) else ALL_DAY

    def closed(self, day: date) -> Closed:
        """Return what the day is."""
        return Closed(self.code, self.about(day))


@dataclass(frozen=True, slots=True)
class Clock:
    """Rules that are kept on the clock of one zone."""

    zone: ZoneInfo
    rules: tuple[Rule, ...]

    def stretches(self, first: date, last: date) -> tuple[Opening, ...]:
        """Return what the rules leave of each day, both days included, in order."""
        return tuple(self._each(first, last))

    def why_closed(self, at: datetime) -> Closed | None:
        """Return what the first rule says that closes a moment, if one does."""
        local = at.astimezone(self.zone)
        day = local.date()
        for rule in self.rules:
            hours = rule.hours(day)
            if hours != ALL_DAY and not (hours and hours[0] <= local.time() < hours[1]):
                return rule.closed(day)
        return None

    def _each(self, first: date, last: date) -> Iterator[Opening]:
        day, offset = first, _offset(first, self.zone)
        while day <= last:
            tomorrow = day + DAY
            then = _offset(tomorrow, self.zone)
            if hours := self._hours(day):
                opens, closes = _plainly(hours, day, offset) if offset == then else _instants(hours, self.zone, day)
                if opens < closes:
                    yield Opening(opens, closes)
            day, offset = tomorrow, then

    def _hours(self, day: date) -> Hours | None:
        opens, closes = ALL_DAY
        for rule in self.rules:
            hours = rule.hours(day)
            if hours is None:
                return None
            opens, closes = max(opens, hours[0]), min(closes, hours[1])
        return (opens, closes) if opens < closes else None


def joined(rows: Sequence[Sequence[Opening]]) -> list[Opening]:
    """Return what rows of stretches, one or more, have in common, in order, and touching ones as one."""
    found, *others = rows
    for other in others:
        found = list(_shared(found, other))
    return _merged(found)


def _shared(some: Sequence[Opening], others: Sequence[Opening]) -> Iterator[Opening]:
    """Give what two rows of stretches have in common."""
    one = other = 0
    while one < len(some) and other < len(others):
        opens = max(some[one].opens_at, others[other].opens_at)
        closes = min(some[one].closes_at, others[other].closes_at)
        if opens < closes:
            yield Opening(opens, closes)
        if some[one].closes_at < others[other].closes_at:
            one += 1
        else:
            other += 1


def _merged(stretches: Sequence[Opening]) -> list[Opening]:
    found: list[Opening] = []
    for stretch in stretches:
        if found and found[-1].closes_at == stretch.opens_at:
            found[-1] = Opening(found[-1].opens_at, stretch.closes_at)
        else:
            found.append(stretch)
    return found


def _offset(day: date, zone: ZoneInfo) -> timedelta:
    """Return how far the zone is ahead of UTC when the day begins."""
    return datetime.combine(day, time.min, zone).utcoffset() or timedelta()


def _plainly(hours: Hours, day: date, offset: timedelta) -> tuple[datetime, datetime]:
    """Return when hours begin and end on a day on which no clock changes."""
    opens, closes = hours
    begins = datetime.combine(day, opens, UTC) - offset
    if closes == time.max:
        return begins, datetime.combine(day + DAY, time.min, UTC) - offset
    return begins, datetime.combine(day, closes, UTC) - offset


def _instants(hours: Hours, zone: ZoneInfo, day: date) -> tuple[datetime, datetime]:
    opens, closes = hours
    if closes < time.max:
        return instants(opens, closes, zone, day)
    begins, _ = instants(opens, opens, zone, day)
    midnight, _ = instants(time.min, time.min, zone, day + DAY)
    return begins, midnight


def _closed(whose: str, hours: Hours | None, day: date, law: str = "") -> Closed:
    if hours is None:
        return Closed(f"{whose}_weekday", f"{WEEKDAYS[day.weekday()].title()}s", law)
    return Closed(f"{whose}_hours", f"{hours[0]:%H:%M}-{hours[1]:%H:%M}", law)
