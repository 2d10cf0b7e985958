"""Where a person may be: the zones whose hours bind us, and the states whose law does.

Written as `America/Los_Angeles;CA`, or `America/Chicago|America/New_York;FL`; `;` alone is nowhere known.
Several zones are candidates, or the address's and the number's: a moment must be right in each of them,
so an uncertain place has the narrowest window, never a wrong one.
"""

from dataclasses import dataclass
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

    def __str__(self) -> str:
        return f"{'|'.join(self.zones)};{'|'.join(self.states)}"


@lru_cache(maxsize=4096)
def parse_place(text: str) -> Place:
    """Return the place that a text names."""
    zones, _, states = text.partition(";")
    return Place(tuple(filter(None, zones.split("|"))), tuple(filter(None, states.split("|"))))
