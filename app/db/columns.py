"""Turns rows of values into the array parameters of one `unnest` statement."""

from collections.abc import Iterable, Sequence
from typing import Any


def columns(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, list[Any]]:
    """Return `{name: [value of each row]}`, with an empty list per name where there are no rows."""
    turned = list(zip(*rows, strict=True))
    return {name: list(turned[at]) if turned else [] for at, name in enumerate(names)}
