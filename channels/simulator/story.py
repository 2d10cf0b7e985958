"""What happens to a message after it was accepted, as a list of steps with their times."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from channels.simulator.outcomes import Twist


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, `delay` seconds after acceptance.

    `status` and `code` are written into the book when the step begins (empty: nothing to write);
    `told` says whether we hear of it; `payload` is what the lane's handler needs.
    """

    lane: str
    delay: float
    status: str = ""
    code: str = ""
    told: bool = True
    payload: Mapping[str, Any] = field(default_factory=dict, repr=False)


def _lose(steps: list[Step]) -> list[Step]:
    return [replace(step, told=False) for step in steps]


def _reorder(steps: list[Step]) -> list[Step]:
    told = [place for place, step in enumerate(steps) if step.told]
    if len(told) < 2:  # noqa: PLR2004 -- one callback cannot be overtaken
        return steps
    overtaken = steps[told[-2]]
    rest = [step for place, step in enumerate(steps) if place != told[-2]]
    # The book keeps the true course: what comes late changes no status any more.
    return [*rest, replace(overtaken, status="", delay=steps[-1].delay)]


def _duplicate(steps: list[Step]) -> list[Step]:
    return [twin for step in steps for twin in ([step, replace(step, status="")] if step.told else [step])]


def _early(steps: list[Step]) -> list[Step]:
    return [replace(step, delay=0) for step in steps[:1]] + steps[1:]


_ARRANGERS: tuple[tuple[Twist, Callable[[list[Step]], list[Step]]], ...] = (
    (Twist.LOSE, _lose),
    (Twist.REORDER, _reorder),
    (Twist.DUPLICATE, _duplicate),
    (Twist.EARLY, _early),
)


def arrange(steps: Iterable[Step], twists: frozenset[Twist]) -> Sequence[Step]:
    """Return the steps as the twists bend them: lost, overtaken, doubled, early."""
    arranged = list(steps)
    for twist, bend in _ARRANGERS:
        if twist in twists:
            arranged = bend(arranged)
    return arranged
