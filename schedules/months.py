"""Months, written as the first day of the month."""

from datetime import date

MONTHS_A_YEAR = 12


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
