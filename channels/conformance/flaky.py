"""Networks that go wrong, on loopback: a proxy before a stand-in, servers that answer oddly or not at all.

All work on TCP and know nothing of the provider, so that they serve HTTP and SMTP alike.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import urlsplit

from channels.conformance.practice import Answering

Passing = Callable[[bytes], Awaitable[bytes | None]]
"""What becomes of bytes of the stand-in on their way to us; none: the connection is cut instead."""
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_BLOCK = 65_536


@asynccontextmanager
async def proxy(url: str, passing: Passing) -> AsyncIterator[str]:
    """Stand before a stand-in: what it says goes through `passing`."""
    parts = urlsplit(url)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(parts.hostname, parts.port)
        asking = asyncio.create_task(_pour(reader, back))
        try:
            while (said := await there.read(_BLOCK)) and (passed := await passing(said)) is not None:
                writer.write(passed)
                await writer.drain()
        finally:
            back.close()
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    async with listening(url, talk) as address:
        yield address


@asynccontextmanager
async def answering(url: str, answer: Answering) -> AsyncIterator[str]:
    """Stand in for the stand-in: every request is answered with the same bytes, then the connection is closed.

    Where the other side speaks first (SMTP), the bytes are the greeting.
    """

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = await _request(reader) if url.startswith("http") else ""
        writer.write(answer(target))
        await writer.drain()

    async with listening(url, talk) as address:
        yield address


@contextmanager
def nobody(url: str) -> Iterator[str]:
    """Hand out an address at which nobody listens."""
    with contextlib.closing(socket.socket()) as place:
        place.bind(("127.0.0.1", 0))  # bound and not listening: whoever connects is refused
        yield moved(url, place.getsockname()[1])


def moved(url: str, port: int) -> str:
    """Return an address with another place on this machine."""
    return urlsplit(url)._replace(netloc=f"127.0.0.1:{port}").geturl()


@asynccontextmanager
async def listening(url: str, talk: Talk) -> AsyncIterator[str]:
    """Listen on a free port of this machine; hand out the address, everything else in it as before."""
    talks: set[asyncio.Task[None]] = set()

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await talk(reader, writer)
        finally:
            writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(guarded(reader, writer))
        talks.add(task)
        task.add_done_callback(talks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    async with server:
        try:
            yield moved(url, server.sockets[0].getsockname()[1])
        finally:
            for task in talks:
                task.cancel()
            await asyncio.gather(*talks, return_exceptions=True)


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while said := await reader.read(_BLOCK):
            writer.write(said)
            await writer.drain()
        writer.write_eof()


async def _request(reader: asyncio.StreamReader) -> str:
    """Read one HTTP request whole, so that the answer comes after it, and return its target."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    sizes = [line.partition(":")[2] for line in lines if line.lower().startswith("content-length:")]
    await reader.readexactly(int(sizes[0]) if sizes else 0)
    return first.split(" ")[1]
