"""What an adapter's author hands to the kit: a stand-in for the provider, and what the kit cannot know of it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol
from urllib.parse import urlsplit

from channels.contract import Accepted, Outcome
from channels.signals import Callback, Status


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as the stand-in has it, marks filled; `html` and `subject` are an e-mail's.

    `valid_for` is how long it may wait, as the provider was told; the practice `shows_validity` if it fills it.
    """

    to: str = field(repr=False)
    words: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    valid_for: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """An address that meets an outcome of its own.

    `outcome` and `reason` are what `send` must say. Of an accepted message, `status` (with `reason`) is
    what its last receipt must say, `opt_out` that the reader stops, `digits` the key that a called person
    presses, `machine` that a machine answers.
    """

    what: str
    to: str = field(repr=False)
    outcome: type[Outcome] = Accepted
    reason: str = ""
    status: Status | None = None
    opt_out: bool = False
    digits: str = ""
    machine: bool = False


class Book(Protocol):
    """What the stand-in has accepted, and what it tells us."""

    async def accepted(self, reference: str) -> Sequence[Arrived]:
        """Return every message with this reference."""
        ...

    async def total(self) -> int:
        """Return how many messages were accepted at all."""
        ...

    async def told(self, reference: str) -> Sequence[Callback]:
        """Return all callbacks about a message, once the last one is there, in their order."""
        ...

    async def reply(self, sender: str, body: str) -> Callback | None:
        """Return the callback of a person's text to us; none where people cannot answer."""
        ...

    async def left(self, reference: str) -> bool:
        """Say whether a message has left the provider."""
        ...

    async def later(self, by: timedelta) -> None:
        """Let the stand-in's time go on, and all that falls due happen."""
        ...


Answering = Callable[[str], bytes]
"""The bytes that answer a request, by its target."""


def http(status: str, body: str = "", *headers: str) -> Answering:
    """Return an answer that does not depend on the request."""
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode())}", "Connection: close", *headers)
    said = "\r\n".join(lines).encode() + b"\r\n\r\n" + body.encode()
    return lambda _: said


HTTP_ANSWERS: Mapping[str, Answering] = MappingProxyType({
    "an error 500": http("500 Internal Server Error"),
    "a 503 with a page": http("503 Service Unavailable", "<html><h1>Busy</h1></html>", "Content-Type: text/html"),
    "a page instead of an answer": http("200 OK", "<html>Sign in</html>", "Content-Type: text/html"),
    "half a JSON": http("200 OK", '{"id": "12', "Content-Type: application/json"),
    "another JSON": http("200 OK", "[[[1]]]", "Content-Type: application/json"),
    "half an answer": lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{",
    "no HTTP": lambda _: b"\x00\xff\xfe what is this?\r\n\r\n",
})  # fmt: skip
"""Odd answers of an HTTP provider, after which nobody knows whether the message was taken."""

_JSON = "Content-Type: application/json"
NO_LISTS: Mapping[str, Answering] = MappingProxyType({
    "an empty object": http("200 OK", "{}", _JSON),
    "an error in a success": http("200 OK", '{"error": "busy"}', _JSON),
    "a 401": http("401 Unauthorized", '{"error": "who are you?"}', _JSON),
    "a 403 with a page": http("403 Forbidden", "<html>No</html>", "Content-Type: text/html"),
    "a 404 with a page": http("404 Not Found", "<html>Not here</html>", "Content-Type: text/html"),
    "an object in a 500": http("500 Internal Server Error", "{}", _JSON),
})  # fmt: skip
"""Answers of an HTTP provider to a look-up that are no list, so that nothing is surely absent."""


@dataclass(frozen=True, slots=True)
class Practice:
    """One channel of a provider's stand-in, ready to be used.

    `settings` are what an operator would set for a provider at an address. `wrong` are settings with which
    the provider does not let us in, `unsigned` such with which a genuine callback is not believed; empty
    where that cannot be set up wrongly. `not_applicable` says, by a check's name, why it does not apply;
    what protects people (`running.INEXCUSABLE`) is checked all the same.
    """

    url: str
    settings: Callable[[str], Mapping[str, str]] = field(repr=False)
    sender: str
    good: Callable[[int], str]
    """An address that takes every message; another one for each number."""
    book: Book
    now: Callable[[], datetime]
    callback_base: str
    samples: Sequence[Sample] = ()
    wrong: Mapping[str, str] = field(default_factory=dict, repr=False)
    unsigned: Mapping[str, str] = field(default_factory=dict, repr=False)
    scheduling_sender: str = ""
    """The sender of scheduled messages, where it is another one."""
    signs_address: bool = True
    """Whether the provider's signature covers the address that it calls."""
    stale_after: timedelta | None = timedelta(minutes=15)
    """The age from which a callback is stale; none where the provider signs no time."""
    shows_validity: bool = False
    """Whether the stand-in knows how long each message may wait."""
    odd_answers: Mapping[str, Answering] = field(default_factory=lambda: HTTP_ANSWERS)
    """Odd answers of this provider's; over HTTP the kit adds its own."""
    not_applicable: Mapping[str, str] = field(default_factory=dict)


Practising = Callable[[str], AbstractAsyncContextManager[Practice]]
"""What a package puts behind the entry point `keepcovered.practices`: called with `sms`, `email` or `voice`."""


def as_it_arrives(url: str, headers: Mapping[str, str], body: bytes, received_at: datetime) -> Callback:
    """Return a request of the provider as our service would hand it to the adapter."""
    _, _, path = urlsplit(url).path.partition("/callbacks/")
    _, kind, *rest = path.split("/")
    if kind in ("messages", "calls"):
        reference, *parts = rest
        return Callback(url, headers, body, received_at, reference, "/".join(parts), kind)
    return Callback(url, headers, body, received_at, "", "/".join(rest), kind)
