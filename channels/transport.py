"""The one place with an HTTP client: what was answered, what surely not sent, what is unknown.

Nothing here retries, follows a redirect or raises for a provider's fault.
"""

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import Self, TypeVar

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import DetailedPyreqwestError, PyreqwestError
from pyreqwest.proxy import ProxyBuilder
from pyreqwest.request import RequestBuilder
from pyreqwest.response import Response

from channels.forms import CONTENT_TYPE, Form, encoded

NEVER = float("inf")
"""A `not_after` for requests that may go out at any time (look-ups)."""

LONGEST_ANSWER = 4 * 1024 * 1024
"""Bytes of an answer; the longest we ask for is a page of a hundred texts."""
LONGEST_ID = 200
"""Characters of a provider's id; the longest that is documented has 100."""

_NUMBER = re.compile(r"[0-9]{1,9}")
_LONGEST_WAIT = timedelta(days=1)
# The client's exception classes do not tell the phases apart: a connection that is cut after the
# request was written is a `ConnectError` as well. Only this cause is proof that none was opened.
_NOT_CONNECTED = "client error (Connect)"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, whatever its status says."""

    status: int
    body: bytes = field(repr=False)
    retry_after: timedelta | None = None
    message_id: str = ""
    """The header `X-Message-Id`."""
    kept: str = field(default="", repr=False)
    """The header that a `get` was told to keep."""


@dataclass(frozen=True, slots=True)
class NotSent:
    """Surely nothing was written: `deadline`, `unreachable`, `unwritable` or `closed`."""

    detail: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The request was written, or may have been, and no clear answer came."""

    detail: str


Sent = Answer | NotSent | Lost


class Transport:
    """One connection pool for many concurrent requests; open it before use, close it after.

    `timeout` bounds a whole request from the connecting on; at most `connections` requests are under
    way to one host, so that one that does not answer keeps nobody from another; further ones wait and
    have their deadline checked after the wait. Between that check
    and the first byte may lie the opening of a connection, for half of `timeout` at most: the client
    cannot bound it by request, so whoever sets a deadline leaves room for it. No proxy is taken from
    the environment: `proxy` is a URL, `trusted_roots` are PEM certificates beside the usual.
    """

    def __init__(
        self,
        *,
        timeout: timedelta,
        connections: int = 100,
        proxy: str = "",
        trusted_roots: bytes = b"",
        boot_clock: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
    ) -> None:
        self.connections = connections
        self._timeout = timeout
        self._proxy = proxy
        self._trusted_roots = trusted_roots
        self._boot_clock = boot_clock
        self._slots = defaultdict[str, asyncio.Semaphore](lambda: asyncio.Semaphore(connections))
        self._client: Client | None = None

    async def open(self) -> None:
        """Make the pool; connections are opened when they are first needed."""
        builder = (
            ClientBuilder()
            .timeout(self._timeout)
            .connect_timeout(self._timeout / 2)
            .pool_max_idle_per_host(self.connections)
            .follow_redirects(enable=False)
            .user_agent("KeepCovered")
            .http1_only()
            .no_proxy()
        )
        if self._proxy:
            builder = builder.proxy(ProxyBuilder.all(self._proxy))
        if self._trusted_roots:
            builder = builder.add_root_certificate_pem(self._trusted_roots)
        self._client = builder.build()

    async def close(self) -> None:
        """Give up the connections; requests under way end as `Lost`."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.close()

    async def post(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        not_after: float,
        form: Form | None = None,
        body: bytes = b"",
    ) -> Sent:
        """Post a form or, without one, raw bytes; not begun after `not_after`, in seconds of CLOCK_BOOTTIME."""
        if self._client is None:
            return NotSent("closed")
        try:
            request = self._client.post(url).headers(headers)
            if form is not None:
                request, body = request.header("Content-Type", CONTENT_TYPE), encoded(form)
            request = request.body_bytes(body)
        except (PyreqwestError, ValueError):
            return NotSent("unwritable")
        return await self._send(url, request, not_after)

    async def get(self, url: str, *, headers: Mapping[str, str], query: Form = (), keep: str = "") -> Sent:
        """Read a resource; `query` is added to the address, encoded; `keep` is a header of the answer to hand on."""
        if self._client is None:
            return NotSent("closed")
        try:
            request = self._client.get(url).headers(headers).query(query)
        except (PyreqwestError, ValueError):
            return NotSent("unwritable")
        return await self._send(url, request, NEVER, keep)

    async def delete(self, url: str, *, headers: Mapping[str, str]) -> Sent:
        """Delete a resource."""
        if self._client is None:
            return NotSent("closed")
        try:
            request = self._client.delete(url).headers(headers)
        except (PyreqwestError, ValueError):
            return NotSent("unwritable")
        return await self._send(url, request, NEVER)

    async def _send(self, url: str, request: RequestBuilder, not_after: float, keep: str = "") -> Sent:
        async with self._slots[_host(url)]:
            # The boot clock runs on while a machine sleeps, so a thawed worker sees its lease gone.
            if self._boot_clock() > not_after:
                return NotSent("deadline")
            try:
                async with request.build_streamed() as response:
                    body = await _whole(response)
            except PyreqwestError as error:
                return _what_failed(error)
        if body is None:
            return Lost("too large")
        kept = _header(response, keep) if keep else ""
        return Answer(response.status, body, _retry_after(response), _header(response, "x-message-id"), kept)


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


async def _whole(response: Response) -> bytes | None:
    """Read a body, unpacked, or nothing if it is longer than any answer of a provider's."""
    told = _number(response, "content-length")  # the client takes it off what was packed
    if told is not None and told <= LONGEST_ANSWER:
        return bytes(await response.bytes())  # one wait, where the pieces are two at least
    body, reader = bytearray(), response.body_reader
    while (chunk := await reader.read_chunk()) is not None:
        body += chunk
        if len(body) > LONGEST_ANSWER:
            return None
    return bytes(body)


