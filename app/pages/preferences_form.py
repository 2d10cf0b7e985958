"""The form of the choices as it was filled in, and what it asks for, or what is to be mended and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.pipeline.choices import Standing
from app.rules.choices import (
    ONLY,
    PURPOSES,
    ChoiceFault,
    Chosen,
    Helper,
    Limits,
    Wanted,
    arranged,
    read_helper,
    read_hours,
    read_pause,
    read_word,
)
from app.rules.facts import Channel

ALL_PROGRAMS, ONE_PROGRAM = "all", "one"
FIELD_OF: Final[Mapping[ChoiceFault, str]] = {
    ChoiceFault.HOURS: "first",
    ChoiceFault.PAUSE: "pause",
    ChoiceFault.NAME: "helper",
    ChoiceFault.WORD: "word",
}
"""The field at which each fault is said."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the form."""

    channels: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    read: str = ""
    speak: str = ""
    first: str = ""
    last: str = ""
    pause: str = ""
    programs: str = ALL_PROGRAMS
    purposes: tuple[str, ...] = ()
    helper: str = field(default="", repr=False)
    relation: str = ""
    word: str = field(default="", repr=False)


def shown(standing: Standing) -> Filled:
    """Return the form as it is shown at first: nothing of helper and word, for nobody proved who they are."""
    now, hours = standing.chosen, standing.chosen.limits.hours
    order = [*now.channels, *(one for one in standing.offered if one not in now.channels)]
    return Filled(
        tuple(now.channels), {one: str(place) for place, one in enumerate(order, 1)}, now.read or "", now.speak or "",
        str(hours[0]) if hours else "", str(hours[1]) if hours else "", str(now.limits.paused_until or ""),
        ONE_PROGRAM if now.limits.only_programs is not None else ALL_PROGRAMS, tuple(sorted(now.purposes)),
    )  # fmt: skip


def filled_of(fields: Mapping[str, Sequence[str]]) -> Filled:
    """Return what was filled in; what is no field of ours is left out."""

    def one(name: str) -> str:
        return (fields.get(name) or [""])[0]

    return Filled(
        tuple(fields.get("channels", ())), {channel: one(f"place-{channel}") for channel in Channel}, one("read"),
        one("speak"), one("first"), one("last"), one("pause"), one("programs") or ALL_PROGRAMS,
        tuple(fields.get("purposes", ())), one("helper"), one("relation"), one("word"),
    )  # fmt: skip


def wanted_of(
    filled: Filled, standing: Standing, *, to_read: Sequence[str], to_hear: Sequence[str]
) -> Wanted | dict[str, str]:
    """Return what a form asks for, or the name of a sentence for each field that is to be mended."""
    now = standing.chosen
    hours, pause = read_hours(filled.first, filled.last), read_pause(filled.pause, standing.today)
    helper, word = read_helper(filled.helper, filled.relation), read_word(filled.word)
    if filled.pause == str(now.limits.paused_until or ""):
        pause = now.limits.paused_until
    wrong = [one for one in (hours, pause, helper, word) if isinstance(one, ChoiceFault)]
    if wrong or isinstance(hours, ChoiceFault) or isinstance(pause, ChoiceFault):
        return {FIELD_OF[one]: one.value for one in wrong}
    ticked = [(one, filled.places.get(one, "")) for one in standing.offered if one.value in filled.channels]
    programs = (now.limits.only_programs or ONLY) if filled.programs == ONE_PROGRAM else None
    chosen = Chosen(
        arranged(ticked), (filled.read or now.read) if filled.read in to_read else now.read,
        (filled.speak or now.speak) if filled.speak in to_hear else now.speak, Limits(hours, pause, programs),
        frozenset(filled.purposes) & frozenset(PURPOSES),
    )  # fmt: skip
    return Wanted(chosen, helper if isinstance(helper, Helper) else None, word if isinstance(word, str) else None)
