"""The hours that the law leaves for contacting a person, by state, channel and weekday: `legal_windows.toml`, read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from typing import Final

from schedules.dated import Row, check_order, read_rows
from schedules.places import STATES
from schedules.windows import WEEKDAYS, parse_hours, parse_weekdays

NEEDS: Final = {"state": str, "channels": list, "hours": str, "source": str}
MAY: Final = {"days": str, "note": str}
CHANNELS: Final = frozenset({"sms", "voice"})
"""The law sets no hours for e-mail."""
FEDERAL: Final = "US"
NOT_AT_ALL: Final = "none"


@dataclass(frozen=True, slots=True)
class LegalRule:
    """Hours on some weekdays in a state, or with None no hours at all, and the law that says so."""

    state: str
    channels: frozenset[str]
    weekdays: frozenset[int]
    hours: tuple[time, time] | None
    begins: date
    ends: date
    source: str

    def holds(self, day: date) -> bool:
        """Say whether the rule says anything about a day."""
        return day.weekday() in self.weekdays and self.begins <= day <= self.ends


class LegalWindows:
    """The law of every state; federal law holds everywhere, somewhere unknown included."""

    def __init__(self, rules: Iterable[LegalRule]) -> None:
        self.rules = tuple(rules)
        self.about = lru_cache(maxsize=1024)(self._about)

    def _about(self, states: tuple[str, ...], channel: str) -> tuple[LegalRule, ...]:
        """Return the rules for a channel in all of these states together."""
        return tuple(rule for rule in self.rules if rule.state in {*states, FEDERAL} and channel in rule.channels)


def parse_legal_windows(text: str, *, name: str = "the legal windows") -> LegalWindows:
    """Return the legal windows that a TOML text holds; `name` is its file's.

    Raises:
        BadTable: the text is no such table; it says where and how to mend it.
    """
    rows = read_rows(text, name=name, table="windows", needs=NEEDS, may=MAY)
    rules = [_rule(row) for row in rows]
    for key in sorted({(rule.state, channel) for rule in rules for channel in rule.channels}):
        for weekday in range(len(WEEKDAYS)):
            pairs = zip(rows, rules, strict=True)
            check_order([row for row, rule in pairs if _is_about(rule, key, weekday)], gaps=True)
    return LegalWindows(rules)


def _is_about(rule: LegalRule, key: tuple[str, str], weekday: int) -> bool:
    state, channel = key
    return rule.state == state and channel in rule.channels and weekday in rule.weekdays


def _rule(row: Row) -> LegalRule:
    values = row.values
    if values["state"] not in STATES | {FEDERAL}:
        raise row.bad(f"“{values['state']}” is no state", 'write two letters such as "FL", or "US" for federal law')
    if not values["channels"] or not set(values["channels"]) <= CHANNELS:
        raise row.bad("`channels` are sms and voice", 'write `channels = ["sms", "voice"]`')
    weekdays = parse_weekdays(values.get("days", "monday-sunday"))
    if not weekdays:
        raise row.bad(f"“{values['days']}” names no weekdays", 'write such as "monday-friday" or "sunday"')
    hours = parse_hours(values["hours"])
    if hours is None and values["hours"] != NOT_AT_ALL:
        raise row.bad(f"“{values['hours']}” names no hours", 'write such as "08:00-20:00", or "none" for not at all')
    return LegalRule(
        values["state"], frozenset(values["channels"]), weekdays, hours, row.begins, row.ends, values["source"]
    )
