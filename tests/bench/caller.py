"""A light client: ready-made requests over kept connections, so that the measured server is what is measured."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

LENGTH = b"content-length: "


@dataclass(slots=True)
class Told:
    """What became of requests: how often each status came, and how long each took, in seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    last: bytes = b""
    """The newest answer's body."""
    without_wait: int = 0
    """Refusals that did not say when to come again."""
    applied: int = 0
    """How many events were applied, by the answers."""

    def note(self, status: int, head: bytes, body: bytes, seconds: float) -> None:
        """Add one answer."""
        self.statuses[status] += 1
        self.seconds.append(seconds)
        self.last = body
        self.without_wait += status in {429, 503} and b"retry-after:" not in head
        self.applied += json.loads(body)["applied"] if body.startswith(b'{"applied"') else 0

    def share(self, part: float) -> float:
        """Return the time within which a part of the requests was answered."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(len(self.seconds) * part))] if self.seconds else 0.0


def request(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Return a POST as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def pour(port: int, requests: Sequence[bytes], width: int) -> Told:
    """Send all requests, `width` at a time, each connection its next one once the last was answered."""
    told, waiting = Told(), iter(requests)
    async with asyncio.TaskGroup() as lines:
        for _ in range(width):
            lines.create_task(_line(port, waiting, told))
    return told


async def pace(port: int, requests: Iterator[bytes], rate: float, seconds: float) -> Told:
    """Send requests at a rate, whatever becomes of those before, for some seconds."""
    told, free = Told(), list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]()
    begun, sent = time.perf_counter(), 0
    async with asyncio.TaskGroup() as calls:
        while (now := time.perf_counter() - begun) < seconds:
            while sent < now * rate:
                calls.create_task(_one(port, next(requests), free, told))
                sent += 1
            await asyncio.sleep(0.002)
    for _, writer in free:
        writer.close()
    return told


async def _one(
    port: int, said: bytes, free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]], told: Told
) -> None:
    begun = time.perf_counter()
    reader, writer = free.pop() if free else await asyncio.open_connection("127.0.0.1", port)
    status, head, body = await _ask(reader, writer, said)
    told.note(status, head, body, time.perf_counter() - begun)
    if b"connection: close" in head:
        writer.close()
    else:
        free.append((reader, writer))


async def _line(port: int, waiting: Iterator[bytes], told: Told) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for said in waiting:
        begun = time.perf_counter()
        status, head, body = await _ask(reader, writer, said)
        told.note(status, head, body, time.perf_counter() - begun)
    writer.close()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, said: bytes
) -> tuple[int, bytes, bytes]:  # fmt: skip
    writer.write(said)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    place = head.find(LENGTH)
    length = int(head[place + len(LENGTH) : head.index(b"\r\n", place)]) if place > 0 else 0
    return int(head[9:12]), head, await reader.readexactly(length) if length else b""
