"""Where a person may be: the zones whose hours bind us, and the states whose law does.

Written as `America/Los_Angeles;CA`, or `America/Chicago|America/New_York;FL`; `;` alone is nowhere known.
Several zones are candidates, or the address's and the number's: a moment must be right in each of them,
so an uncertain place has the narrowest window, never a wrong one.

What the person chose may follow: `America/Los_Angeles;CA;9-17;2026-12-01` is somebody who is written to from 9 to 17
only and not before December. Either part may be empty.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final

STATES: Final = frozenset(
    {"AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY",
     "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH",
     "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "AS", "GU", "MP",
     "PR", "VI"}
)  # fmt: skip
"""The states, the District of Columbia and the territories whose numbers are reached."""


@dataclass(frozen=True, slots=True)
class Place:
    """Zones (IANA names), those of the address before those of the number, and states (two letters), sorted."""

    zones: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    hours: tuple[int, int] | None = None
    """The hours of the day that the person chose, the second excluded."""
    paused_until: date | None = None
    """The first day on which the person wants to hear from us again."""

    def __str__(self) -> str:
        where = f"{'|'.join(self.zones)};{'|'.join(self.states)}"
        if self.hours is None and self.paused_until is None:
            return where
        hours = f"{self.hours[0]}-{self.hours[1]}" if self.hours else ""
        return f"{where};{hours};{self.paused_until or ''}"

    @property
    def unpaused(self) -> "Place":
        """The same without the pause."""
        return self if self.paused_until is None else replace(self, paused_until=None)

    @property
    def bare(self) -> "Place":
        """The same without what the person chose."""
        return Place(self.zones, self.states)


@lru_cache(maxsize=4096)
def parse_place(text: str) -> Place:
    """Return the place that a text names."""
    zones, states, hours, paused = (text.split(";") + [""] * 3)[:4]
    first, _, last = hours.partition("-")
    return Place(
        tuple(filter(None, zones.split("|"))), tuple(filter(None, states.split("|"))),
        (int(first), int(last)) if last else None, date.fromisoformat(paused) if paused else None,
    )  # fmt: skip
