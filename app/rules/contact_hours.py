"""The hours in which an agency wants its members contacted, on its own clock, and the days that it leaves alone."""

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any, Final

from schedules.windows import WEEKDAYS, WINDOWS, ContactWindow, parse_hours, parse_weekdays

KEYS: Final = frozenset({"hours", "days"})
LAST_DAY: Final = 31
MOST_SKIPPED: Final = 15
"""Of 31 days; an agency that skips more would miss the days of many steps."""
LATEST: Final = time(21)
LEAST: Final = 60
"""Minutes; less would drown every line."""
EARLIEST: Final = time(5)
"""Five in California is eight in Florida, the first hour that any law allows; 21:00 is the last."""


def contact_windows(table: Mapping[str, Any]) -> dict[str, ContactWindow]:
    """Return the windows of a checked `[contact_hours]`, by channel."""
    return {channel: window for channel, value in table.items() if (window := _window(channel, value))}


def contact_hours_problems(table: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a `[contact_hours]`, in sentences."""
    found = [f"`contact_hours.{channel}` is not a known channel" for channel in sorted(set(table) - set(WINDOWS))]
    return found + [
        problem for channel in sorted(set(table) & set(WINDOWS)) if (problem := _problem(channel, table[channel]))
    ]


def skip_days_problems(days: Iterable[Any]) -> list[str]:
    """Return what is wrong with `skip_days`, in sentences."""
    found = list(days)
    if not all(isinstance(day, int) and not isinstance(day, bool) and 1 <= day <= LAST_DAY for day in found):
        return ["`skip_days` must be days of the month, 1 to 31, such as [22]"]
    return [f"`skip_days` may have {MOST_SKIPPED} days at most"] if len(set(found)) > MOST_SKIPPED else []


def _problem(channel: str, value: Any) -> str:  # noqa: ANN401  (whatever stands in a TOML file)
    window = _window(channel, value)
    if window is None:
        return (
            f'`contact_hours.{channel}` must be hours such as "09:00-20:00", or a table with `hours` and `days` '
            'such as { hours = "10:00-18:00", days = "monday-friday" }'
        )
    if window.opens < EARLIEST or window.closes > LATEST:
        return f"`contact_hours.{channel}` must lie between {EARLIEST:%H:%M} and {LATEST:%H:%M}"
    house = WINDOWS[channel]
    if _minutes(min(window.closes, house.closes)) - _minutes(max(window.opens, house.opens)) < LEAST:
        return f"`contact_hours.{channel}` must have an hour between {house.opens:%H:%M} and {house.closes:%H:%M}"
    if not window.weekdays & house.weekdays:
        named = ", ".join(WEEKDAYS[day] for day in sorted(house.weekdays))
        return f"`contact_hours.{channel}` must have one of {named}"
    return ""


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _window(channel: str, value: Any) -> ContactWindow | None:  # noqa: ANN401  (whatever stands in a TOML file)
    table = value if isinstance(value, dict) else {"hours": value}
    house = WINDOWS.get(channel)
    if house is None or not set(table) <= KEYS:
        return None
    hours = parse_hours(str(table["hours"])) if "hours" in table else (house.opens, house.closes)
    weekdays = parse_weekdays(str(table["days"])) if "days" in table else house.weekdays
    return ContactWindow(*hours, weekdays) if hours and weekdays else None
