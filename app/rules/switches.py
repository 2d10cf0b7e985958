"""Switches: who holds or stops which reminders, and what is wrong with one that somebody asks for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.rules.facts import Channel


class SwitchKind(StrEnum):
    """What a switch does to the reminders that it is about."""

    PAUSE = "pause"
    """Holds them until it is lifted or over."""
    STOP = "stop"
    """Cancels them, and those that are planned while it is set."""
    HARDSHIP = "hardship"
    """Holds a county's or a program's, because of a disaster or another hardship there."""
    BRAKE = "brake"
    """Holds them because something looks wrong; the service sets it, a person lifts it."""


REASONS: Mapping[SwitchKind, str] = {
    SwitchKind.PAUSE: "paused",
    SwitchKind.STOP: "stopped",
    SwitchKind.HARDSHIP: "hardship",
    SwitchKind.BRAKE: "brake",
}
"""The reason that a reminder carries which a switch of this kind holds or ends."""
HELD = frozenset(REASONS.values()) - {REASONS[SwitchKind.STOP]}
"""The reasons of what is held and still planned."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which reminders and broadcasts of an agency a switch is about; nothing named: all of them."""

    program: str | None = None
    county_code: str | None = None
    channel: Channel | None = None
    ladder: str | None = None


@dataclass(frozen=True, slots=True)
class SwitchAsked:
    """A switch that somebody wants set."""

    kind: SwitchKind
    reason: str
    scope: Scope = Scope()
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mistake:
    """One field that cannot be so, and a sentence on how to mend it."""

    field: str
    sentence: str


def mistakes(
    asked: SwitchAsked, *, county: str, ladders: Collection[str], programs: Collection[str], now: datetime
) -> list[Mistake]:
    """Return what is wrong with a switch for an agency of this county with these ladders and programs."""
    scope = asked.scope
    narrow = scope.program is not None or scope.county_code is not None
    checks = {
        ("county_code", f"this agency sends for county {county} only; write that or leave it out"):
            scope.county_code in {None, county},
        ("ladder", f"there is no such ladder; there are {', '.join(sorted(ladders))}"):
            scope.ladder is None or scope.ladder in ladders,
        ("program", f"there is no such program; there are {', '.join(sorted(programs))}"):
            scope.program is None or scope.program in programs,
        ("until", "give a time that lies ahead, or leave it out to hold until somebody lifts it"):
            asked.until is None or asked.until > now,
        ("reason", "say why in a few words; whoever lifts it will read them"): bool(asked.reason.strip()),
        ("county_code", "a hardship is a county's or a program's; name one of them, or set a pause"):
            asked.kind is not SwitchKind.HARDSHIP or narrow,
    }  # fmt: skip
    return [Mistake(*wrong) for wrong, good in checks.items() if not good]
