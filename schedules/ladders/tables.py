"""Ladders as tables for people: what may be said in each status, and when each step comes."""

from collections.abc import Iterable
from dataclasses import dataclass

from schedules.ladders.model import Anchor, Ladder, Offset, Step
from schedules.ladders.shape import STATUSES


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that may be said in a status: a step in its words, to whom."""

    status: str
    ladder: str
    step: str
    template: str
    owners: tuple[str, ...]
    cycles: tuple[int, ...]

    def shown(self) -> str:
        """Return the step, and its words where they have another name."""
        return self.step if self.template == self.step else f"{self.step} → {self.template}"


def may_be_said(ladders: Iterable[Ladder]) -> list[Said]:
    """Return the one table of status and message type, in the order of statuses, ladders and steps."""
    steps = [(ladder, step) for ladder in ladders for step in ladder.steps]
    return [
        Said(status, ladder.name, step.key, step.words(status), tuple(sorted(step.owners)), tuple(sorted(step.cycles)))
        for status in STATUSES
        for ladder, step in steps
        if status in step.statuses
    ]


def by_status(table: Iterable[Said]) -> list[tuple[str, str, str]]:
    """Return status, ladder and what may be said; a status in which nothing is has one row that says so."""
    found: dict[tuple[str, str], list[str]] = {}
    for said in table:
        found.setdefault((said.status, said.ladder), []).append(said.shown())
    quiet = [(status, "–", "nothing") for status in STATUSES if status not in {one for one, _ in found}]
    rows = [(status, ladder, ", ".join(steps)) for (status, ladder), steps in found.items()]
    return sorted((*rows, *quiet), key=lambda row: STATUSES.index(row[0]))


def when(step: Step) -> str:
    """Return when a step comes: "M-2 day 1 to M-1 day 14", "effective_on + 30 days to effective_on + 37 days"."""
    return f"{_day(step.starts)} to {_day(step.ends)}"


def _day(offset: Offset) -> str:
    if offset.anchor is Anchor.RENEWAL_MONTH and isinstance(offset.days, int) and (offset.days >= 0 or offset.weekday):
        month = f"M{offset.months:+d}" if offset.months else "M"
        return f"{month} {offset.weekday}{_more(offset.days)}" if offset.weekday else f"{month} day {offset.days + 1}"
    months = _signed(offset.months, "months") if offset.months else ""
    weekday = f", {offset.weekday} of that month" if offset.weekday else ""
    return f"{offset.anchor}{months}{weekday}{_more(offset.days)}"


def _more(days: int | str) -> str:
    if isinstance(days, str):
        return f" + {days}"
    return _signed(days, "days") if days else ""


def _signed(count: int, unit: str) -> str:
    return f" {'-' if count < 0 else '+'} {abs(count)} {unit if abs(count) > 1 else unit[:-1]}"
