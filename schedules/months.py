"""Months, written as the first day of the month."""

from calendar import monthrange
from datetime import date
from typing import TypeVar

MONTHS_A_YEAR = 12
Day = TypeVar("Day", bound=date)
"""A day, or a moment on it."""


def month_of(day: date) -> date:
    """Return the first day of the day's month; of a datetime, in the datetime's own zone."""
    return date(day.year, day.month, 1)


def add_months(month: date, count: int) -> date:
    """Return the month `count` months later (earlier if negative).

    Raises:
        ValueError: the year would not be between 1 and 9999.
    """
    years, months = divmod(month.month - 1 + count, MONTHS_A_YEAR)
    return date(month.year + years, months + 1, 1)


def same_day(day: Day, months: int) -> Day:
    """Return the same day so many months later, or that month's last day if it has no such day."""
    month = add_months(day, months)
    _, last = monthrange(month.year, month.month)
    return day.replace(year=month.year, month=month.month, day=min(day.day, last))
