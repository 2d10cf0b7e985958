"""Rosters as CSV: the header found, the delimiter found, records taken apart one at a time.

A quotation mark that is never closed costs its own line only, not the lines after it.
"""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from app.rules.cells import fold
from app.rules.roster_columns import MEMBER_REF, Columns, missing_member_ref, resolve
from app.rules.roster_facts import read_record
from app.rules.roster_repeats import Standing
from app.rules.roster_rows import BadFile, Problem, Record, Reject, Roster, Row

DELIMITERS: Final = (",", ";", "\t", "|")
HEADER_SEARCH: Final = 10
"""How many lines may stand before the header, such as a title."""
MOST_LINES: Final = 20
"""How many more lines a quoted cell may run over."""

NO_TEXT: Final = "the row holds a character that is no text (such as NUL); export it again"
OPEN_QUOTE: Final = "a quotation mark is not closed; close it, or double it if it belongs to the text"
HEADER_AGAIN: Final = "this is the header line again; leave it out"
TOO_MANY: Final = "the row has more cells than the header; put values that hold the delimiter in quotation marks"
_NO_TEXT: Final = re.compile("[\x00\ud800-\udfff]")


class _Lines:
    """The lines of a file, numbered from 1; lines can be put back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._back: deque[str] = deque()
        self.number = 0

    def take(self) -> str | None:
        text = self._back.popleft() if self._back else next(self._lines, None)
        if text is None:
            return None
        self.number += 1
        return text.rstrip("\r\n")

    def put_back(self, lines: list[str]) -> None:
        self._back.extendleft(reversed(lines))
        self.number -= len(lines)


def read_csv(lines: Iterable[str], *, today: date | None = None) -> Roster | BadFile:
    """Return a roster whose rows are read while they are asked for.

    Args:
        lines: The file's lines, with or without their ends, such as an open text file gives.
        today: If given, nobody may be born later.
    """
    numbered = _Lines(lines)
    found = _header(numbered)
    if isinstance(found, BadFile):
        return found
    delimiter, columns, skipped = found
    before = [f"{skipped} lines before the header were left out"] if skipped else []
    rows = _rows(_records(numbered, delimiter), columns, today)
    return Roster(columns.names, rows, [*before, *columns.warnings()])


def _header(lines: _Lines) -> tuple[str, Columns, int] | BadFile:
    best: Columns | None = None
    for skipped in range(HEADER_SEARCH):
        text = _balanced(lines)
        if text is None:
            break
        delimiter, columns = max(_candidates(text), key=lambda item: _likeness(item[1]))
        if MEMBER_REF in columns.places:
            return delimiter, columns, skipped
        best = max((columns, best or columns), key=_likeness)
    return BadFile("the file is empty" if best is None else missing_member_ref(best))


def _balanced(lines: _Lines) -> str | None:
    """Return the next line that is not blank, joined with those that its open quotation mark runs over."""
    text = lines.take()
    while text is not None and not text.strip("\ufeff \t,;|"):
        text = lines.take()
    for _ in range(MOST_LINES):
        more = lines.take() if text is not None and text.count('"') % 2 else None
        if text is None or more is None:
            break
        text = f"{text}\n{more}"
    return text.removeprefix("\ufeff") if text is not None else None


def _candidates(text: str) -> Iterator[tuple[str, Columns]]:
    for delimiter in DELIMITERS:
        cells = _loose(text, delimiter)
        while cells and not cells[-1].strip():
            cells.pop()
        yield delimiter, resolve(cells)


def _likeness(columns: Columns) -> tuple[bool, int, int]:
    return MEMBER_REF in columns.places, columns.known, len(columns.names)


def _records(lines: _Lines, delimiter: str) -> Iterator[Record]:
    while (text := lines.take()) is not None:
        start = lines.number
        if '"' in text:
            cells, broken = _quoted(lines, text, delimiter)
        else:
            cells, broken = text.split(delimiter), ""
        if any(map(str.strip, cells)):
            yield Record(start, tuple(cells), broken)


def _quoted(lines: _Lines, text: str, delimiter: str) -> tuple[list[str], str]:
    """Return the cells of a record with quotation marks, which may run over several lines."""
    taken: list[str] = []

    def feed() -> Iterator[str]:
        yield text + "\n"
        while len(taken) < MOST_LINES and (more := lines.take()) is not None:
            taken.append(more)
            yield more + "\n"

    try:
        return next(csv.reader(feed(), delimiter=delimiter, strict=True)), ""
    except csv.Error:
        lines.put_back(taken)
    if taken or text.count('"') % 2:
        return [text], OPEN_QUOTE
    return _loose(text, delimiter), ""


def _loose(text: str, delimiter: str) -> list[str]:
    """Return the cells of one record as far as they can be told, whatever stands beside its quotes."""
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return text.split(delimiter)


def _rows(records: Iterable[Record], columns: Columns, today: date | None) -> Iterator[Row | Reject]:
    standing = Standing()
    header = list(map(fold, columns.names))
    for record in records:
        whole = _whole(record, columns, header)
        row = whole if isinstance(whole, Reject) else read_record(whole, columns, today=today)
        yield row if isinstance(row, Reject) else standing.admit(row, record, columns)


def _whole(record: Record, columns: Columns, header: list[str]) -> Record | Reject:
    """Return the record with as many cells as the header has, or why it has not."""
    cells, width = record.cells, len(columns.names)
    if record.broken or _NO_TEXT.search("".join(cells)):
        return _reject(record, "", record.broken or NO_TEXT)
    if any(map(str.strip, cells[width:])):
        return _reject(record, "", TOO_MANY)
    if len(cells) < width:
        reason = f"the row ends before this column: it has {len(cells)} of {width} cells"
        return _reject(record, columns.names[len(cells)], reason)
    if fold(cells[0]) == header[0] and list(map(fold, cells[:width])) == header:
        return _reject(record, "", HEADER_AGAIN)
    return Record(record.line, cells[:width])


def _reject(record: Record, column: str, reason: str) -> Reject:
    return Reject(record.line, (Problem(column, reason),), record.cells)
