"""The renewals that follow those that are held, by their cycle, if each of them goes well."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from app.rules.facts import RenewalStatus
from app.rules.record import Renewal
from schedules.months import add_months

LOST: Final = frozenset(
    {RenewalStatus.DISCONTINUED_PROCEDURAL, RenewalStatus.INELIGIBLE, RenewalStatus.CURE_EXPIRED}
)  # fmt: skip
"""After these no renewal follows by itself."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A renewal that the county has not told yet; it comes if the one before ends well."""

    id: UUID
    program: str
    month: date
    cycle: int
    owner: str
    after: date
    """The month of the renewal that was told last."""


def foreseen(
    renewals: Iterable[Renewal], *, since: date, until: date, cycle: Callable[[int, date], int],
    new_id: Callable[[], UUID],
) -> list[Foreseen]:  # fmt: skip
    """Return the renewals that follow the last one of each program, due from one month to another."""
    last: dict[str, Renewal] = {}
    for one in renewals:
        if one.status is not RenewalStatus.CANCELED and (
            one.program not in last or one.month > last[one.program].month
        ):
            last[one.program] = one
    return [
        Foreseen(new_id(), one.program, month, months, one.owner, one.month)
        for _, one in sorted(last.items())
        if one.status not in LOST
        for month, months in _months(one, until, cycle)
        if month >= since
    ]


def _months(last: Renewal, until: date, cycle: Callable[[int, date], int]) -> Iterator[tuple[date, int]]:
    month = add_months(last.month, last.cycle)
    while month <= until:
        months = cycle(last.cycle_months, month)
        yield month, months
        month = add_months(month, months)
