"""The small tables that the planner's SQL joins: what is asked of whom, when each step is due, in which words."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from app.db.columns import columns
from app.db.daily import Ranges
from app.pipeline.ladders import LadderBook
from app.pipeline.wording import Phrasebook
from app.rules.facts import Channel
from schedules.calendar import Calendar
from schedules.constants import Constants
from schedules.ladders.model import OF_EVERYBODY, Ladder, Step
from schedules.ladders.slots import anchor_days_due, slots
from schedules.places import parse_place

A_DAY = timedelta(days=1)
ALWAYS = datetime.min.replace(tzinfo=UTC)
NO_CHANNEL = "none"
OF_THE_COUNTY = "county"
OF_STEPS = ("step_number", "step_ladder", "step_key", "step_priority", "step_purpose", "step_shows")
OF_ASKED = (
    "asked_occasion", "asked_program", "asked_cycle", "asked_owner", "asked_status", "asked_anchor", "asked_day",
    "asked_step", "asked_starts_on", "asked_template", "asked_may",
)  # fmt: skip
OF_SLOTS = (
    "slot_step", "slot_day", "slot_place", "slot_channel", "slot_first_due", "slot_due", "slot_deadline",
    "slot_month", "slot_fits", "slot_refused",
)  # fmt: skip
OF_WORDS = ("word_template", "word_wanted", "word_channel", "word_language", "word_version")
OF_ABOUT = ("about_step", "about_day", "about_on")


class Met(Protocol):
    """One kind of occasion that is met, and one of its anchor days."""

    occasion: str
    program: str
    cycle: int
    owner: str
    status: str
    anchor: str
    day: date


@dataclass(frozen=True)
class Rules:
    """What decides when and in which words an agency's members are written to."""

    book: LadderBook
    phrases: Phrasebook
    calendar: Calendar
    constants: Constants

    @cached_property
    def steps(self) -> list[tuple[Ladder, Step]]:
        """Return the steps of all ladders; their places in this list are their numbers."""
        return [(ladder, step) for ladder in self.book.ladders for step in ladder.steps]

    @property
    def purposes(self) -> list[str]:
        """Return what people must have agreed to for one ladder or another."""
        return sorted({ladder.purpose for ladder in self.book.ladders})

    def starts_on(self, step: Step, anchor_day: date) -> date:
        """Return the first day of a step."""
        return step.starts.day(anchor_day, self.constants.on(anchor_day))

    def day(self, moment: datetime) -> date:
        """Return the day that it is by the agency's clock."""
        return moment.astimezone(ZoneInfo(self.calendar.hours.zone)).date()


def tables(
    rules: Rules, met: Sequence[Met], places: Sequence[str], wanted: Sequence[str], *, until: date, now: datetime
) -> dict[str, str]:
    """Return the arrays of all small tables, for steps that begin by `until`."""
    numbered = list(enumerate(rules.steps))
    asked = [row for number, _ in numbered for row in _asked(rules, number, met, until)]
    days = defaultdict[int, set[date]](set)
    for row in asked:
        days[row[7]].add(row[6])
    return {
        **columns(OF_STEPS, [_step(number, ladder, step) for number, (ladder, step) in numbered]),
        **columns(OF_ASKED, asked),
        **columns(OF_SLOTS, _slots(rules, days, sorted({*places, f"{rules.calendar.hours.zone};"}), now)),
        **columns(OF_WORDS, _words(rules.phrases, sorted({row[9] for row in asked}), wanted)),
        **columns(OF_ABOUT, _about(rules, days, met)),
    }


def may_begin(rules: Rules, since: date, until: date, *, after: date | None = None) -> Ranges:
    """Return, by anchor, on which anchor days each step begins by `until` and is not over before `since`.

    With `after`, only those on which it begins later than that day.
    """
    found = defaultdict[str, list[tuple[Any, ...]]](list)
    for ladder, step in rules.steps:
        if days := _anchor_days(rules, step, since, until, after or date.min):
            found[step.anchor].append((
                ladder.occasion, ",".join(sorted(ladder.programs)), ",".join(map(str, sorted(step.cycles))),
                ",".join(sorted(step.owners)), ",".join(sorted(step.statuses)), step.anchor in OF_EVERYBODY, step.key,
                *days,
            ))  # fmt: skip
    return found


