"""What a person chooses of the way we remind them: how it is read from a form, and what differs from before."""

import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from babel import Locale, UnknownLocaleError
from babel.dates import format_time

from app.rules.facts import Channel
from app.rules.keywords import Meaning, meaning
from app.rules.names import read_first_name

FIRST_HOUR: Final = 9
LAST_HOUR: Final = 20
"""The hours in which a text may come at all (`schedules.windows`); calls keep inside them."""
LEAST_HOURS: Final = 2
"""So many hours leave calls one, whichever they are."""
LONGEST_PAUSE: Final = timedelta(days=366)
ONLY: Final = ("medi_cal",)
"""The programs of those who want to hear of the renewal of Medi-Cal alone."""
PURPOSES: Final = ("scam_alert", "update_contact")
"""What people may agree to beside reminders."""
RELATIONS: Final = ("parent", "guardian", "family", "caregiver")
NO_ONE: Final = "none"
BASIS: Final = "preference_page"
BY_PAGE: Final = "preferences"
"""The source in the stamps of what was chosen on the page."""
BY_TEXT: Final = "member"
"""The source in the stamps of what was chosen by text."""
OWN_WORD: Final = frozenset({BY_PAGE, BY_TEXT})
OWN_GROUPS: Final = frozenset({"channels", "languages", "representative"})
"""The groups of facts in which a person's own word holds against whatever the county's feed says later."""
SHORTEST_WORD, LONGEST_WORD = 3, 20
HIDDEN: Final = "•••"
PHONE: Final = "phone"
SEEN_DIGITS: Final = 2


class ChoiceFault(StrEnum):
    """Why a choice cannot be kept; the names of sentences on the page."""

    HOURS = "bad_hours"
    PAUSE = "bad_pause"
    NAME = "bad_name"
    WORD = "bad_word"


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who has come in: to the choices of whoever has this address at this agency."""

    agency: UUID
    kind: str
    address: str = field(repr=False)
    index: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a person chose that narrows when, and of what, we remind them."""

    hours: tuple[int, int] | None = None
    paused_until: date | None = None
    only_programs: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody chose, as the page shows it and as it comes back."""

    channels: tuple[Channel, ...] = ()
    """Those that are wanted, the dearest first."""
    read: str | None = None
    speak: str | None = None
    limits: Limits = field(default_factory=Limits)
    purposes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Helper:
    """Who acts for somebody; nobody without a name."""

    first_name: str | None = field(default=None, repr=False)
    relation: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a form asks for; of helper and word nothing is shown, so nothing said is nothing changed."""

    chosen: Chosen
    helper: Helper | None = None
    word: str | None = field(default=None, repr=False)


def read_hours(first: str, last: str) -> tuple[int, int] | ChoiceFault | None:
    """Return the hours between two choices; without any there is no wish."""
    if not first and not last:
        return None
    begins, ends = _hour(first, FIRST_HOUR), _hour(last, LAST_HOUR)
    if begins is None or ends is None or ends - begins < LEAST_HOURS:
        return ChoiceFault.HOURS
    return begins, ends


def read_pause(text: str, today: date) -> date | ChoiceFault | None:
    """Return the first day after a pause; within a year."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return ChoiceFault.PAUSE
    return day if today < day <= today + LONGEST_PAUSE else ChoiceFault.PAUSE


def read_helper(name: str, relation: str) -> Helper | ChoiceFault | None:
    """Return who is to act for the person: nothing said changes nothing, and "no one" takes the helper away."""
    if relation == NO_ONE:
        return Helper()
    if not name and not relation:
        return None
    read = read_first_name(name)
    return Helper(read, relation) if read and " " not in read and relation in RELATIONS else ChoiceFault.NAME


def read_word(text: str) -> str | ChoiceFault | None:
    """Return a safe word: letters or digits of any script, no number, and nothing that we would take for a stop."""
    word = unicodedata.normalize("NFC", text.strip())
    if not word:
        return None
    fits = SHORTEST_WORD <= len(word) <= LONGEST_WORD and all(map(_belongs, word))
    if not fits or not any(map(str.isalpha, word)) or meaning(word) is Meaning.STOP:
        return ChoiceFault.WORD
    return word


def arranged(places: Sequence[tuple[Channel, str]]) -> tuple[Channel, ...]:
    """Return ticked channels in the order of the places that were given them; those of one place stay as they came."""
    return tuple(channel for channel, _ in sorted(places, key=lambda pair: (len(pair[1]) != 1, pair[1])))


def with_the_rest(chosen: Sequence[Channel], before: Sequence[str] | None, offered: Collection[Channel]) -> list[str]:
    """Return a person's channels: those chosen, and those that were not to choose from and stay as they were."""
    rest = [channel for channel in (before if before is not None else map(str, Channel)) if channel not in offered]
    return [*map(str, chosen), *rest]


def differences(shown: Chosen, wanted: Wanted) -> Iterator[tuple[str, str]]:
    """Give what is to be changed and how it is now, as lines of the ledger of choices say it."""
    now = wanted.chosen
    limits, were = now.limits, shown.limits
    told = {
        "channels": (shown.channels, now.channels, ",".join(now.channels)),
        "language_written": (shown.read, now.read, now.read or ""),
        "language_spoken": (shown.speak, now.speak, now.speak or ""),
        "hours": (were.hours, limits.hours, "-".join(map(str, limits.hours or ()))),
        "paused_until": (were.paused_until, limits.paused_until, str(limits.paused_until or "")),
        "programs": (were.only_programs, limits.only_programs, ",".join(limits.only_programs or ())),
    }
    yield from ((what, said) for what, (before, after, said) in told.items() if before != after)
    if wanted.helper is not None:
        yield "representative", wanted.helper.relation or ""
    if wanted.word is not None:
        yield "safe_word", "set"


def masked(kind: str, address: str) -> str:
    """Return an address so that only who knows it recognises it."""
    if kind == PHONE:
        return f"{HIDDEN}{address[-SEEN_DIGITS:]}"
    return f"{address[:1]}{HIDDEN}@{HIDDEN}"


def hour_name(hour: int, language: str) -> str:
    """Return a full hour as a language writes it."""
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse("en")
    return format_time(time(hour % 24), "short", locale=locale)


def in_force(limits: Limits, today: date) -> Limits:
    """Return what still narrows something: a pause that is over is none."""
    over = limits.paused_until is not None and limits.paused_until <= today
    return replace(limits, paused_until=None) if over else limits


def _hour(text: str, default: int) -> int | None:
    if not text:
        return default
    hour = int(text) if text.isascii() and text.isdecimal() and len(text) <= SEEN_DIGITS else -1
    return hour if FIRST_HOUR <= hour <= LAST_HOUR else None


def _belongs(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LMN" and unicodedata.category(sign) != "No"
