"""A ladder, its steps, and the day that an offset from an anchor names."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from schedules.months import same_day
from schedules.windows import WEEKDAYS

ORDINALS: Final = ("first", "second", "third", "fourth", "last")


class Anchor(StrEnum):
    """A date that a step is counted from."""

    RENEWAL_MONTH = "renewal_month"
    """The first day of the due month."""
    PACKET_MAILED_ON = "packet_mailed_on"
    REQUESTED_ON = "requested_on"
    DUE_ON = "due_on"
    RECEIVED_ON = "received_on"
    EFFECTIVE_ON = "effective_on"
    """The day on which coverage ended."""
    STATUS_ON = "status_on"
    """The day on which the county said what the status is now."""
    ON = "on"
    """The day itself, of an occasion that is no renewal: a birthday's month, a care plan, a notice, a move."""


OF_EVERYBODY: Final = frozenset({Anchor.RENEWAL_MONTH, Anchor.ON})
"""A step counted from one of these asks everybody it is about; the others only those with an allowed status."""


class Occasion(StrEnum):
    """What falls due for a member."""

    RENEWAL = "renewal"
    AGE_OUT_19 = "age_out_19"
    AGE_OUT_21 = "age_out_21"
    AGE_OUT_26 = "age_out_26"
    ANNUAL_CARE_PLAN = "annual_care_plan"
    CONTINUITY_END = "continuity_end"
    MOVED_COUNTY = "moved_county"
    WORK_NOTICE = "work_notice"


class Policy(StrEnum):
    """Which of a person's channels a step uses."""

    EACH = "each"
    """Each channel that the person consented to."""
    FIRST = "first"
    """The first in the person's order that may be used."""
    FALLBACK = "fallback"
    """The first; the next one when nothing was delivered within `fallback_days`."""


@dataclass(frozen=True, slots=True)
class Offset:
    """A day counted from an anchor: months first, then the named weekday of that month, then days.

    `days` may name a dated constant (`schedules.constants`), read for the anchor's own day, and days more: "cure_days",
    "cure_days + 15". A month that has no such day gives its last one.
    """

    anchor: Anchor
    months: int = 0
    days: int | str = 0
    weekday: str = ""
    """Such as "second tuesday" or "last friday"."""

    def day(self, anchor_day: date, constants: Mapping[str, int]) -> date:
        """Return the day; raises `KeyError` for a constant nobody gave."""
        moved = same_day(anchor_day, self.months) if self.months else anchor_day
        if self.weekday:
            moved = _nth_weekday(moved, self.weekday)
        return moved + timedelta(days=_counted(self.days, constants))


@dataclass(frozen=True, slots=True)
class Step:
    """One planned touch: from when to when (both days included), to whom, by which channels, in which words."""

    key: str
    template: str
    starts: Offset
    ends: Offset
    statuses: frozenset[str]
    templates: Mapping[str, str] = field(default_factory=dict)
    """Other words for some statuses."""
    policy: Policy = Policy.EACH
    fallback_days: int = 0
    priority: int = 5
    """5 to 9; of two on one day the lower goes first."""
    owners: frozenset[str] = frozenset({"county"})
    """Who renews: `county`, `ssa`."""
    cycles: frozenset[int] = frozenset({6, 12})
    """Months from one renewal to the next."""
    shows: Offset | None = None
    """The date that the words name as `{date}`."""

    @property
    def anchor(self) -> Anchor:
        """What the step is counted from."""
        return self.starts.anchor

    def words(self, status: str) -> str:
        """Return the key of the template that a status asks for."""
        return self.templates.get(status, self.template)


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps of one occasion, in the order in which they come."""

    name: str
    occasion: Occasion
    steps: tuple[Step, ...]
    programs: frozenset[str] = frozenset()
    """Empty: any program."""
    purpose: str = "renewal"

    def allowed(self) -> list[str]:
        """Return `step:owner:cycle:status` for whatever may be said: the one table of status and message type."""
        return [
            f"{step.key}:{owner}:{cycle}:{status}"
            for step in self.steps
            for owner in sorted(step.owners)
            for cycle in sorted(step.cycles)
            for status in sorted(step.statuses)
        ]


def _counted(days: int | str, constants: Mapping[str, int]) -> int:
    if isinstance(days, int):
        return days
    name, _, more = days.partition("+")
    return constants[name.strip()] + int(more or 0)


def _nth_weekday(day: date, named: str) -> date:
    """Return the named weekday ("second tuesday") of the day's month."""
    ordinal, _, name = named.partition(" ")
    _, last = calendar.monthrange(day.year, day.month)
    found = [
        day.replace(day=number)
        for number in range(1, last + 1)
        if day.replace(day=number).weekday() == WEEKDAYS.index(name)
    ]
    return found[-1] if ordinal == "last" else found[ORDINALS.index(ordinal)]