def _anchor_days(rules: Rules, step: Step, since: date, until: date, after: date) -> tuple[date, date] | None:
    """Return the first and last day of its anchor for which a step begins by `until` by the agency's clock."""
    noons = (datetime.combine(day, time(12), UTC) for day in (since, until))
    found = anchor_days_due(step, rules.constants, *noons)
    if found is None:
        return None
    first, last = found
    while first <= last and rules.starts_on(step, last) > until:
        last -= A_DAY
    while first <= last and rules.starts_on(step, first) <= after:
        first += A_DAY
    return (first, last) if first <= last else None


def fits(ladder: Ladder, step: Step, met: Met) -> bool:
    """Say whether a step is about an occasion at all; a step of the county's own asks whom others renew, too."""
    return (
        ladder.occasion == met.occasion
        and (not ladder.programs or met.program in ladder.programs)
        and met.cycle in step.cycles
        and (met.owner in step.owners or OF_THE_COUNTY in step.owners)
    )


def may(step: Step, met: Met) -> bool:
    """Say whether a step may be said in an occasion's state."""
    return met.owner in step.owners and met.cycle in step.cycles and met.status in step.statuses


def _step(number: int, ladder: Ladder, step: Step) -> tuple[Any, ...]:
    return number, ladder.name, step.key, step.priority, ladder.purpose, step.shows and str(step.shows.anchor)


def _asked(rules: Rules, number: int, met: Sequence[Met], until: date) -> Iterable[tuple[Any, ...]]:
    """Give what a step asks: of everybody whom it is about, or only where the status allows it."""
    ladder, step = rules.steps[number]
    for one in met:
        if one.anchor != step.anchor or not fits(ladder, step, one):
            continue
        allowed = may(step, one)
        starts_on = rules.starts_on(step, one.day)
        if (allowed or step.anchor in OF_EVERYBODY) and starts_on <= until:
            yield (
                one.occasion, one.program, one.cycle, one.owner, one.status, one.anchor, one.day, number, starts_on,
                step.words(one.status), allowed,
            )  # fmt: skip


def _slots(
    rules: Rules, days: Mapping[int, set[date]], places: Sequence[str], now: datetime
) -> Iterable[tuple[Any, ...]]:
    """Give when each step is due, unless its days were over before its agency brought it.

    Who cannot be reached at all is counted as if by text, on the agency's clock.
    """
    steps, channels = rules.steps, [str(channel) for channel in Channel]
    agencys = f"{rules.calendar.hours.zone};"
    written = {str(parse_place(place)): place for place in places}
    for number, anchors in days.items():
        found = slots(
            steps[number][1], sorted(anchors), map(parse_place, places), channels, calendar=rules.calendar,
            constants=rules.constants, now=now,
        )  # fmt: skip
        brought_at = rules.book.since.get(steps[number][1].key, ALWAYS)
        for slot in found:
            if slot.deadline_at <= min(brought_at, now):
                continue
            times = (slot.first_due_at, slot.due_at, slot.deadline_at, slot.month, slot.fits, slot.refused)
            yield number, slot.anchor_on, written[slot.place], slot.channel, *times
            if slot.channel == Channel.SMS and written[slot.place] == agencys:
                yield number, slot.anchor_on, agencys, NO_CHANNEL, *times


def _words(phrases: Phrasebook, keys: Iterable[str], wanted: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    """Give the version in which each reader gets each template; one that may not be sent is not named.

    A template without words for a channel has no row.
    """
    for key in keys:
        for language in wanted:
            for channel in Channel:
                try:
                    found, version = phrases.version(key, channel, language)
                except KeyError:
                    continue
                yield key, language, str(channel), found, version if phrases.may_send(version) else None


def _about(rules: Rules, days: Mapping[int, set[date]], met: Sequence[Met]) -> Iterable[tuple[Any, ...]]:
    """Give the date that the words of a step name, for each day that it is counted from."""
    steps = rules.steps
    for number in days:
        ladder, step = steps[number]
        if step.shows is None:
            continue
        shown = {one.day for one in met if one.anchor == step.shows.anchor and one.occasion == ladder.occasion}
        for day in sorted(shown):
            yield number, day, step.shows.day(day, rules.constants.on(day))
