"""Moments as an operator writes them, to move the sandbox's clock."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from schedules.months import same_day

HOW_TO_WRITE: Final = (
    "write a duration (P1D, PT3H, P2W, P1M, -P1D), a date (2026-12-01, midnight UTC) "
    "or an instant with its zone (2026-12-01T19:30:00Z)"
)
DURATION: Final = re.compile(
    r"(?P<sign>[+-]?)P(?=[0-9T])(?:(?P<years>[0-9]{1,4})Y)?(?:(?P<months>[0-9]{1,5})M)?"
    r"(?:(?P<weeks>[0-9]{1,6})W)?(?:(?P<days>[0-9]{1,7})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,8})H)?(?:(?P<minutes>[0-9]{1,9})M)?(?:(?P<seconds>[0-9]{1,11})S)?)?"
)
DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})"
)


def parse_moment(text: str, now: datetime) -> datetime:
    """Return the moment that the text names, in UTC; a duration counts from `now`, months by the calendar.

    Raises:
        ValueError: the text names no moment; the message says how to write one.
    """
    written = text.strip().upper()
    try:
        if duration := DURATION.fullmatch(written):
            return _moved(now.astimezone(UTC), duration)
        if DATE.fullmatch(written):
            return datetime.fromisoformat(written).replace(tzinfo=UTC)
        if INSTANT.fullmatch(written):
            return datetime.fromisoformat(written).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"“{text}” is not in the calendar: {HOW_TO_WRITE}") from error
    raise ValueError(f"“{text}” is not a moment: {HOW_TO_WRITE}")


def _moved(now: datetime, duration: re.Match[str]) -> datetime:
    amount = {unit: int(count or 0) for unit, count in duration.groupdict(default="").items() if unit != "sign"}
    direction = -1 if duration["sign"] == "-" else 1
    months = 12 * amount.pop("years") + amount.pop("months")
    return same_day(now, direction * months) + direction * timedelta(**amount)
