"""A ladder's TOML text, checked line by line: what is wrong, where, and how to mend it."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from schedules.constants import Constants
from schedules.ladders.faults import BadLadder, Fault
from schedules.ladders.lines import Where, line_of, scan
from schedules.ladders.meaning import clashing, meaningless
from schedules.ladders.model import Anchor, Ladder, Occasion, Offset, Policy, Step
from schedules.ladders.shape import misshapen

AT_LINE: Final = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


def parse_ladder(text: str, *, name: str = "the ladder") -> Ladder:
    """Return the ladder that a TOML text describes; `name` is its file's.

    Raises:
        BadLadder: the text is no TOML, or not all of a ladder, or more than a ladder.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadLadder([_no_toml(str(error), text, name)]) from error
    if faults := placed(text, name, misshapen(table)):
        raise BadLadder(faults)
    return Ladder(
        name=table["name"],
        occasion=Occasion(table.get("occasion", Occasion.RENEWAL)),
        steps=tuple(map(_step, table["steps"])),
        programs=frozenset(table.get("programs", ())),
        purpose=table.get("purpose", "renewal"),
    )


def checked_ladder(text: str, *, name: str, constants: Constants, others: Iterable[Ladder] = ()) -> Ladder:
    """Return the ladder of a text if it makes sense by itself and beside the other ladders in force.

    Raises:
        BadLadder: it cannot be read, is at odds with itself, or with one of the others.
    """
    ladder = parse_ladder(text, name=name)
    if faults := placed(text, name, (*meaningless(ladder, constants), *clashing(ladder, others, constants))):
        raise BadLadder(faults)
    return ladder


def placed(text: str, name: str, found: Iterable[tuple[Where, str, str]]) -> list[Fault]:
    """Return what was found in a ladder as faults, each with its line in the text."""
    lines = scan(text)
    return [Fault(name, line_of(lines, where), what, mend) for where, what, mend in found]


def _no_toml(said: str, text: str, name: str) -> Fault:
    place = AT_LINE.search(said)
    line = int(place[1]) if place and place[1] else max(len(text.splitlines()), 1)
    return Fault(name, line, f"it is no TOML: {AT_LINE.sub('', said)}", "see toml.io for how TOML is written")


def _step(table: Mapping[str, Any]) -> Step:
    return Step(
        key=table["key"],
        template=table["template"],
        starts=_offset(table["from"]),
        ends=_offset(table["until"]),
        statuses=frozenset(table["statuses"]),
        templates=table.get("templates", {}),
        policy=Policy(table.get("channels", Policy.EACH)),
        fallback_days=table.get("fallback_days", 0),
        priority=table.get("priority", 5),
        owners=frozenset(table.get("owners", ["county"])),
        cycles=frozenset(table.get("cycles", [6, 12])),
        shows=_offset(table["shows"]) if "shows" in table else None,
    )


def _offset(table: Mapping[str, Any]) -> Offset:
    return Offset(Anchor(table["anchor"]), table.get("months", 0), table.get("days", 0), table.get("weekday", ""))
