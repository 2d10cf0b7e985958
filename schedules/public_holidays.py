"""Public holidays: those of the United States and of one state, by the `holidays` library."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib import import_module

COUNTRY = "US"


def holiday(state: str, day: date) -> str:
    """Return the name of the holiday that a day is, federal or of the state; empty for a working day.

    Args:
        state: Two letters; empty for federal holidays alone.
        day: Of the calendar of the person or the office concerned.
    """
    return _of_year(state, day.year).get(day, "")


@lru_cache(maxsize=256)
def _of_year(state: str, year: int) -> Mapping[date, str]:
    # The library takes half a second to load, which a command that plans nothing need not wait for.
    found = import_module("holidays").country_holidays(COUNTRY, subdiv=state or None, years=year)
    return {day: name for day, name in found.items() if day.year == year}
