"""A wire that breaks: between a process of ours and a provider, and between the providers and our callbacks.

It knows no HTTP but where a request or an answer begins; there a seeded choice decides what happens to it.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

CHUNK = 1 << 16
ARRIVES_WITHIN = 1.0
REQUESTS = (b"POST ", b"GET ", b"DELETE ")
ANSWERS = (b"HTTP/1.1 ",)


class Cut(Exception):
    """The wire is cut here."""


@dataclass(slots=True)
class Weather:
    """What may happen to a request or an answer: the chance of each, all of it off while it is calm."""

    chance: random.Random
    requests: Mapping[str, float] = field(default_factory=dict)
    answers: Mapping[str, float] = field(default_factory=dict)
    calm: bool = False
    longest: float = 3.0
    """Seconds for which a request or an answer is held at most."""
    murder: Callable[[], None] = lambda: None
    """Kills the process at our end of the wire."""
    seen: Counter[str] = field(default_factory=Counter)

    async def strike(self, at: str, chances: Mapping[str, float]) -> None:
        """Let happen what the dice say; raises `Cut`."""
        if self.calm:
            return
        dice = self.chance.random()
        for what, share in chances.items():
            dice -= share
            if dice < 0:
                self.seen[f"{at} {what}"] += 1
                await self._do(what)
                return

    async def _do(self, what: str) -> None:
        if what == "held":
            await asyncio.sleep(self.chance.uniform(0.05, self.longest))
        elif what == "killed":
            self.murder()
        if what != "held":
            raise Cut


class Proxy:
    """One port of ours that leads to another one."""

    def __init__(self, target: int, weather: Weather, port: int = 0) -> None:
        self._target, self.weather, self.port = target, weather, port
        self._wires: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._taken, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._wires, return_exceptions=True)

    def cut(self) -> None:
        """Cut every wire there is."""
        for wire in list(self._wires):
            wire.cancel()

    def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = asyncio.create_task(self._lead(reader, writer))
        self._wires.add(wire)
        wire.add_done_callback(self._wires.discard)

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
            ends.append(back)
            ways = [
                asyncio.create_task(self._carry(reader, back, "request", REQUESTS, self.weather.requests)),
                asyncio.create_task(self._carry(there, writer, "answer", ANSWERS, self.weather.answers)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                if ways[0].done() and ways[0].result():  # what a client wrote that gave up still arrives
                    await asyncio.wait(ways[1:], timeout=ARRIVES_WITHIN)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        except OSError:
            pass
        finally:
            for end in ends:
                with suppress(OSError, RuntimeError):
                    end.transport.abort()

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, name: str, begins: tuple[bytes, ...],
        chances: Mapping[str, float],
    ) -> bool:  # fmt: skip
        """Carry what is said one way; say whether it came to an end by itself."""
        with suppress(Cut, OSError):
            while data := await source.read(CHUNK):
                if data.startswith(begins):
                    await self.weather.strike(name, chances)
                sink.write(data)
                await sink.drain()
            return True
        return False
