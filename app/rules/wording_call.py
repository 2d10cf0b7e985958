"""Puts a call together: what is said, in which order, with numbers that can be followed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple

from app.rules.wording import Text, Voice, Words, fill, prepare
from app.rules.wording_values import spell, spoken_phone

_SPOKEN: Final[dict[str, Callable[[str], str]]] = {
    "phone": spoken_phone,
    "county_phone": spoken_phone,
    "tty": spoken_phone,
    "code": spell,
    "signup_code": spell,
}


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


def prepare_call(voice: Voice, words: Words, help_line: Voice | None = None) -> Voice:
    """Put in what a batch of calls shares; `help_line` is the language help, said last."""
    said = _spoken(words)
    body = voice.body + (help_line.body if help_line else ())
    return replace(
        voice,
        greeting=prepare(voice.greeting, said),
        stop_hint=prepare(voice.stop_hint, said),
        body=tuple(prepare(sentence, said) for sentence in body),
        repeat_hint=prepare(voice.repeat_hint, said),
        goodbye=prepare(voice.goodbye, said),
    )


def compose_call(voice: Voice, words: Words) -> Call:
    """Say a call to one person; words are given as they are shown; raises `MissingWord`."""
    said = _spoken(words)

    def say(text: Text) -> str:
        return fill(text, said)

    return Call(
        greeting=say(voice.greeting),
        stop_hint=say(voice.stop_hint),
        sentences=tuple(say(sentence) for sentence in voice.body),
        repeat_hint=say(voice.repeat_hint),
        goodbye=say(voice.goodbye),
    )


def _spoken(words: Words) -> dict[str, str]:
    return {mark: _SPOKEN[mark](word) if mark in _SPOKEN else word for mark, word in words.items()}
