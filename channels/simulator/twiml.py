"""Reads TwiML, as far as a reminder needs it: Say, Play, Pause, Gather, Redirect, Hangup, Message."""

import xml.etree.ElementTree as ET  # the markup is our own service's
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Say:
    """Words that are spoken."""

    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Gather:
    """A question that a key answers; `action` is relative to the markup's address."""

    action: str
    prompts: Sequence[str] = field(repr=False)
    asks_on_empty: bool = False


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


Verb = Say | Gather | Redirect | Hangup | Text


class BadMarkup(Exception):
    """The provider would say that the application failed."""


def read_markup(body: bytes) -> list[Verb]:
    """Return the verbs in order; an empty answer has none.

    Raises:
        BadMarkup: it is not XML, not a `Response`, or holds a verb that is not simulated.
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
    raise BadMarkup(f"the verb {element.tag} is not simulated")


def _words(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _say(element: ET.Element) -> Verb:
    return Say(_words(element))


def _play(element: ET.Element) -> Verb:
    return Say(f"♪ {_words(element)}")


def _pause(_: ET.Element) -> None:
    return None


def _gather(element: ET.Element) -> Verb:
    prompts = [verb.words for child in element if isinstance(verb := _READERS.get(child.tag, _unknown)(child), Say)]
    on_empty = element.get("actionOnEmptyResult", "false") == "true"
    return Gather(element.get("action", ""), prompts, on_empty)


def _redirect(element: ET.Element) -> Verb:
    return Redirect(_words(element))


def _hangup(_: ET.Element) -> Verb:
    return Hangup()


def _message(element: ET.Element) -> Verb:
    parts = element.findall("Body")
    body = "".join(part.text or "" for part in parts) if parts else element.text or ""
    return Text(
        body.strip(),
        to=element.get("to", ""),
        sender=element.get("from", ""),
        callback=element.get("statusCallback", "") or element.get("action", ""),
    )


_READERS: Mapping[str, Callable[[ET.Element], Verb | None]] = {
    "Say": _say,
    "Play": _play,
    "Pause": _pause,
    "Gather": _gather,
    "Redirect": _redirect,
    "Hangup": _hangup,
    "Message": _message,
}
