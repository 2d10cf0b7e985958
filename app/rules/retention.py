"""How long what is kept: which partitions there have to be, and which day ends whose time. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from schedules.months import add_months


@dataclass(frozen=True, slots=True)
class Kept:
    """For how many months after its own what is kept, and how partitions are cut (`app.settings` has what is usual)."""

    messages: int
    attempts: int
    receipts: int
    replies: int
    signups: int
    reports: int
    months_each: int
    """Months in one partition."""
    ahead: int
    """Months to come for which there are partitions."""


def spans(today: date, *, months_each: int, ahead: int) -> list[tuple[date, date]]:
    """Return the spans of whole months that hold today and the `ahead` months after it, one after the other.

    They begin on the first of January and every `months_each` months after it, whoever asks and whenever.
    """
    return list(_spans(today, months_each, add_months(today.replace(day=1), ahead)))


def _spans(today: date, months_each: int, last: date) -> Iterator[tuple[date, date]]:
    first = today.replace(month=1 + (today.month - 1) // months_each * months_each, day=1)
    while first <= last:
        beyond = add_months(first, months_each)
        yield first, beyond
        first = beyond


def kept_since(today: date, months: int) -> date:
    """Return the first of the oldest month that is still kept: what ended before it has had its time."""
    return add_months(today.replace(day=1), -months)