def _what_failed(error: PyreqwestError) -> NotSent | Lost:
    """Tell "never connected" from everything else; the client's own words may hold the address."""
    causes = error.details["causes"] if isinstance(error, DetailedPyreqwestError) else None
    if any(cause["message"] == _NOT_CONNECTED for cause in causes or ()):
        return NotSent("unreachable")
    return Lost(type(error).__name__)


def _header(response: Response, name: str) -> str:
    """Return a header of an answer, empty if it is missing or not text."""
    try:
        return response.get_header(name) or ""
    except ValueError:
        return ""


def _retry_after(response: Response) -> timedelta | None:
    """Read seconds; a date (the header's other form) would need a clock and is left out."""
    seconds = _number(response, "retry-after")
    return None if seconds is None else min(timedelta(seconds=seconds), _LONGEST_WAIT)


def _number(response: Response, name: str) -> int | None:
    """Return a header that is a whole number."""
    value = _header(response, name)
    return int(value) if _NUMBER.fullmatch(value) else None


def id_from(value: object) -> str:
    """Return an id that a provider gave, empty if it is none that every database and address would take."""
    fits = isinstance(value, str) and value.isascii() and value.isprintable() and len(value) <= LONGEST_ID
    return str(value) if fits else ""


def header(headers: Mapping[str, str], name: str) -> str:
    """Return a header whatever its case, empty if it is missing."""
    found = headers.get(name.lower()) or headers.get(name)
    if found is not None:
        return found
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


_One = TypeVar("_One")
_Result = TypeVar("_Result")


async def in_order(act: Callable[[_One], Awaitable[_Result]], items: Sequence[_One], *, width: int) -> list[_Result]:
    """Act on each item, `width` at a time, and return the results in the order of the items.

    A few tasks that share one iterator cost less than a task for each item.
    """
    results: dict[int, _Result] = {}
    queue = enumerate(items)

    async def lane() -> None:
        for place, item in queue:
            results[place] = await act(item)

    async with asyncio.TaskGroup() as lanes:
        for _ in range(min(width, len(items))):
            lanes.create_task(lane())
    return [results[place] for place in range(len(items))]
