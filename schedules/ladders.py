"""Ladders: the planned touches around a due month, as data, and the moments at which each is due."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from schedules.months import add_months, month_of
from schedules.windows import WINDOWS, next_opening

NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
MONTHS_AROUND: Final = range(-12, 13)
DEADLINE_DAYS: Final = range(1, 29)  # every month has a 28th


class BadLadder(Exception):
    """A ladder cannot be used: what is wrong, where in the text, and how to mend it."""

    def __init__(self, what: str, *, where: str, mend: str) -> None:
        super().__init__(f"{where}: {what}; {mend}")
        self.what, self.where, self.mend = what, where, mend


@dataclass(frozen=True, slots=True)
class Step:
    """One planned touch.

    It falls into the month `months_before` the due month (negative: after it) and may go out until the
    end of day `deadline_day` of the month after that, to renewals with one of `allowed_statuses`.
    """

    key: str
    template: str
    months_before: int
    deadline_day: int
    allowed_statuses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps of one program, in the order in which they come."""

    name: str
    program: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """When a step is due for everybody of one zone, channel and due month; times are in UTC.

    `first_due_at` is the first allowed moment of the step's month and never changes, `due_at` the first that
    is left now; `month`, that of `first_due_at` in the agency's zone, is what reports count it under. If it
    does not fit, the deadline comes first.
    """

    zone: str
    channel: str
    renewal_month: date
    first_due_at: datetime
    due_at: datetime
    deadline_at: datetime
    month: date
    fits: bool


# --- reading a ladder -------------------------------------------------------------------------


def parse_ladder(text: str) -> Ladder:
    """Return the ladder that a TOML text describes.

    Raises:
        BadLadder: the text is no TOML, or not all of a ladder, or more than a ladder.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadLadder(str(error), where="the text", mend="write it as TOML") from error
    _check(table, LADDER_FIELDS, where="the ladder")
    for number, step in enumerate(table["steps"], start=1):
        _check(step, STEP_FIELDS, where=f"step {number}")
    steps = tuple(Step(**{**step, "allowed_statuses": frozenset(step["allowed_statuses"])}) for step in table["steps"])
    if len({step.key for step in steps}) < len(steps):
        raise BadLadder("two steps have the same key", where="the ladder", mend="give each step a key of its own")
    return Ladder(table["name"], table["program"], steps)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and NAME.fullmatch(value) is not None


def _is_within(allowed: range) -> Callable[[object], bool]:
    return lambda value: type(value) is int and value in allowed  # a bool is an int too, but no number here


def _are_names(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_name, value))


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


_A_NAME: Final = (_is_name, "write a name of small letters, digits and underscores, in quotes")
LADDER_FIELDS: Final[Mapping[str, tuple[Callable[[object], bool], str]]] = {
    "name": _A_NAME,
    "program": _A_NAME,
    "steps": (_are_tables, "write at least one [[steps]] table"),
}
STEP_FIELDS: Final[Mapping[str, tuple[Callable[[object], bool], str]]] = {
    "key": _A_NAME,
    "template": _A_NAME,
    "months_before": (_is_within(MONTHS_AROUND), "write a whole number from -12 to 12"),
    "deadline_day": (_is_within(DEADLINE_DAYS), "write a day of the month from 1 to 28"),
    "allowed_statuses": (_are_names, 'write a list of renewal statuses, such as ["upcoming"]'),
}


def _check(table: Mapping[str, Any], fields: Mapping[str, tuple[Callable[[object], bool], str]], *, where: str) -> None:
    for name in table:
        if name not in fields:
            raise BadLadder(f"`{name}` is not known", where=where, mend=f"use only {', '.join(fields)}")
    for name, (holds, mend) in fields.items():
        if name not in table:
            raise BadLadder(f"`{name}` is missing", where=where, mend=mend)
        if not holds(table[name]):
            raise BadLadder(f"`{name}` is not usable", where=where, mend=mend)


# --- when a step is due -----------------------------------------------------------------------


def slot(
    step: Step, *, channel: str, zone: ZoneInfo, renewal_month: date, now: datetime, agency_zone: ZoneInfo
) -> Slot:
    """Return when the step is due for one zone, channel and due month (`now` is aware business time)."""
    [only] = slots(step, channels=[channel], zones=[zone], months=[renewal_month], now=now, agency_zone=agency_zone)
    return only


def slots(
    step: Step,
    *,
    channels: Iterable[str],
    zones: Iterable[ZoneInfo],
    months: Iterable[date],
    now: datetime,
    agency_zone: ZoneInfo,
) -> list[Slot]:
    """Return when the step is due for every zone, channel and due month: the table that SQL joins."""
    channels, months = tuple(channels), tuple(months)
    found = []
    for zone in zones:
        deadlines = [(month, _deadline(step, zone, month)) for month in months]
        for channel in channels:
            left = next_opening(WINDOWS[channel], zone, now).opens_at
            for renewal_month, deadline_at in deadlines:
                first_due_at, month = _first_opening(step.months_before, channel, zone, renewal_month, agency_zone)
                due_at = max(first_due_at, left)
                row = Slot(
                    zone=zone.key,
                    channel=channel,
                    renewal_month=renewal_month,
                    first_due_at=first_due_at,
                    due_at=due_at,
                    deadline_at=deadline_at,
                    month=month,
                    fits=due_at < deadline_at,
                )
                found.append(row)
    return found


@lru_cache(maxsize=8192)  # planning asks for the same few zones, channels and months every time
def _first_opening(
    months_before: int, channel: str, zone: ZoneInfo, renewal_month: date, agency_zone: ZoneInfo
) -> tuple[datetime, date]:
    """Return the first allowed moment of the step's month, and the month it is for the agency."""
    month = add_months(renewal_month, -months_before)
    midnight = datetime(month.year, month.month, 1, tzinfo=zone)
    opens_at = next_opening(WINDOWS[channel], zone, midnight).opens_at
    return opens_at, month_of(opens_at.astimezone(agency_zone))


def _deadline(step: Step, zone: ZoneInfo, renewal_month: date) -> datetime:
    """Return the midnight, in the person's zone, that ends the step's last day."""
    month = add_months(renewal_month, 1 - step.months_before)
    ends_with = month.replace(day=step.deadline_day)
    return datetime.combine(ends_with + timedelta(days=1), time(), zone).astimezone(UTC)
