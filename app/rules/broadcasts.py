"""Broadcasts: one message to many people who agreed to its purpose, written by one person and approved by another."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

from app.rules.facts import Channel, RenewalStatus
from app.rules.languages import is_without_words, read_language
from app.rules.reasons import sentence
from schedules.places import STATES

NOT_BROADCAST: Final = frozenset({"renewal", "service"})
"""Purposes of what is about one person's own case, which is never sent to many."""
PRIORITY: Final = 7
OPEN_FOR: Final = timedelta(days=14)
"""How long a broadcast has when nobody says until when."""
LONGEST: Final = timedelta(days=90)
SEALED: Final = "ZIP codes are kept sealed and cannot be searched; choose by zones, states or languages"
NO_CHANNEL: Final = "none"


class BroadcastStatus(StrEnum):
    """Where a broadcast stands."""

    DRAFT = "draft"
    APPROVED = "approved"
    """Approved, and not laid out yet."""
    PLANNED = "planned"
    """Its messages are there."""
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Who:
    """Who writes or approves: a name, and the key that stands for it where it is a machine's."""

    name: str
    key: str = ""

    def is_same_as(self, other: "Who") -> bool:
        """Say whether two are one person: by one key, or by one name."""
        same_key = bool(self.key) and self.key == other.key
        mine, theirs = self.name.strip().casefold(), other.name.strip().casefold()
        return same_key or (bool(mine) and mine == theirs)


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a broadcast is for; what is not said narrows nothing."""

    languages: tuple[str, ...] = ()
    """In which they read, or for calls are spoken to."""
    programs: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    """Of a renewal; with programs or months, of the same one."""
    renewal_months: tuple[date, ...] = ()
    channels: tuple[Channel, ...] = ()
    """Only people who chose one of these."""
    zones: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    zip_prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BroadcastAsked:
    """A broadcast that somebody writes."""

    template: str
    audience: Audience = Audience()
    channels: tuple[Channel, ...] | None = None
    """None: all that the agency has."""
    starts_at: datetime | None = None
    deadline_at: datetime | None = None

    def span(self, now: datetime) -> tuple[datetime, datetime]:
        """Return from when until when it may leave."""
        starts = self.starts_at or now
        return starts, self.deadline_at or starts + OPEN_FOR


@dataclass(frozen=True, slots=True)
class Mistake:
    """One field that cannot be so, as a path, and a sentence on how to mend it."""

    field: str
    sentence: str


class Counted(Protocol):
    """How many people of a language hear it on a channel, or do not, and why."""

    channel: str
    language: str | None
    status: str
    reason: str | None
    people: int


def mistakes(
    asked: BroadcastAsked, *, templates: Mapping[str, str], offered: Collection[Channel], now: datetime
) -> list[Mistake]:
    """Return what is wrong with a broadcast; `templates` are purposes by key, `offered` the agency's channels."""
    starts, deadline = asked.span(now)
    allowed = sorted(key for key, purpose in templates.items() if purpose not in NOT_BROADCAST)
    unknown = set(asked.audience.statuses) - {str(status) for status in RenewalStatus}
    checks = {
        ("template", f"choose one of {', '.join(allowed) or 'the templates with a purpose of their own'}"):
            asked.template in allowed,
        ("channels", "the agency has no sender for one of these channels; leave it out"):
            set(asked.channels or ()) <= set(offered),
        ("channels", "name at least one channel, or leave it out for all"): asked.channels != (),
        ("audience/zip_prefixes", SEALED): not asked.audience.zip_prefixes,
        ("audience/languages", "use BCP 47 tags of languages that members may have, such as vi or zh-Hant"):
            all(read_language(tag) or is_without_words(tag) for tag in asked.audience.languages),
        ("audience/statuses", f"use {', '.join(RenewalStatus)}"): not unknown,
        ("audience/states", "write states in two letters, such as CA"): set(asked.audience.states) <= STATES,
        ("starts_at", "give a time that lies ahead, or leave it out for now"): starts >= now,
        ("deadline_at", "give a time after the start that lies ahead"):
            asked.deadline_at is None or deadline > max(starts, now),
        ("deadline_at", f"give a time within {LONGEST.days} days of the start; later it is no news"):
            deadline - starts <= LONGEST,
    }  # fmt: skip
    return [Mistake(*wrong) for wrong, good in checks.items() if not good]


def add_up(rows: Iterable[Counted], people: int) -> dict[str, Any]:
    """Return how many people of an audience of so many hear it, by channel and language, and how many not and why.

    Who hears it in one message with others of the household is reached, too.
    """
    reached, messages, refused = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for row in rows:
        if row.status == "planned" or row.reason == "household":
            reached[row.channel, row.language or ""] += row.people
            messages[row.channel, row.language or ""] += row.people if row.status == "planned" else 0
        else:
            refused[row.channel, row.reason or ""] += row.people
    return {
        "people": people,
        "messages": messages.total(),
        "reached": [
            {"channel": channel, "language": language, "people": count, "messages": messages[channel, language]}
            for (channel, language), count in sorted(reached.items())
        ],
        "not_reached": [
            {"channel": channel, "reason": reason, "explanation": sentence(reason), "people": count}
            for (channel, reason), count in sorted(refused.items())
        ],
    }
