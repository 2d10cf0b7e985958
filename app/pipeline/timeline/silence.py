"""What is not said: steps for which nothing is planned, and ladders that are not about the person, each with why."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from app.db.drafting import ANCHORS
from app.db.transaction import Row
from app.pipeline.timeline.entries import Drafted, Known
from app.rules.explaining.grounds import ground
from app.rules.explaining.steps import in_words, not_about, not_asked, nothing_such
from schedules.ladders.model import Ladder, Step
from schedules.ladders.slots import days_of
from schedules.months import add_months, month_of

MONTHS_OPEN: Final = 5
"""So long after its month the last step of an occasion may come: the cure days and what follows them."""
NO_CHANNEL: Final = "none"


def silent(known: Known, rows: Sequence[Row[Any]], drafted: Drafted) -> list[dict[str, Any]]:
    """Return an entry for each step and channel, and each ladder, of which nothing comes."""
    covered = {(row.renewal_id, row.step, row.channel) for row in (*rows, *drafted.rows)}
    channels = [row.channel for row in drafted.reach] or [NO_CHANNEL]
    found = list[dict[str, Any]]()
    for occasion in _open(known, drafted):
        found += _of_steps(known, occasion, channels, covered, drafted)
        found += _of_ladders(known, occasion, drafted)
    kinds = {row.occasion for row in drafted.occasions}
    found += [
        _ladder(_about(known, None, ladder, drafted), nothing_such(ladder), [step.key for step in ladder.steps])
        for ladder in known.rules.book.ladders
        if ladder.occasion not in kinds
    ]
    return found


Occasion = list[Row[Any]]
"""One occasion in its states, now and as foreseen."""


def _open(known: Known, drafted: Drafted) -> Iterator[Occasion]:
    """Give what falls due and may still bring something."""
    since = add_months(month_of(known.rules.day(known.now)), -MONTHS_OPEN)
    coming = {row.renewal_id for row in drafted.rows}
    found: dict[UUID, Occasion] = defaultdict(list)
    for row in drafted.occasions:
        if row.period >= since and (row.renewal_id in coming or row.renewal_id not in drafted.foreseen):
            found[row.renewal_id].append(row)
    yield from found.values()


def _steps(known: Known, one: Row[Any]) -> Iterator[tuple[Ladder, Step, str]]:
    """Give the steps of the ladders of an occasion's kind, each with why it is not about it, if so."""
    for ladder, step in known.rules.steps:
        if ladder.occasion == one.occasion:
            why = not_about(ladder, step, program=one.program, cycle=one.cycle, owner=one.owner)
            yield ladder, step, why


def _of_steps(
    known: Known, occasion: Occasion, channels: Sequence[str], covered: set[tuple[Any, ...]], drafted: Drafted
) -> Iterator[dict[str, Any]]:
    one = occasion[0]
    for ladder, step, why in _steps(known, one):
        said = {channel for id_, key, channel in covered if (id_, key) == (one.renewal_id, step.key)}
        open_ = [channel for channel in channels if channel not in said and not (said and channel == NO_CHANNEL)]
        if why or not open_:
            continue
        day: date | None = getattr(one, ANCHORS[step.anchor])
        statuses = [row.status for row in occasion]
        reason, told = not_asked(
            ladder, step, statuses=statuses, owner=one.owner, anchor_on=day, too_new=_is_too_new(known, step, day)
        )  # fmt: skip
        for channel in open_:
            yield {
                **_about(known, one, ladder, drafted), "what": "step", "step": step.key, "channel": channel,
                "status": "not_asked", "reason": reason, "place": in_words(ladder, step), "explanation": told,
                "rule": ground(reason), "summary": f"{step.key} by {channel}: nothing planned",
            }  # fmt: skip


def _is_too_new(known: Known, step: Step, day: date | None) -> bool:
    """Say whether the days of a step were over before the agency brought it."""
    brought_at = known.rules.book.since.get(step.key)
    if brought_at is None or day is None:
        return False
    _, last = days_of(step, day, known.rules.constants)
    return last < known.rules.day(brought_at)


def _of_ladders(known: Known, occasion: Occasion, drafted: Drafted) -> Iterator[dict[str, Any]]:
    """Give a line for each ladder whose steps, all or some, are not about an occasion of its kind."""
    one = occasion[0]
    found: dict[tuple[str, str], tuple[Ladder, list[str]]] = {}
    for ladder, step, why in _steps(known, one):
        if why:
            found.setdefault((ladder.name, why), (ladder, []))[1].append(step.key)
    for (_, why), (ladder, steps) in found.items():
        yield _ladder(_about(known, one, ladder, drafted), why, steps)


def _ladder(about: dict[str, Any], why: str, steps: list[str]) -> dict[str, Any]:
    return {
        **about, "what": "ladder", "steps": steps, "status": "not_about", "reason": "not_about", "explanation": why,
        "rule": "ladder", "summary": f"{about['ladder']}: not about this person",
    }  # fmt: skip


def _about(known: Known, one: Row[Any] | None, ladder: Ladder, drafted: Drafted) -> dict[str, Any]:
    foreseen = one is not None and one.renewal_id in drafted.foreseen
    return {
        "at": known.now,
        "ahead": True,
        "ladder": ladder.name,
        "occasion": str(ladder.occasion),
        "program": one.program if one else None,
        "renewal_month": f"{one.period:%Y-%m}" if one else None,
        "renewal_id": one.renewal_id if one and not foreseen else None,
        "law": None,
    }
