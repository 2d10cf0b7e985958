"""Puts a call together: what is said, in which order, with numbers that can be followed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Final, NamedTuple

from babel import Locale
from babel.dates import get_day_names

from app.rules.office_hours import Hours
from app.rules.wording import Text, Voice, Words, fill
from app.rules.wording_values import spell, spoken_phone

_SPOKEN: Final[dict[str, Callable[[str], str]]] = {
    "phone": spoken_phone,
    "county_phone": spoken_phone,
    "tty": spoken_phone,
    "new_county_phone": spoken_phone,
    "fraud_phone": spoken_phone,
    "ssa_phone": spoken_phone,
    "coveredca_phone": spoken_phone,
    "code": spell,
    "signup_code": spell,
}
_NOON: Final = 12

PARTS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "message": ("", ("greeting", "stop_hint", "body")),
    "welcome": ("", ("greeting", "stop_hint")),
    "stop_hint": ("", ("stop_hint",)),
    "repeat_hint": ("", ("repeat_hint",)),
    "goodbye": ("", ("goodbye",)),
    "unattended": ("", ("greeting", "body", "goodbye")),
    "voicemail": ("voicemail", ("greeting", "body", "goodbye")),
    "stopped": ("stop_confirmation", ("greeting", "body", "goodbye")),
}
"""What is said of a whole template: its key (none: that of the call's own message), and which of its parts."""

MENU_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "language_hint": frozenset(),
    "county_hint": frozenset(),
    "text_hint": frozenset(),
    "start_hint": frozenset(),
    "choose": frozenset({"key"}),
    "more": frozenset(),
    "connecting": frozenset(),
    "closed": frozenset({"hours", "county_phone"}),
    "not_connected": frozenset({"county_phone"}),
    "text_sent": frozenset(),
    "no_text": frozenset({"phone"}),
    "no_number": frozenset({"phone"}),
    "consent_yes": frozenset(),
    "started": frozenset(),
    "days": frozenset({"day", "last_day", "opens", "closes"}),
    "one_day": frozenset({"day", "opens", "closes"}),
    "morning": frozenset({"hour"}),
    "morning_past": frozenset({"hour", "minute"}),
    "afternoon": frozenset({"hour"}),
    "afternoon_past": frozenset({"hour", "minute"}),
}
"""What a menu needs besides the templates (`[call]` of `call_menu`), with the marks that each must have."""

KEY_OF: Final[Mapping[str, str]] = {
    "language_hint": "2",
    "county_hint": "3",
    "text_hint": "4",
    "start_hint": "8",
    "consent_yes": "1",
    "more": "0",
}
"""The key that each hint must name."""


class Call(NamedTuple):
    """What is said: who calls, how to stop, the sentences, how to hear them again, the goodbye."""

    greeting: str
    stop_hint: str
    sentences: tuple[str, ...]
    repeat_hint: str
    goodbye: str

    @property
    def whole(self) -> str:
        """Give everything that is said, in order, one sentence a line."""
        said = (self.greeting, self.stop_hint, *self.sentences, self.repeat_hint, self.goodbye)
        return "\n".join(filter(None, said))


@dataclass(frozen=True, slots=True)
class CallWords:
    """All that a call may say in one language: its own message, the other templates, the menu."""

    message: Voice
    others: Mapping[str, Voice]
    menu: Mapping[str, Text]
    help_line: Sequence[Text] = field(default=())
    """Where to get help in one's own language; said after message and voicemail that are not in it."""

    def say(self, part: str, words: Words) -> list[str]:
        """Say one part, sentence by sentence; raises `MissingWord`, or `KeyError` for a part there is none of."""
        said = spoken(words)
        return [sentence for text in self._texts(part) if (sentence := fill(text, said))]

    def _texts(self, part: str) -> Iterable[Text]:
        if part not in PARTS:
            return (self.menu[part],)
        key, names = PARTS[part]
        voice = self.others[key] if key else self.message
        texts: list[Text] = []
        for name in names:
            value: Text | tuple[Text, ...] = getattr(voice, name)
            texts += value if isinstance(value, tuple) else (value,)
            texts += self.help_line if name == "body" and key != "stop_confirmation" else ()
        return texts


def compose_call(voice: Voice, words: Words) -> Call:
    """Say a whole call to one person; words are given as they are shown; raises `MissingWord`."""
    said = spoken(words)

    def say(text: Text) -> str:
        return fill(text, said)

    return Call(
        greeting=say(voice.greeting),
        stop_hint=say(voice.stop_hint),
        sentences=tuple(say(sentence) for sentence in voice.body),
        repeat_hint=say(voice.repeat_hint),
        goodbye=say(voice.goodbye),
    )


def spoken(words: Words) -> dict[str, str]:
    """Return words as they are read aloud: numbers in groups, codes sign by sign."""
    return {mark: _SPOKEN[mark](word) if mark in _SPOKEN else word for mark, word in words.items()}


def say_hours(hours: Sequence[Hours], menu: Mapping[str, Text], language: str) -> str:
    """Say office hours in a language: `Monday to Friday, 8 AM to 5 PM`."""
    names = get_day_names("wide", locale=Locale.parse(language, sep="-"))
    return "; ".join(_say_days(one, menu, names) for one in hours)


def _say_days(hours: Hours, menu: Mapping[str, Text], names: Mapping[int, str]) -> str:
    text = menu["days" if len(hours.days) > 1 else "one_day"]
    return fill(text, {
        "day": names[hours.days[0]], "last_day": names[hours.days[-1]],
        "opens": _say_time(hours.opens, menu), "closes": _say_time(hours.closes, menu),
    })  # fmt: skip


def _say_time(at: time, menu: Mapping[str, Text]) -> str:
    half = "morning" if at.hour < _NOON else "afternoon"
    text = menu[f"{half}_past" if at.minute else half]
    return fill(text, {"hour": str((at.hour - 1) % _NOON + 1), "minute": f"{at.minute:02}"})


def call_problems(parts: Mapping[str, Text]) -> list[tuple[str, str]]:
    """Find what a call's menu lacks: parts, marks, and keys that a hint does not name."""
    problems = [(f"{name} is missing", f"Write {name} under [call]") for name in MENU_WORDS if name not in parts]
    for name, text in parts.items():
        lacking = sorted(MENU_WORDS.get(name, frozenset()) - set(text.marks))
        problems += [(f"{{{mark}}} is missing in {name}", f"Put {{{mark}}} into it") for mark in lacking]
        if (key := KEY_OF.get(name, "")) not in text.source:
            problems.append((f"{name} does not name its key", f"Say key {key}"))
    return problems
