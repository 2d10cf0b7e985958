"""Tables of rules with dates, as TOML: each row holds from a day to a day, and a mistake is named with its line."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

DATES: Final = {"from": date, "until": date}
TYPES: Final = {str: "a text in quotes", int: "a whole number", list: "a list", date: "a date such as 2027-01-01"}


class BadTable(Exception):
    """A table cannot be used: what is wrong, where in the text, and how to mend it."""

    def __init__(self, what: str, *, where: str, mend: str) -> None:
        super().__init__(f"{where}: {what}; {mend}")
        self.what, self.where, self.mend = what, where, mend


@dataclass(frozen=True, slots=True)
class Row:
    """One row, in force from a day to a day, both included."""

    values: Mapping[str, Any]
    begins: date
    ends: date
    where: str
    """The file and the line at which it stands."""

    def bad(self, what: str, mend: str) -> BadTable:
        """Return what is wrong with this row, to be raised."""
        return BadTable(what, where=self.where, mend=mend)


def read_rows(text: str, *, name: str, table: str, needs: Mapping[str, type], may: Mapping[str, type]) -> list[Row]:
    """Return the rows `[[table]]` of a TOML text, in its order; `name` is its file's.

    Raises:
        BadTable: the text is no TOML, has something else, or a row lacks a key, has a strange one or a wrong value.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadTable(str(error), where=name, mend="write it as TOML") from error
    rows = found.get(table)
    if set(found) != {table} or not isinstance(rows, list):
        raise BadTable(
            f"it must hold [[{table}]] and nothing else", where=name, mend=f"write each row under [[{table}]]"
        )
    lines = text.splitlines()
    heads = [number for number, line in enumerate(lines, 1) if line.strip().startswith(f"[[{table}]]")]
    return [
        _row(values, needs, {**may, **DATES}, _Places(name, line, dict(_lines(lines, line))))
        for values, line in zip(rows, heads, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Places:
    """Where a row and its keys stand."""

    file: str
    head: int
    keys: Mapping[str, int]

    def of(self, key: str = "") -> str:
        return f"{self.file}:{self.keys.get(key, self.head)}"


def check_order(rows: Sequence[Row], *, gaps: bool) -> list[Row]:
    """Return rows about the same thing in the order of their days.

    Raises:
        BadTable: two hold on one day, or, unless gaps are allowed, none does on a day between two.
    """
    ordered = sorted(rows, key=lambda row: row.begins)
    for earlier, later in pairwise(ordered):
        if later.begins <= earlier.ends:
            raise later.bad(
                f"it holds on {later.begins}, and so does the row at {earlier.where}",
                "end the earlier row with `until` on the day before",
            )
        if not gaps and later.begins > earlier.ends + timedelta(days=1):
            raise later.bad(f"nothing holds between {earlier.ends} and {later.begins}", "let `from` follow on `until`")
    return ordered


def _lines(lines: Sequence[str], head: int) -> list[tuple[str, int]]:
    """Return the line of each key of the row whose head stands at a line."""
    found: list[tuple[str, int]] = []
    for number, line in enumerate(lines[head:], head + 1):
        if line.startswith("[["):
            break
        if key := re.match(r"\s*([\w-]+)\s*=", line):
            found.append((key[1], number))
    return found


def _row(values: Mapping[str, Any], needs: Mapping[str, type], may: Mapping[str, type], places: _Places) -> Row:
    types = {**needs, **may}
    if missing := [key for key in needs if key not in values]:
        raise BadTable(f"`{missing[0]}` is missing", where=places.of(), mend=f"add `{missing[0]} = …`")
    for key, value in values.items():
        if key not in types:
            raise BadTable(
                f"`{key}` is no key of this table", where=places.of(key), mend=f"use {', '.join(sorted(types))}"
            )
        if not _is(value, types[key]):
            raise BadTable(f"`{key}` must be {TYPES[types[key]]}", where=places.of(key), mend=f"mend `{key}`")
    row = Row(values, values.get("from", date.min), values.get("until", date.max), places.of())
    if row.ends < row.begins:
        raise row.bad("it ends before it begins", "let `until` be the last day on which it holds")
    return row


def _is(value: object, type_: type) -> bool:
    exact = not isinstance(value, bool) and not isinstance(value, datetime)
    return exact and isinstance(value, type_)
