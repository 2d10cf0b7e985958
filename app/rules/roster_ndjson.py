"""Rosters as NDJSON: one object a line, flat or in the shape of `member.updated`."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Final, NoReturn

from app.rules.cells import fold
from app.rules.facts import Consent, RenewalDue
from app.rules.roster_cells import TIME_REASON, Reading, read_moment
from app.rules.roster_columns import MEMBER_REF, Columns, resolve
from app.rules.roster_facts import NO_REF, Extras, read_record, renewals
from app.rules.roster_repeats import Standing
from app.rules.roster_rows import Problem, Record, Reject, Roster, Row
from app.rules.roster_words import BASES, CHANNELS, code_of

NOT_JSON: Final = "this line is not one JSON object"
NO_TEXT: Final = "the line holds a character that is no text (such as NUL); export it again"
ONE_VALUE: Final = "one plain value is expected here"
A_LIST: Final = "a list of objects is expected here"
TOO_MANY: Final = "at most nine are kept of a member"
NO_CHANNEL: Final = "an empty list would silence every channel; leave it out, or take the consents back"
CHANNEL_REASON: Final = "the channel is sms, email, voice or all"
MONTH_NEEDED: Final = "a renewal has a renewal_month"
MOST_POINTS: Final = 9
_NO_TEXT: Final = re.compile("[\x00\ud800-\udfff]")


@dataclass(slots=True)
class _Flat:
    """An object laid out as a record of cells, with what does not fit into cells beside it."""

    cells: dict[str, str] = field(default_factory=dict, repr=False)
    consents: list[Consent] = field(default_factory=list)
    renewals: list[RenewalDue] = field(default_factory=list)
    emptied: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def bad(self, name: str, reason: str) -> None:
        self.problems.append(Problem(name, reason))

    def extras(self) -> Extras:
        return Extras(tuple(self.consents), tuple(self.renewals), self.emptied, tuple(self.problems))


def read_ndjson(lines: Iterable[str], *, today: date | None = None) -> Roster:
    """Return a roster whose rows are read while they are asked for; blank lines do not count.

    Args:
        lines: The file's lines.
        today: If given, nobody may be born later.
    """
    warnings: list[str] = []
    return Roster(("record",), _rows(lines, today, warnings), warnings)


def _rows(lines: Iterable[str], today: date | None, warnings: list[str]) -> Iterator[Row | Reject]:
    standing = Standing()
    for number, text in enumerate(lines, 1):
        line = text.strip("\ufeff \t\r\n")
        if line:
            yield _row(number, line, today, standing, warnings)


def _row(number: int, line: str, today: date | None, standing: Standing, warnings: list[str]) -> Row | Reject:
    raw = Record(number, (line,))
    found = _object(line)
    if isinstance(found, str):
        return Reject(number, (Problem("", found),), raw.cells)
    flat = _flat(found)
    columns = _columns(tuple(flat.cells))
    warnings.extend(one for one in columns.warnings() if one not in warnings)
    if MEMBER_REF not in columns.places:
        return Reject(number, (Problem(MEMBER_REF, NO_REF), *flat.problems), raw.cells)
    record = Record(number, tuple(flat.cells.values()))
    row = read_record(record, columns, today=today, extras=flat.extras())
    if isinstance(row, Reject):
        return Reject(number, row.problems, raw.cells)
    return standing.admit(row, raw, columns)


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError


def _object(line: str) -> dict[str, object] | str:
    """Return the object of a line, or why there is none."""
    try:
        found = json.loads(line, parse_constant=_refuse_constant)
        written = json.dumps(found, ensure_ascii=False)
    except (ValueError, RecursionError):
        return NOT_JSON
    if not isinstance(found, dict):
        return NOT_JSON
    return NO_TEXT if _NO_TEXT.search(written) or "\\u0000" in written else found


@lru_cache(maxsize=256)
def _columns(names: tuple[str, ...]) -> Columns:
    return resolve(names)


def _flat(found: dict[str, object]) -> _Flat:
    flat = _Flat()
    for name, value in found.items():
        nested = _NESTED.get(fold(name))
        if value is None:
            flat.emptied.update((*_columns((name,)).places, fold(name)))
        elif nested is not None and isinstance(value, list | dict):
            nested(flat, name, value)
        elif isinstance(value, list | dict):
            flat.bad(name, ONE_VALUE)
        else:
            flat.cells[name] = _plain(value)
    return flat


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _objects(flat: _Flat, name: str, value: object) -> list[dict[str, object]]:
    """Return the objects of a list; anything else is a problem."""
    items = value if isinstance(value, list) else [value]
    objects = [item for item in items if isinstance(item, dict)]
    if len(objects) != len(items):
        flat.bad(name, A_LIST)
    return objects


def _points(own: str, keys: dict[str, str]) -> Callable[[_Flat, str, object], None]:
    """Return what lays a list of contact points out in numbered cells, best rank first."""

    def lay_out(flat: _Flat, name: str, value: object) -> None:
        items = sorted(_objects(flat, name, value), key=_rank)
        if not items:
            flat.emptied.add(fold(name))
        if len(items) > MOST_POINTS:
            flat.bad(name, TOO_MANY)
        for number, item in enumerate(items[:MOST_POINTS], 1):
            for key, ending in keys.items():
                if item.get(key) is not None:
                    flat.cells[f"{own}_{number}{ending}"] = _plain(item[key])

    return lay_out


def _rank(item: dict[str, object]) -> float:
    rank = item.get("rank")
    return float(rank) if isinstance(rank, int | float) and abs(rank) < MOST_POINTS * 1000 else float("inf")


def _representative(flat: _Flat, name: str, value: object) -> None:
    for item in _objects(flat, name, value)[:1]:
        for key in ("first_name", "relation"):
            if isinstance(item.get(key), str):
                flat.cells[f"representative_{key}"] = str(item[key])


def _channels(flat: _Flat, name: str, value: object) -> None:
    if isinstance(value, list) and value:
        flat.cells[name] = ";".join(map(str, value))
    else:
        flat.bad(name, NO_CHANNEL)


def _renewals(flat: _Flat, name: str, value: object) -> None:
    items = _objects(flat, name, value)
    for item in items:
        cells = {key: _plain(one) for key, one in item.items() if one is not None}
        if len(items) == 1:
            flat.cells.update(cells)
        else:
            _add_renewal(flat, name, cells)


def _add_renewal(flat: _Flat, name: str, cells: dict[str, str]) -> None:
    reading = Reading(Record(0, tuple(cells.values())), _columns(tuple(cells)))
    found = renewals(reading)
    flat.renewals.extend(found)
    flat.problems.extend(reading.problems)
    if not found and not reading.problems:
        flat.bad(name, MONTH_NEEDED)


def _consents(flat: _Flat, name: str, value: object) -> None:
    for item in _objects(flat, name, value):
        channel = fold(str(item.get("channel") or "all"))
        if channel != "all" and channel not in CHANNELS:
            flat.bad(name, CHANNEL_REASON)
            continue
        flat.consents.append(
            Consent(
                channel=CHANNELS.get(channel),
                granted=item.get("granted") is not False,
                purpose=code_of(str(item.get("purpose") or "renewal"), {}) or "renewal",
                basis=code_of(str(item.get("basis") or ""), BASES) or "",
                at=_moment(flat, item, "granted_at"),
                evidence=str(item.get("evidence") or ""),
                until=_moment(flat, item, "until"),
            )
        )


def _moment(flat: _Flat, item: dict[str, object], key: str) -> datetime | None:
    text = item.get(key)
    if text is None:
        return None
    found = read_moment(str(text))
    if found is None:
        flat.bad(key, TIME_REASON)
    return found


_NESTED: Final[dict[str, Callable[[_Flat, str, object], None]]] = {
    "phones": _points("phone", {"number": "", "kind": "_kind"}),
    "emails": _points("email", {"address": ""}),
    "representative": _representative,
    "channels": _channels,
    "renewals": _renewals,
    "consents": _consents,
}
