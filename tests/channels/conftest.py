"""A provider on loopback: real bytes over a real socket, scripted by the test."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from channels.transport import Transport


@dataclass
class Asked:
    """One request, as the provider read it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self):
        return urlsplit(self.target).path

    @property
    def query(self):
        return parse_qs(urlsplit(self.target).query)

    @property
    def form(self):
        return parse_qs(self.body.decode(), keep_blank_values=True)

    @property
    def json(self):
        return json.loads(self.body)


def http(status=200, body=b"", **headers: str):
    """Return the bytes of an answer; a value that is no bytes is sent as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(raw)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + raw


@dataclass
class Provider:
    """Answers each request by `answer`, then closes if it said nothing or less than it promised."""

    url: str = ""
    answer: Callable[[Asked], bytes] = lambda _: http()
    wait: float = 0
    asked: list[Asked] = field(default_factory=list)
    talks: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def connections(self):
        return len(self.talks)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.talks.append(asyncio.ensure_future(self._talk(reader, writer)))

    async def _talk(self, reader, writer):
        try:
            while await self._turn(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _turn(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *rest = head.strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        method, target, _ = first.split(" ")
        asked = Asked(method, target, headers, await reader.readexactly(int(headers.get("content-length", 0))))
        self.asked.append(asked)
        await asyncio.sleep(self.wait)
        said = self.answer(asked)
        writer.write(said)
        await writer.drain()
        return said.startswith(b"HTTP/1.1 ") and b"Promised" not in said


ROUNDS = 100


@asynccontextmanager
async def serving(provider: Provider, *, tls: ssl.SSLContext | None = None):
    server = await asyncio.start_server(provider.accept, "127.0.0.1", 0, ssl=tls)
    scheme = "https" if tls else "http"
    provider.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield provider
        for talk in provider.talks:
            talk.cancel()
        await asyncio.gather(*provider.talks, return_exceptions=True)
        # A connection that broke off in its handshake is closed a few rounds later.
        for _ in range(ROUNDS if tls else 0):
            await asyncio.sleep(0)


@pytest.fixture(name="http")
def answer_maker():
    return http


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with serving(Provider()) as running:
        yield running


@pytest.fixture(name="serving")
def server_maker():
    """Start another provider, over TLS if a context is handed in."""

    def start(tls=None):
        return serving(Provider(), tls=tls)

    return start


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    async with Transport(timeout=timedelta(seconds=5)) as opened:
        yield opened
