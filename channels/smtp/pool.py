"""A handful of connections to one relay, used again and again."""

import asyncio
import time

from channels.contract import TryLater
from channels.smtp.relay import OPEN_WITHIN, Link, Relay, Shut, open_link

IDLE_FOR = 20.0
"""Seconds after which an idle connection is not trusted any more: what lies between may have forgotten it."""
LEFT_ALONE = 2.0
"""Seconds for which a relay that did not let us in is not asked again: a wrong password is not tried for each mail."""


class Pool:
    """Hands out connections; at most `size` mails are under way, however many ask."""

    def __init__(self, relay: Relay, size: int) -> None:
        self.slots = asyncio.Semaphore(size)
        self._relay = relay
        self._idle: list[Link] = []
        self._shut: tuple[TryLater, float] | None = None

    async def take(self, within: float) -> Link:
        """Return a connection that stands, an idle one first; raises `Shut`."""
        while self._idle:
            link = self._idle.pop()
            if link.alive and time.monotonic() - link.idle_since < IDLE_FOR:
                return link
            link.drop()
        if self._shut is not None and time.monotonic() < self._shut[1]:
            raise Shut(self._shut[0])
        try:
            link = await open_link(self._relay, min(within, OPEN_WITHIN))
        except Shut as shut:
            self._shut = (shut.outcome, time.monotonic() + LEFT_ALONE)
            raise
        self._shut = None
        return link

    def give_back(self, link: Link) -> None:
        """Keep a connection for the next mail, if it still stands."""
        if link.alive:
            link.used, link.idle_since = True, time.monotonic()
            self._idle.append(link)

    async def close(self) -> None:
        """Take leave on every idle connection; further mails may open new ones."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*(link.leave() for link in idle))
