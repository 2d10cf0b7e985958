"""A provider whose every answer the test writes, and a look into the tables past all policies."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from channels.contract import (
    Absent,
    Accepted,
    Canceled,
    Capabilities,
    Found,
    Handle,
    Lookup,
    Outcome,
    OutgoingMessage,
    Redacted,
    Redaction,
    Withdrawal,
)
from channels.defaults import Defaults
from channels.signals import BadSignature, Callback, Signal
from channels.speech import CallScript

CAN = Capabilities("sms", "segment", batch=100, can_redact=True)
OPEN_ELSEWHERE = """
    SELECT state, query FROM pg_stat_activity
     WHERE datname = current_database() AND starts_with(state, 'idle in transaction')
"""


@dataclass
class FakeChannel(Defaults):
    """A provider whose answers the test writes; it insists that nobody holds a transaction while it sends."""

    name: str
    url: str
    capabilities: Capabilities = field(default_factory=lambda: CAN)
    answer: Callable[[OutgoingMessage], Outcome] = lambda message: Accepted(f"P-{message.code}", 1)
    meanwhile: Callable[[], Awaitable[None]] | None = None
    found: Callable[[Lookup], Found] = lambda _: Absent()
    alone: bool = True
    """Whether nothing else happens during a send, so that an open transaction must be the sender's."""
    not_after: float = 0.0
    sent: list[OutgoingMessage] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    asked: list[Lookup] = field(default_factory=list)
    redaction: Callable[[Handle], Redaction] = lambda _: Redacted()
    erased: list[str] = field(default_factory=list)
    fences: list[str] = field(default_factory=list)
    withdrawal: Callable[[Handle], Withdrawal] = lambda _: Canceled()
    asked_back: list[Handle] = field(default_factory=list)
    closed: int = 0
    signals: dict[bytes, Sequence[Signal]] = field(default_factory=dict)
    mute: set[str] = field(default_factory=set)
    """The languages that its voice does not speak."""
    scripts: list[CallScript] = field(default_factory=list)

    async def send(self, messages: Sequence[OutgoingMessage], *, not_after: float) -> Sequence[Outcome]:
        """Take messages and answer as the test says."""
        self.not_after = not_after
        if self.alone:
            assert await looked(self.url, OPEN_ELSEWHERE) == [], "a transaction is open during a send"
        self.sent += messages
        self.batches.append(len(messages))
        if self.meanwhile is not None:
            await self.meanwhile()
        return [self.answer(message) for message in messages]

    async def find(self, lookup: Lookup) -> Found:
        """Look up as the test says."""
        self.asked.append(lookup)
        return self.found(lookup)

    async def redact(self, handle: Handle) -> Redaction:
        """Erase as the test says."""
        self.erased.append(handle.provider_id)
        return self.redaction(handle)

    async def new_fence(self) -> str:
        """Give the next fence, where the provider has any."""
        return self.fences.pop(0) if self.fences else ""

    async def cancel(self, handle: Handle) -> Withdrawal:
        """Take back as the test says."""
        assert await looked(self.url, OPEN_ELSEWHERE) == [], "a transaction is open during a withdrawal"
        self.asked_back.append(handle)
        if self.meanwhile is not None:
            await self.meanwhile()
        return self.withdrawal(handle)

    async def close(self) -> None:
        """Count how often it was closed."""
        self.closed += 1

    def read_callback(self, callback: Callback) -> Sequence[Signal]:
        """Return what the test put behind a body; an unknown body is forged."""
        if callback.body not in self.signals:
            raise BadSignature
        return self.signals[callback.body]

    def speaks(self, language: str) -> bool:
        """Speak every language but those that the test takes away."""
        return language not in self.mute

    def say(self, script: CallScript) -> str:
        """Return what is said, line by line; then whom it connects to; the address of what follows last."""
        self.scripts.append(script)
        connects = f"[connects to {script.connect_to}]" if script.connect_to else ""
        onward = script.keys_url or script.connected_url
        return "\n".join(filter(None, [*(line.words for line in script.lines), connects, onward]))

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
