"""Months and days, from the many ways in which files write them.

Dates are read as in the US, month first. Spreadsheets' day numbers are read too.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from app.rules.cells import ascii_digits, tidy, unguarded

FIRST_YEAR: Final = 2020
LAST_YEAR: Final = 2040
"""Renewals and letters lie between these years."""
OLDEST_BIRTH: Final = date(1905, 1, 1)
"""Nobody alive was born earlier; 1900-01-01 is a filler of old systems."""

MONTH_REASON: Final = "this is no month; write it like 2027-02"
MONTH_RANGE_REASON: Final = f"the month must lie between {FIRST_YEAR} and {LAST_YEAR}; write it like 2027-02"
DAY_REASON: Final = "this is no date; write it like 2027-02-28, or 02/28/2027 with the month first"
DAY_RANGE_REASON: Final = f"the date must lie between {FIRST_YEAR} and {LAST_YEAR}; write it like 2027-02-28"
BIRTH_REASON: Final = "this is no date of birth; write it like 1970-02-28, or 02/28/1970 with the month first"
SHORT_YEAR_REASON: Final = "a birth year of two digits can mean two centuries; write all four"
BIRTH_RANGE_REASON: Final = "nobody was born on that day; check the year"
FUTURE_BIRTH_REASON: Final = "the date of birth lies in the future"


@dataclass(frozen=True, slots=True)
class BadMonth:
    """A text that is no month; `reason` says how to mend it."""

    reason: str


@dataclass(frozen=True, slots=True)
class BadDay:
    """A text that is no date; `reason` says how to mend it."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Written:
    """The parts of a date as written; `short_year` if the century was left out."""

    year: int
    month: int
    day: int = 1
    short_year: bool = False


_NAMES: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAME: Final = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_S: Final = r"[-/. ]"
_TIME: Final = re.compile(
    r"(?:T| )[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[AP]M)?(?:Z|[+-][0-9:]+)?", re.IGNORECASE
)
_FLOAT_TAIL: Final = re.compile(r"(?<=[0-9])\.0+")
# A spreadsheet counts days from here (its 1900 has a leap day that never was).
_DAY_ZERO: Final = date(1899, 12, 30)


def _year(text: str) -> tuple[int, bool]:
    return (int(text), False) if len(text) > len("yy") else (2000 + int(text), True)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NAMES.index(text[:3].lower()) + 1


def _ordered(order: str) -> Callable[[tuple[str, ...]], _Written]:
    """Return a reader of groups that stand in the order named, such as "mdy"."""

    def read(groups: tuple[str, ...]) -> _Written:
        parts = dict(zip(order, groups, strict=True))
        year, short = _year(parts["y"])
        return _Written(year, _number(parts["m"]), int(parts.get("d", "1")), short)

    return read


def _serial(groups: tuple[str, ...]) -> _Written:
    day = _DAY_ZERO + timedelta(days=int(groups[0]))
    return _Written(day.year, day.month, day.day)


_Shape = tuple[re.Pattern[str], Callable[[tuple[str, ...]], _Written]]


def _shapes(rows: Iterable[tuple[str, Callable[[tuple[str, ...]], _Written]]]) -> tuple[_Shape, ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), reader) for pattern, reader in rows)


_DAYS: Final = _shapes(
    [
        (rf"([0-9]{{4}}){_S}([0-9]{{1,2}}){_S}([0-9]{{1,2}})", _ordered("ymd")),
        (rf"([0-9]{{1,2}}){_S}([0-9]{{1,2}}){_S}([0-9]{{4}}|[0-9]{{2}})", _ordered("mdy")),
        (r"([0-9]{4})([0-9]{2})([0-9]{2})", _ordered("ymd")),
        (rf"{_MONTH_NAME}{_S}?([0-9]{{1,2}})(?:st|nd|rd|th)?(?:, ?|{_S})([0-9]{{4}})", _ordered("mdy")),
        (rf"([0-9]{{1,2}}){_S}?{_MONTH_NAME}{_S}?([0-9]{{4}}|[0-9]{{2}})", _ordered("dmy")),
        (rf"([0-9]{{4}}){_S}{_MONTH_NAME}{_S}([0-9]{{1,2}})", _ordered("ymd")),
    ]
)
_MONTHS: Final = _shapes(
    [
        (rf"([0-9]{{4}}){_S}([0-9]{{1,2}})", _ordered("ym")),
        (r"([0-9]{4})([0-9]{2})", _ordered("ym")),
        (rf"([0-9]{{1,2}}){_S}([0-9]{{4}}|[0-9]{{2}})", _ordered("my")),
        (rf"{_MONTH_NAME},?{_S}?'?([0-9]{{4}}|[0-9]{{2}})", _ordered("my")),
        (rf"([0-9]{{4}}){_S}?{_MONTH_NAME}", _ordered("ym")),
    ]
)
_RECENT_SERIAL: Final = _shapes([(r"([45][0-9]{4})", _serial)])
_ANY_SERIAL: Final = _shapes([(r"([1-5][0-9]{4})", _serial)])


@lru_cache(maxsize=4096)
def read_month(text: str) -> date | BadMonth:
    """Return the first day of the month that a text names, by itself or by a day in it.

    Two digits of a year are 20xx. A spreadsheet's day number (40000 to 59999) counts as its day.
    """
    found = _first(_plain(text), (*_MONTHS, *_DAYS, *_RECENT_SERIAL))
    day = _real(found)
    if day is None:
        return BadMonth(MONTH_REASON)
    return day.replace(day=1) if FIRST_YEAR <= day.year <= LAST_YEAR else BadMonth(MONTH_RANGE_REASON)


@lru_cache(maxsize=4096)
def read_day(text: str, first_year: int = FIRST_YEAR) -> date | BadDay:
    """Return a day of our years, such as that of a letter; two digits of a year are 20xx."""
    day = _real(_first(_plain(text), (*_DAYS, *_RECENT_SERIAL)))
    if day is None:
        return BadDay(DAY_REASON)
    return day if first_year <= day.year <= LAST_YEAR else BadDay(DAY_RANGE_REASON)


def read_birth_date(text: str, *, today: date | None = None) -> date | BadDay:
    """Return a date of birth; with `today`, one that lies later is refused."""
    found = _first(_plain(text), (*_DAYS, *_ANY_SERIAL))
    if found is not None and found.short_year:
        return BadDay(SHORT_YEAR_REASON)
    day = _real(found)
    if day is None:
        return BadDay(BIRTH_REASON)
    if day < OLDEST_BIRTH:
        return BadDay(BIRTH_RANGE_REASON)
    return BadDay(FUTURE_BIRTH_REASON) if today is not None and day > today else day


def is_serial(text: str) -> bool:
    """Tell whether a text is a spreadsheet's day number and not a date in words or digits."""
    return _first(_plain(text), _ANY_SERIAL) is not None


def _plain(text: str) -> str:
    plain = unguarded(ascii_digits(tidy(text)))
    return _FLOAT_TAIL.sub("", _TIME.sub("", plain)) if len(plain) > len("yyyymm") else plain


def _first(plain: str, shapes: tuple[_Shape, ...]) -> _Written | None:
    for pattern, reader in shapes:
        if found := pattern.fullmatch(plain):
            return reader(found.groups())
    return None


def _real(found: _Written | None) -> date | None:
    """Return the day, or None if the calendar has none such."""
    if found is None:
        return None
    try:
        return date(found.year, found.month, found.day)
    except ValueError:
        return None
