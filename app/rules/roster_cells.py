"""One record while it is read: its cells by fact, and what was found wrong or mended."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, time
from typing import Final, TypeVar

from app.rules.cells import fold, says_nothing, tidy
from app.rules.facts import UNCHANGED, Maybe
from app.rules.months import LAST_YEAR, BadDay, BadMonth, is_serial, read_day, read_month
from app.rules.roster_columns import Columns
from app.rules.roster_rows import Problem, Record

V = TypeVar("V")
TIME_REASON: Final = "this is no time; write it like 2026-08-20 or 2026-08-20T18:00:00Z"
EARLIEST_YEAR: Final = 1990
"""No consent that counts today was given before."""
NOTHING_NOTE: Final = "the word for none was read as a blank cell"
SERIAL_NOTE: Final = "a spreadsheet's day number was read as its date"


class Reading:
    """The cells of one record by fact; collects problems and repairs, in the order they are found."""

    __slots__ = ("_cells", "_columns", "_texts", "emptied", "problems", "repairs")

    def __init__(self, record: Record, columns: Columns, emptied: Collection[str] = ()) -> None:
        self._cells = record.cells
        self._texts = [tidy(cell) if cell else "" for cell in record.cells]
        self._columns = columns
        self.emptied = emptied
        """Facts that the record removes by saying null."""
        self.problems: list[Problem] = []
        self.repairs: list[str] = []

    def text(self, own: str) -> str:
        """Return the tidy text of a fact, empty if the file does not have it."""
        place = self._columns.places.get(own)
        return "" if place is None else self._texts[place]

    def at(self, place: int | None) -> str:
        """Return the tidy text at a place of the record."""
        return "" if place is None else self._texts[place]

    def raw_at(self, place: int) -> str:
        """Return the text at a place with its line breaks."""
        return self._cells[place]

    def bad(self, own: str, reason: str) -> None:
        """Note that the record cannot be taken because of a fact's cell."""
        self.problems.append(Problem(self._columns.name_of(own), reason))

    def bad_at(self, place: int, reason: str) -> None:
        """Note that the record cannot be taken because of the cell at a place."""
        self.problems.append(Problem(self._columns.names[place], reason))

    def mended(self, own: str, what: str) -> None:
        """Note what was made of a fact's cell that was not in order."""
        self.repairs.append(f"{self._columns.name_of(own)}: {what}")

    def mended_at(self, place: int, what: str) -> None:
        """Note what was made of the cell at a place that was not in order."""
        self.repairs.append(f"{self._columns.names[place]}: {what}")


def single(reading: Reading, own: str, read: Callable[[Reading, str, str], Maybe[V]]) -> Maybe[V]:
    """Return a fact of one cell: blank is unchanged, null is removed."""
    if own in reading.emptied:
        return None
    text = reading.text(own)
    if not text:
        return UNCHANGED
    if says_nothing(text):
        reading.mended(own, NOTHING_NOTE)
        return UNCHANGED
    return read(reading, own, text)


def word(reading: Reading, own: str, table: Mapping[str, V], expected: str) -> V | None:
    """Return what a word stands for; a word that is not in the table is a problem."""
    folded = fold(reading.text(own))
    if folded in table or says_nothing(folded):
        return table.get(folded)
    reading.bad(own, f"this word is not known; use {expected}")
    return None


def day(reading: Reading, own: str) -> date | None:
    """Return the date of a cell, None if it is blank or bad."""
    text = reading.text(own)
    if says_nothing(text):
        return None
    found = read_day(text)
    if isinstance(found, BadDay):
        reading.bad(own, found.reason)
        return None
    _note_serial(reading, own, text)
    return found


def month(reading: Reading, own: str) -> date | None:
    """Return the first day of the month of a cell, None if it is blank or bad."""
    text = reading.text(own)
    if not text:
        return None
    if says_nothing(text):
        reading.mended(own, NOTHING_NOTE)
        return None
    found = read_month(text)
    if isinstance(found, BadMonth):
        reading.bad(own, found.reason)
        return None
    _note_serial(reading, own, text)
    return found


def moment(reading: Reading, own: str) -> datetime | None:
    """Return the time of a cell; a bare date means its midnight in UTC."""
    text = reading.text(own)
    if says_nothing(text):
        return None
    found = read_moment(text)
    if found is None:
        reading.bad(own, TIME_REASON)
    return found


def read_moment(text: str) -> datetime | None:
    """Return the aware time of a text in UTC; without a zone it is UTC, without a time of day midnight."""
    found = read_day(text, EARLIEST_YEAR) if len(text) <= len("2026-08-20") else None
    if isinstance(found, date):
        return datetime.combine(found, time(), UTC)
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        return _midnight(read_day(text, EARLIEST_YEAR))
    if not EARLIEST_YEAR <= written.year <= LAST_YEAR:
        return None
    return written.astimezone(UTC) if written.tzinfo else written.replace(tzinfo=UTC)


def _midnight(found: date | BadDay) -> datetime | None:
    return None if isinstance(found, BadDay) else datetime.combine(found, time(), UTC)


def _note_serial(reading: Reading, own: str, text: str) -> None:
    if text[:5].isdigit() and is_serial(text):
        reading.mended(own, SERIAL_NOTE)
