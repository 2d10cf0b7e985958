"""How a call is put together from clips: each part that is said, as clips and what stands between them.

What has no clip (the agency's name, the portal, the message's code) is said in English, by a voice.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Final

from app.rules.clips import DAYS, MONTHS, NUMBERS, QUARTERS
from app.rules.office_hours import Hours
from app.rules.wording_values import spell

_PHONE: Final = ("number_is", "{phone}")
SCRIPTS: Final[Mapping[str, tuple[str, ...]]] = {
    "message": (
        "greeting", "{agency}", "stop_hint", "about", "month_is", "{month}", "letter", "call_for_help", "{phone}",
        "portal_is", "{portal}",
    ),
    "why": ("greeting", "{agency}", "stop_hint", "why", "call_for_help", "{phone}"),
    "welcome": ("greeting", "{agency}", "stop_hint"),
    "stop_hint": ("stop_hint",),
    "repeat_hint": ("repeat_hint",),
    "language_hint": ("language_hint",),
    "county_hint": ("county_hint",),
    "text_hint": ("text_hint",),
    "start_hint": ("start_hint",),
    "choose": ("choose", "{key}"),
    "more": ("more",),
    "connecting": ("connecting",),
    "closed": ("closed", "{hours}", "number_is", "{county_phone}"),
    "not_connected": ("not_connected", "{county_phone}"),
    "text_sent": ("text_sent",),
    "no_text": ("no_text", "{phone}"),
    "no_number": ("no_number", "{phone}"),
    "stopped": ("stopped", *_PHONE, "goodbye"),
    "consent": ("consent", "{phone}"),
    "consent_yes": ("consent_yes",),
    "started": ("started",),
    "voicemail": (
        "greeting", "{agency}", "voicemail", "{phone}", "voicemail_again", "{phone}", "voicemail_stop",
        "code_is", "{code}", "goodbye",
    ),
    "goodbye": ("goodbye",),
    "goodbye_code": ("code_is", "{code}", "goodbye"),
}  # fmt: skip
"""Each part of a call: names of clips, and marks in braces."""

TEMPLATES: Final[Mapping[str, str]] = {"renewal_two_months": "message", "help": "why"}
"""Which part says what a template says; another template has no clips, so that English stands in."""

_NOON: Final = 12


@dataclass(frozen=True, slots=True)
class Piece:
    """A clip by name, or English words for the voice."""

    clip: str = ""
    english: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ClipWords:
    """What stands for the marks of one call; numbers in E.164 or as they are dialled."""

    agency: str
    phone: str
    county_phone: str
    portal: str
    code: str = ""
    key: str = ""
    month: date | None = None
    hours: Sequence[Hours] = ()


def pieces(part: str, words: ClipWords) -> list[Piece]:
    """Return the pieces of a part in the order in which they are heard."""
    found: list[Piece] = []
    for name in SCRIPTS[part]:
        found += _MARKS[name](words) if name in _MARKS else [Piece(name)]
    return found


def _digits(number: str) -> list[Piece]:
    digits = re.sub(r"\D", "", number)
    if len(digits) == len("18002819799") and digits.startswith("1"):
        digits = digits[1:]
    return [Piece(NUMBERS[int(digit)]) for digit in digits]


def _month(words: ClipWords) -> list[Piece]:
    return [Piece(MONTHS[words.month.month - 1])] if words.month else []


def _english(text: str) -> list[Piece]:
    return [Piece(english=text)] if text else []


def _hours(words: ClipWords) -> list[Piece]:
    """Say the days one by one, then from when until when: this needs no endings in any language."""
    found: list[Piece] = []
    for one in words.hours:
        days = [Piece(DAYS[day]) for day in one.days]
        found += [*days, Piece("hours_from"), *_time(one.opens), Piece("hours_until"), *_time(one.closes)]
    return found


def _time(at: time) -> list[Piece]:
    quarter = f"minutes_{at.minute}"
    if at.minute and quarter not in QUARTERS:
        return _english(f"{at:%I:%M %p}".lstrip("0"))
    minutes = [Piece(quarter)] if at.minute else []
    half = "morning" if at.hour < _NOON else "afternoon"
    return [Piece(NUMBERS[(at.hour - 1) % _NOON + 1]), *minutes, Piece(half)]


_MARKS: Final[Mapping[str, Callable[[ClipWords], list[Piece]]]] = {
    "{agency}": lambda words: _english(words.agency),
    "{portal}": lambda words: _english(words.portal),
    "{code}": lambda words: _english(spell(words.code)),
    "{phone}": lambda words: _digits(words.phone),
    "{county_phone}": lambda words: _digits(words.county_phone),
    "{key}": lambda words: _digits(words.key),
    "{month}": _month,
    "{hours}": _hours,
}
