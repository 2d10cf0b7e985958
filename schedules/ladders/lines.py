"""Where in a TOML text something stands: a small scan for its tables and keys, because the parser forgets lines."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final, TypeAlias

Where: TypeAlias = tuple[str | int, ...]
"""A way into a document, such as `("steps", 0, "from", "months")`."""

HEADER: Final = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]")
KEY: Final = re.compile(r"\s*\"?([\w-]+)\"?\s*[.=]")
LONG_QUOTES: Final = re.compile(r'"""|\'\'\'')


def scan(text: str) -> dict[Where, int]:
    """Return the line, counted from 1, on which each table and key of a text begins."""
    found: dict[Where, int] = {}
    table: Where = ()
    seen, quoted = Counter[Where](), False
    for number, line in enumerate(text.splitlines(), 1):
        if not quoted and (header := HEADER.match(line)):
            table = _table(header, seen)
            found.setdefault(table, number)
        elif not quoted and (key := KEY.match(line)):
            found.setdefault((*table, key[1]), number)
        quoted ^= len(LONG_QUOTES.findall(line)) % 2 == 1
    return found


def line_of(lines: Mapping[Where, int], where: Where) -> int:
    """Return the line of something, else of the table around it, else the first."""
    while where and where not in lines:
        where = where[:-1]
    return lines.get(where, 1)


def _table(header: re.Match[str], seen: Counter[Where]) -> Where:
    """Return the way to the table that a header opens; `seen` counts the tables of each list."""
    found: Where = ()
    *parents, name = header[2].split(".")
    for parent in parents:
        found = (*found, parent, seen[*found, parent] - 1) if (*found, parent) in seen else (*found, parent)
    found = (*found, name)
    if header[1] == "[[":
        seen[found] += 1
        return (*found, seen[found] - 1)
    return found
