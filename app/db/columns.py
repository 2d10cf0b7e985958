"""Turns rows of values into the array parameters of one `unnest` statement.

The arrays are written as PostgreSQL reads them (`{a,"b c",NULL}`), for statements that cast each to its
type. The driver would look at every element of a list anew: five times the work, a quarter of a delivery's.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import NoneType
from typing import Any
from uuid import UUID


def columns(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, str]:
    """Return `{name: array of the value of each row}`, with an empty array per name where there are no rows."""
    turned = list(zip(*rows, strict=True)) or [()] * len(names)
    return {name: array(values) for name, values in zip(names, turned, strict=True)}


def array(values: Iterable[Any]) -> str:
    """Return values as one array parameter."""
    return "{" + ",".join([ELEMENTS.get(type(value), _quoted)(value) for value in values]) + "}"


def _quoted(value: str) -> str:
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'


ELEMENTS: Mapping[type, Callable[[Any], str]] = {
    NoneType: lambda _: "NULL",
    UUID: lambda value: value.hex,
    bytes: lambda value: f'"\\\\x{value.hex()}"',
    bool: str,
    int: str,
    float: repr,
    Decimal: str,
    date: date.isoformat,
    datetime: datetime.isoformat,
}
"""How an element of a type is written; everything else is text, in quotes."""
