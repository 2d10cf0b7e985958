"""A provider whose every answer the test writes, and a look into the tables past all policies."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from channels.contract import Absent, Accepted, Capabilities, Found, Lookup, Outcome, OutgoingMessage
from channels.defaults import Defaults
from channels.signals import BadSignature, Callback, Signal
from channels.speech import CallScript

OPEN_ELSEWHERE = """
    SELECT state, query FROM pg_stat_activity
     WHERE datname = current_database() AND starts_with(state, 'idle in transaction')
"""


@dataclass
class FakeChannel(Defaults):
    """A provider whose answers the test writes; it insists that nobody holds a transaction while it sends."""

    name: str
    url: str
    capabilities: Capabilities = field(default_factory=lambda: Capabilities("sms", "segment", batch=100))
    answer: Callable[[OutgoingMessage], Outcome] = lambda message: Accepted(f"P-{message.code}", 1)
    meanwhile: Callable[[], Awaitable[None]] | None = None
    found: Callable[[Lookup], Found] = lambda _: Absent()
    alone: bool = True
    """Whether nothing else happens during a send, so that an open transaction must be the sender's."""
    not_after: float = 0.0
    sent: list[OutgoingMessage] = field(default_factory=list)
    asked: list[Lookup] = field(default_factory=list)
    signals: dict[bytes, Sequence[Signal]] = field(default_factory=dict)

    async def send(self, messages: Sequence[OutgoingMessage], *, not_after: float) -> Sequence[Outcome]:
        """Take messages and answer as the test says."""
        self.not_after = not_after
        if self.alone:
            assert await looked(self.url, OPEN_ELSEWHERE) == [], "a transaction is open during a send"
        self.sent += messages
        if self.meanwhile is not None:
            await self.meanwhile()
        return [self.answer(message) for message in messages]

    async def find(self, lookup: Lookup) -> Found:
        """Look up as the test says."""
        self.asked.append(lookup)
        return self.found(lookup)

    def read_callback(self, callback: Callback) -> Sequence[Signal]:
        """Return what the test put behind a body; an unknown body is forged."""
        if callback.body not in self.signals:
            raise BadSignature
        return self.signals[callback.body]

    def speaks(self, language: str) -> bool:
        """Speak every language."""
        return True

    def say(self, script: CallScript) -> str:
        """Return what is said, line by line; the keys' address last, if keys are asked for."""
        return "\n".join([*(line.words for line in script.lines), script.keys_url]).strip()

    @property
    def texts(self) -> list[str]:
        """The bodies that were sent."""
        return [message.body for message in self.sent]

    @property
    def numbers(self) -> list[str]:
        """Whom was sent to."""
        return [message.to for message in self.sent]


async def looked(url: str, query: str, **values: Any) -> list[Any]:
    """Run SQL past all policies and return its rows."""
    async with await psycopg.AsyncConnection.connect(url, row_factory=namedtuple_row) as connection:
        done = await connection.execute(query, values)
        return await done.fetchall() if done.description else []


def a_callback(body: bytes, reference: str = "") -> Callback:
    """Make a provider's request."""
    return Callback("https://us.example/callbacks", {}, body, datetime(2026, 11, 2, tzinfo=UTC), reference)
