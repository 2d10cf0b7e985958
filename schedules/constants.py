"""The dated constants of the law and of the programs: `constants.toml`, read and asked by day."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from schedules.dated import Row, check_order, read_rows

NEEDS: Final = {"name": str, "value": int, "unit": str, "source": str}
MAY: Final = {"note": str}
UNITS: Final = frozenset({"days", "months", "times", "minutes", "hours", "characters", "people", "yes or no"})
CYCLE: Final = "shortest_cycle_months"
YEARLY: Final = 12


class Constants:
    """What holds on which day."""

    def __init__(self, rows: Mapping[str, list[Row]]) -> None:
        self._rows = rows
        changes = {row.begins for found in rows.values() for row in found}
        changes |= {row.ends + timedelta(days=1) for found in rows.values() for row in found if row.ends < date.max}
        self._days = sorted(changes | {date.min})
        self._held = [self._holding(day) for day in self._days]

    def on(self, day: date) -> Mapping[str, int]:
        """Return every constant in force on a day, by its name."""
        return self._held[bisect_right(self._days, day) - 1]

    def value(self, name: str, on: date) -> int:
        """Return what a constant is on a day.

        Raises:
            KeyError: there is no such constant, or it is not in force on that day.
        """
        return self.on(on)[name]

    def rows(self) -> list[Row]:
        """Return the whole table, for people who read it."""
        return [row for name in sorted(self._rows) for row in self._rows[name]]

    def effective_cycle(self, cycle_months: int | None, renewal_month: date) -> int:
        """Return the months from one renewal to the next that hold for a renewal in a month."""
        return max(cycle_months or YEARLY, self.value(CYCLE, renewal_month))

    def _holding(self, day: date) -> Mapping[str, int]:
        return MappingProxyType(
            {
                name: row.values["value"]
                for name, found in self._rows.items()
                for row in found
                if row.begins <= day <= row.ends
            }
        )


def parse_constants(text: str, *, name: str = "the constants") -> Constants:
    """Return the constants that a TOML text holds; `name` is its file's.

    Raises:
        BadTable: the text is no such table; it says where and how to mend it.
    """
    rows: dict[str, list[Row]] = {}
    for row in read_rows(text, name=name, table="constants", needs=NEEDS, may=MAY):
        if row.values["unit"] not in UNITS:
            raise row.bad(f"“{row.values['unit']}” is no unit", f"use one of {', '.join(sorted(UNITS))}")
        if row.values["value"] < 0:
            raise row.bad("a constant is 0 or more", "mend `value`")
        rows.setdefault(row.values["name"], []).append(row)
    return Constants({constant: check_order(found, gaps=False) for constant, found in rows.items()})
