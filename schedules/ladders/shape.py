"""The fields of a ladder's file: which there are, what each may hold, and how to mend one that holds something else."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from schedules.ladders.lines import Where
from schedules.ladders.model import ORDINALS, Anchor, Occasion, Policy
from schedules.windows import WEEKDAYS

STATUSES: Final = (
    "unknown", "upcoming", "auto_renewed", "packet_mailed", "information_requested", "form_received", "renewed",
    "discontinued_procedural", "ineligible", "restored", "cure_expired",
)  # fmt: skip
"""The statuses of an occasion of which something may be said; a canceled one is none any more."""
PURPOSES: Final = ("renewal",)
"""What a person agreed to be reminded of; other purposes are those of broadcasts."""
OWNERS: Final = ("county", "ssa")
CYCLES: Final = (6, 12)
MONTHS, DAYS = 24, 400
"""How far from its anchor a step may be."""
FALLBACK_DAYS: Final = 60
PRIORITIES: Final = (5, 9)
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
CONSTANT: Final = re.compile(r"([a-z][a-z0-9_]*)(?:\s*\+\s*(\d{1,3}))?")
"""The name of a dated constant, and days more."""
NAMED_DAYS: Final = tuple(f"{ordinal} {day}" for ordinal in ORDINALS for day in WEEKDAYS)

Strange: TypeAlias = Callable[[Any], str]
"""Says what is strange about a value; nothing if it may stand."""


@dataclass(frozen=True, slots=True)
class Field:
    """What a field may hold."""

    strange: Strange
    mend: str
    required: bool = False


def whole(least: int, most: int) -> Strange:
    """Return a check for whole numbers."""
    fits: Callable[[Any], bool] = lambda value: type(value) is int and least <= value <= most  # noqa: E731
    return lambda value: "" if fits(value) else f"{_said(value)} is no whole number from {least} to {most}"


def one_of(kind: str, known: Collection[Any]) -> Strange:
    """Return a check for one of several values."""
    return lambda value: "" if _among(value, known) else f"{_said(value)} is no {kind}"


def some_of(kind: str, known: Collection[Any] | None = None) -> Strange:
    """Return a check for a list of some of several values, or of names; a name twice is a slip of the pen."""

    def strange(value: Any) -> str:  # noqa: ANN401
        if not isinstance(value, list) or not value:
            return "it is empty" if value == [] else f"{_said(value)} is no list"
        wrong = [one for one in value if (_strange_name(one) if known is None else not _among(one, known))]
        twice = [one for place, one in enumerate(value) if one in value[:place]]
        return f"{_said(wrong[0])} is no {kind}" if wrong else f"{_said(twice[0])} stands there twice" if twice else ""

    return strange


def _among(value: Any, known: Collection[Any]) -> bool:  # noqa: ANN401
    return any(type(value) is type(one) and value == one for one in map(_plain, known))


def _plain(value: Any) -> Any:  # noqa: ANN401
    return str(value) if isinstance(value, str) else value


def _said(value: Any) -> str:  # noqa: ANN401
    """Return a value as a person would quote it; a table or a long list only by its kind."""
    if isinstance(value, str):
        return f"“{value[:40]}”"
    return {dict: "a table", list: "a list", bool: str(value).lower()}.get(type(value), str(value))


def _strange_name(value: Any) -> str:  # noqa: ANN401
    return "" if isinstance(value, str) and NAME.fullmatch(value) else f"{_said(value)} is no name"


def _strange_days(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, str):
        found = CONSTANT.fullmatch(value)
        return "" if found and int(found[2] or 0) <= DAYS else f"{_said(value)} is no constant"
    return whole(-DAYS, DAYS)(value)


def _strange_table(value: Any) -> str:  # noqa: ANN401
    return "" if isinstance(value, dict) else f"{_said(value)} is no table"


def _strange_steps(value: Any) -> str:  # noqa: ANN401
    found = isinstance(value, list) and value and all(isinstance(one, dict) for one in value)
    return "" if found else "it is empty" if value == [] else f"{_said(value)} is no list of tables"


def _listed(words: Collection[Any]) -> str:
    return ", ".join(map(str, words))


A_NAME: Final = "write small letters, digits and _, beginning with a letter"
AN_OFFSET: Final = 'write such as { anchor = "renewal_month", months = -2 }'
LADDER: Final[Mapping[str, Field]] = {
    "name": Field(_strange_name, A_NAME, required=True),
    "occasion": Field(one_of("occasion", tuple(Occasion)), f"write one of {_listed(tuple(Occasion))}"),
    "programs": Field(some_of("name"), 'write a list of names, such as ["medi_cal"], or leave it out'),
    "purpose": Field(one_of("purpose of a reminder", PURPOSES), f"write {PURPOSES[0]}, or leave it out"),
    "steps": Field(_strange_steps, "write at least one [[steps]] table", required=True),
}
STEP: Final[Mapping[str, Field]] = {
    "key": Field(_strange_name, A_NAME, required=True),
    "template": Field(_strange_name, "write the key of a template", required=True),
    "from": Field(_strange_table, AN_OFFSET, required=True),
    "until": Field(_strange_table, AN_OFFSET, required=True),
    "statuses": Field(some_of("status", STATUSES), f"write a list of some of {_listed(STATUSES)}", required=True),
    "templates": Field(_strange_table, 'write such as [steps.templates] packet_mailed = "packet_reminder"'),
    "channels": Field(one_of("channels policy", tuple(Policy)), f"write one of {_listed(tuple(Policy))}"),
    "fallback_days": Field(whole(1, FALLBACK_DAYS), f"write how many days, from 1 to {FALLBACK_DAYS}"),
    "priority": Field(whole(*PRIORITIES), "write a whole number from 5 (first) to 9"),
    "owners": Field(some_of("owner", OWNERS), f"write a list of some of {_listed(OWNERS)}"),
    "cycles": Field(some_of("cycle", CYCLES), "write a list of 6, 12 or both"),
    "shows": Field(_strange_table, AN_OFFSET),
}
OFFSET: Final[Mapping[str, Field]] = {
    "anchor": Field(one_of("anchor", tuple(Anchor)), f"write one of {_listed(tuple(Anchor))}", required=True),
    "months": Field(whole(-MONTHS, MONTHS), f"write a whole number from -{MONTHS} to {MONTHS}"),
    "days": Field(_strange_days, f"write a whole number from -{DAYS} to {DAYS}, or a constant, or “cure_days + 15”"),
    "weekday": Field(one_of("weekday of a month", NAMED_DAYS), "write first, second, third, fourth or last, and a day"),
}
OFFSETS: Final = ("from", "until", "shows")
Found: TypeAlias = Iterator[tuple[Where, str, str]]
"""Where, what is wrong, the mend."""


def misshapen(table: Mapping[str, Any]) -> Found:
    """Give whatever is no ladder's file in what was read of one."""
    yield from _wrong(table, LADDER, ())
    steps = table.get("steps")
    for number, step in enumerate(() if _strange_steps(steps) else steps or ()):
        where: Where = ("steps", number)
        yield from _wrong(step, STEP, where)
        yield from _wrong_templates(step, (*where, "templates"))
        for name in OFFSETS:
            if isinstance(step.get(name), dict):
                yield from _wrong(step[name], OFFSET, (*where, name))


def _wrong(table: Mapping[str, Any], fields: Mapping[str, Field], where: Where) -> Found:
    for name in table.keys() - fields.keys():
        yield (*where, name), f"`{name}` is not known", f"use only {_listed(fields)}"
    for name, field in fields.items():
        if name not in table:
            if field.required:
                yield where, f"`{name}` is missing", field.mend
        elif said := field.strange(table[name]):
            yield (*where, name), f"`{name}`: {said}", field.mend


def _wrong_templates(step: Mapping[str, Any], where: Where) -> Found:
    """Give what is wrong with the other words of a step: each for one of its own statuses."""
    others, own = step.get("templates"), step.get("statuses")
    for status, template in others.items() if isinstance(others, dict) else ():
        if isinstance(own, list) and status not in own:
            yield (*where, status), f"“{status}” is no status of this step", f"use only {_listed(own)}"
        if said := _strange_name(template):
            yield (*where, status), f"`{status}`: {said}", "write the key of a template"
