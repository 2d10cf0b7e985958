"""Whether a ladder that can be read makes sense: by itself, and beside the others that are in force with it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from schedules.constants import Constants
from schedules.ladders.lines import Where
from schedules.ladders.model import Anchor, Ladder, Occasion, Offset, Policy, Step
from schedules.ladders.shape import STATUSES, Found

OF_MILESTONES: Final = frozenset({Anchor.RENEWAL_MONTH, Anchor.ON})
"""What is known of an occasion that is no renewal."""
OF_RENEWALS: Final = frozenset(Anchor) - {Anchor.ON}
STATUSES_OF_MILESTONES: Final = ("upcoming",)
MONTHS: Final = tuple(date(year, month, 1) for year in range(2026, 2033) for month in range(1, 13))
AROUND_MONTHS: Final = frozenset({1, 2, 3, 14, 15, 16, 26, 27, 28, 29, 30, 31})
DAYS: Final = tuple(
    day for day in (date(2027, 1, 1) + timedelta(count) for count in range(731)) if day.day in AROUND_MONTHS
)
"""Anchor days on which a ladder is tried out: the ends of months, a leap year's among them, and days between."""


def meaningless(ladder: Ladder, constants: Constants) -> Found:
    """Give whatever makes no sense in a ladder, each with its place and its mend."""
    days = Spans(constants)
    for number, step in enumerate(ladder.steps):
        for where, what, mend in (*_wrong(ladder.occasion, step), *_wrong_days(step, days), *_too_late(step, days)):
            yield ("steps", number, *where), what, mend
        yield from _clashes(number, ladder, [(ladder, one) for one in ladder.steps[:number]], days)


def clashing(ladder: Ladder, others: Iterable[Ladder], constants: Constants) -> Found:
    """Give the steps of a ladder that are at odds with those of other ladders."""
    days, held = Spans(constants), [(other, one) for other in others for one in other.steps]
    for number in range(len(ladder.steps)):
        yield from _clashes(number, ladder, held, days)


class Spans:
    """The first and the last day of each step on every anchor day that is tried, worked out once."""

    def __init__(self, constants: Constants) -> None:
        self._constants, self._found = constants, dict[int, tuple[Step, dict[date, tuple[date, date]]]]()

    def of(self, step: Step) -> dict[date, tuple[date, date]]:
        """Return the days by anchor day; none if a constant is not known."""
        if id(step) not in self._found:  # the step is kept beside its days, so that its id stays its own
            self._found[id(step)] = step, self._worked_out(step)
        return self._found[id(step)][1]

    def known(self, offset: Offset) -> bool:
        """Say whether the constant that an offset names has a value on every day that is tried."""
        try:
            return isinstance(offset.days, int) or all(offset.day(day, self._constants.on(day)) for day in DAYS)
        except KeyError:
            return False

    def _worked_out(self, step: Step) -> dict[date, tuple[date, date]]:
        if not self.known(step.starts) or not self.known(step.ends):
            return {}
        days = MONTHS if step.anchor is Anchor.RENEWAL_MONTH else DAYS
        held = [(day, self._constants.on(day)) for day in days]
        return {day: (step.starts.day(day, known), step.ends.day(day, known)) for day, known in held}


def _wrong(occasion: Occasion, step: Step) -> Found:
    anchors = OF_RENEWALS if occasion is Occasion.RENEWAL else OF_MILESTONES
    statuses = STATUSES if occasion is Occasion.RENEWAL else STATUSES_OF_MILESTONES
    for name, offset in _offsets(step):
        if offset.anchor not in anchors:
            yield (name,), f"{occasion} has no `{offset.anchor}`", f"count from one of {', '.join(sorted(anchors))}"
    for status in sorted(step.statuses - set(statuses)):
        yield ("statuses",), f"{occasion} is never “{status}”", f"use only {', '.join(statuses)}"
    if step.policy is Policy.FALLBACK and not step.fallback_days:
        yield ("channels",), "`fallback` without days", "say after how many: fallback_days = 3"
    if step.policy is not Policy.FALLBACK and step.fallback_days:
        yield ("fallback_days",), "`fallback_days` without `fallback`", 'write channels = "fallback", or leave them out'


def _wrong_days(step: Step, days: Spans) -> Found:
    for name, offset in _offsets(step):
        if not days.known(offset):
            yield (name,), f"“{offset.days}” names no constant", "use a name of schedules/constants.toml"
    if step.starts.anchor is not step.ends.anchor:
        what = f"`from` is counted from {step.starts.anchor}, `until` from {step.ends.anchor}"
        yield ("until",), what, "count both from the same anchor"
        return
    before = [(day, first, last) for day, (first, last) in days.of(step).items() if last < first]
    for day, first, last in before[:1]:
        what = f"it ends before it begins: if {step.anchor} is {day}, {last} comes before {first}"
        yield ("until",), what, "let `until` be on or after `from` on every day that the anchor may have"


def _too_late(step: Step, days: Spans) -> Found:
    """Give a further channel whose turn comes only after the step has ended."""
    least = min((last - first for first, last in days.of(step).values()), default=timedelta.max)
    if timedelta() <= least < timedelta(step.fallback_days):
        what = f"the next channel waits {step.fallback_days} days, and the step ends after {least.days}"
        yield ("fallback_days",), what, "let it wait less, or let `until` be later"


def _clashes(number: int, ladder: Ladder, beside: Iterable[tuple[Ladder, Step]], days: Spans) -> Found:
    """Give how a step is at odds with those beside it: a key held twice, the same days for the same people."""
    where: Where = ("steps", number)
    step = ladder.steps[number]
    for other, one in beside:
        of = "" if other is ladder else f" of the ladder {other.name}"
        if one.key == step.key:
            yield (*where, "key"), f"`{step.key}` is a step{of} already", "give each step a key of its own"
        elif _meet(ladder, other, step, one) and (day := _overlap(days.of(step), days.of(one))):
            what = f"its days overlap with those of `{one.key}`{of} (if {step.anchor} is {day})"
            yield where, what, "let one begin after the other has ended, or part their statuses, owners or cycles"


def _meet(ladder: Ladder, other: Ladder, step: Step, one: Step) -> bool:
    """Say whether two steps may be about the same person and occasion at a time."""
    shared = step.statuses & one.statuses, step.owners & one.owners, step.cycles & one.cycles
    programs = not ladder.programs or not other.programs or bool(ladder.programs & other.programs)
    return programs and ladder.occasion is other.occasion and step.anchor is one.anchor and all(shared)


def _overlap(days: Mapping[date, tuple[date, date]], others: Mapping[date, tuple[date, date]]) -> date | None:
    """Return the first anchor day that is tried on which two steps share a day."""
    both = ((day, days[day], others[day]) for day in days if day in others)
    return next((day for day, one, two in both if max(one[0], two[0]) <= min(one[1], two[1])), None)


def _offsets(step: Step) -> Iterator[tuple[str, Offset]]:
    named = {"from": step.starts, "until": step.ends, "shows": step.shows}
    return ((name, offset) for name, offset in named.items() if offset)
