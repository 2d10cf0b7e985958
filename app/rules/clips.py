"""Recorded words for languages that no voice speaks: which clips there must be, and a language's table of them.

A clip is one short recording, such as a greeting or a digit; `clip_scripts` says how calls are put together
from them. A table says of each clip what it says, where it comes from, and whether somebody listened to it.
"""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from app.rules.wording import BadTemplate, Review

MONTHS: Final = tuple(f"month_{number:02}" for number in range(1, 13))
NUMBERS: Final = tuple(f"number_{number}" for number in range(13))
DAYS: Final = tuple(
    f"day_{day}" for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
)
QUARTERS: Final = ("minutes_15", "minutes_30", "minutes_45")
NAMES: Final = (
    "greeting", "stop_hint", "about", "month_is", *MONTHS, "letter", "call_for_help", "portal_is", "number_is",
    "repeat_hint", "language_hint", "county_hint", "text_hint", "start_hint", "choose", "more",
    "connecting", "closed", "not_connected", "text_sent", "no_text", "no_number", "stopped",
    "why", "consent", "consent_yes", "started",
    "voicemail", "voicemail_again", "voicemail_stop", "code_is", "goodbye",
    *NUMBERS, *DAYS, "hours_from", "hours_until", "morning", "afternoon", *QUARTERS,
)  # fmt: skip
"""Every clip that a language needs before a call can be held in it."""


class Source(StrEnum):
    """Where a clip comes from: a person's voice, or a machine that truly has the language."""

    RECORDED = "recorded"
    ESPEAK = "espeak-ng"


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip: its name, what it says, where it comes from, and who listened to it."""

    name: str
    words: str
    source: Source
    review: Review
    reviewer: str = ""


@dataclass(frozen=True, slots=True)
class ClipTable:
    """The clips of a language by name."""

    language: str
    clips: Mapping[str, Clip] = field(default_factory=dict)

    def under(self, top: "ClipTable", sounds: Iterable[str] = ()) -> "ClipTable":
        """Return this table with another on top, which brings `sounds`.

        A recording that the table on top says nothing of is somebody's voice that nobody reviewed yet.
        """
        unsaid = [self.clips[name] for name in sounds if name in self.clips and name not in top.clips]
        new = {clip.name: replace(clip, source=Source.RECORDED, review=Review.DRAFT, reviewer="") for clip in unsaid}
        return replace(self, clips={**self.clips, **new, **top.clips})


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a language's clips came."""

    language: str
    present: int
    missing: tuple[str, ...]
    """Clips without words or without a recording that can be played."""
    unreviewed: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether a call can be held with these clips at all."""
        return not self.missing

    def usable(self, *, live: bool) -> bool:
        """Say whether members may hear them: in live mode only what a person listened to."""
        return self.complete and not (live and self.unreviewed)


def parse_clips(toml: str, where: str) -> ClipTable:
    """Read a table; raises `BadTemplate` naming what is wrong."""
    try:
        found = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise BadTemplate("no TOML", f"{where}: {error}", "Correct that line") from None
    words = found.pop("clips", None)
    if not isinstance(words, dict) or not isinstance(found.get("language"), str):
        raise BadTemplate("no clips", where, 'Write language = "…" and a table [clips]')
    language = found.pop("language")
    return ClipTable(language, {name: _clip(name, said, found, where) for name, said in words.items()})


def entry(clip: Clip) -> str:
    """Write what a table says of one clip, so that it can be put at a table's end."""
    told = {"words": clip.words, "source": clip.source, "review": clip.review, "reviewer": clip.reviewer}
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in told.items() if value]
    return "\n".join(["", f"[clips.{clip.name}]", *lines, ""])


def standing(table: ClipTable, playable: Iterable[str]) -> Standing:
    """Say how far a language's clips came; `playable` are the names that have a sound recording."""
    sounds = set(playable)
    there = [table.clips[name] for name in NAMES if name in table.clips and name in sounds]
    held = {clip.name for clip in there}
    return Standing(
        table.language,
        len(there),
        tuple(name for name in NAMES if name not in held),
        tuple(clip.name for clip in there if clip.review is Review.DRAFT),
        tuple(sorted({str(clip.source) for clip in there})),
    )


def _clip(name: str, said: object, shared: Mapping[str, Any], where: str) -> Clip:
    fields = {**shared, **(said if isinstance(said, dict) else {"words": said})}
    place = f"{where} {name}"
    if name not in NAMES:
        raise BadTemplate("unknown clip", place, f"Use one of {', '.join(NAMES)}")
    if unknown := sorted(set(fields) - {"words", "source", "review", "reviewer"}):
        raise BadTemplate(f"unknown {unknown[0]}", place, "Remove it or correct its spelling")
    try:
        clip = Clip(
            name, str(fields.get("words", "")).strip(), Source(fields.get("source", "")),
            Review(fields.get("review", "")), str(fields.get("reviewer", "")),
        )  # fmt: skip
    except ValueError as error:
        raise BadTemplate(str(error), place, 'Write source = "recorded" and review = "draft", for example') from None
    if not clip.words:
        raise BadTemplate("no words", place, "Write down what the clip says")
    if clip.review is not Review.DRAFT and not clip.reviewer:
        raise BadTemplate("reviewed by nobody", place, 'Name who listened to it: reviewer = "…"')
    return clip
