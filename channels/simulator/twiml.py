"""Reads TwiML, as far as a reminder needs it: Say, Play, Pause, Gather, Dial, Redirect, Hangup, Message."""

import re
import xml.etree.ElementTree as ET  # the markup is our own service's
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

LONGEST_SAY = 4_096
_SPEECH = frozenset(("break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"))
"""The marks of SSML that may stand inside Say."""
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True)
class Say:
    """Words that are spoken, without the marks that say how."""

    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Play:
    """A recording; its address is relative to the markup's."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Gather:
    """A question that a key answers; `action` is relative to the markup's address.

    `most` is how many keys it takes, 0 where it takes all that come.
    """

    action: str
    prompts: Sequence[Say | Play] = field(repr=False)
    asks_on_empty: bool = False
    most: int = 0


@dataclass(frozen=True, slots=True)
class Dial:
    """The caller is connected to another number; then the call goes on at `action`, if there is one."""

    number: str
    action: str = ""


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on with other markup."""

    url: str


@dataclass(frozen=True, slots=True)
class Hangup:
    """The call ends here."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text that answers a text; `callback` is where its statuses go."""

    body: str = field(repr=False)
    to: str = field(default="", repr=False)
    sender: str = ""
    callback: str = ""


Verb = Say | Play | Gather | Dial | Redirect | Hangup | Text


class BadMarkup(Exception):
    """The provider would say that the application failed."""


def read_markup(body: bytes) -> list[Verb]:
    """Return the verbs in order; an empty answer has none.

    Raises:
        BadMarkup: it is not XML, not a `Response`, or holds what the provider does not take or is not simulated.
    """
    if not body.strip():
        return []
    try:
        root = ET.fromstring(body)  # noqa: S314 -- only our own service is asked
    except ET.ParseError as error:
        raise BadMarkup("not XML") from error
    if root.tag != "Response":
        raise BadMarkup("not a Response")
    verbs = (_READERS.get(element.tag, _unknown)(element) for element in root)
    return [verb for verb in verbs if verb is not None]


def _unknown(element: ET.Element) -> Verb:
    raise BadMarkup(f"{element.tag} is not simulated here")


def _words(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _say(element: ET.Element) -> Say:
    marks = {mark.tag for mark in element.iter()} - {element.tag}
    if marks - _SPEECH:
        raise BadMarkup(f"{min(marks - _SPEECH)} is no mark of speech")
    words = _words(element)
    if len(words) > LONGEST_SAY:
        raise BadMarkup("too many words in one Say")
    return Say(words)


def _play(element: ET.Element) -> Play:
    url = _words(element)
    if not url:
        raise BadMarkup("a Play without an address")
    return Play(url)


def _pause(_: ET.Element) -> None:
    return None


def _gather(element: ET.Element) -> Gather:
    prompts = [prompt for child in element if (prompt := _PROMPTS.get(child.tag, _no_prompt)(child)) is not None]
    on_empty = element.get("actionOnEmptyResult", "false") == "true"
    return Gather(element.get("action", ""), prompts, on_empty, _whole(element, "numDigits"))


def _no_prompt(element: ET.Element) -> Say:
    raise BadMarkup(f"{element.tag} cannot stand in a Gather")


def _whole(element: ET.Element, name: str) -> int:
    text = element.get(name, "0")
    if not (text.isascii() and text.isdigit()):
        raise BadMarkup(f"{name} is no whole number")
    return int(text)


def _dial(element: ET.Element) -> Dial:
    if any(child.tag != "Number" for child in element):
        raise BadMarkup("only a Number is dialed here")
    number = _words(element)
    if _NUMBER.fullmatch(number) is None:
        raise BadMarkup("a Dial needs one number")
    _whole(element, "timeLimit")
    return Dial(number, element.get("action", ""))


def _redirect(element: ET.Element) -> Redirect:
    return Redirect(_words(element))


def _hangup(_: ET.Element) -> Hangup:
    return Hangup()


def _message(element: ET.Element) -> Text:
    parts = element.findall("Body")
    body = "".join(part.text or "" for part in parts) if parts else element.text or ""
    return Text(
        body.strip(),
        to=element.get("to", ""),
        sender=element.get("from", ""),
        callback=element.get("statusCallback", "") or element.get("action", ""),
    )


_PROMPTS: Mapping[str, Callable[[ET.Element], Say | Play | None]] = {"Say": _say, "Play": _play, "Pause": _pause}
_READERS: Mapping[str, Callable[[ET.Element], Verb | None]] = {
    **_PROMPTS,
    "Gather": _gather,
    "Dial": _dial,
    "Redirect": _redirect,
    "Hangup": _hangup,
    "Message": _message,
}
