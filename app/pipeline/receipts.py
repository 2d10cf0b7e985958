"""Receipts: a provider's callback is verified, appended raw at once, then applied in sets.

Concurrent callbacks share one transaction (group commit). What was appended and not yet applied is found
again by a tick, so a crash between the two loses nothing.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from app import metrics
from app.crashpoints import crashpoint
from app.db import receipts
from app.db.transaction import AWAY, Database, Row, Transaction
from app.logs import log
from app.pipeline import counting
from app.pipeline.calls import Calls
from app.pipeline.consent import Consents
from app.pipeline.inbound_calls import InboundCalls
from app.pipeline.lessons import learn, rules_of
from app.pipeline.providers import Providers
from app.pipeline.replies import Replies
from app.pipeline.together import Together
from app.pipeline.verifying import verified
from app.pipeline.webhooks import tell_delivered
from app.pipeline.withdrawing import confirm
from app.rules.facts import Channel
from app.traces import span
from channels.contract import CallChannel, MessageChannel
from channels.signals import (
    CallAnswered,
    Callback,
    CallReceived,
    KeyPressed,
    OptOut,
    Receipt,
    Reply,
    Signal,
    Status,
)

IDS = ("key", "provider_id", "provider_code", "sender", "recipient", "caller", "called")
LONGEST_ID = 300
AT_ONCE, MAY_WAIT = 5_000, 50_000
"""How many receipts are appended and applied in one go, and how many wait for that before callers are sent away."""
Rows = list[tuple[Any, ...]]
KINDS: Mapping[str, Channel] = {
    "messages": Channel.SMS,
    "inbound": Channel.SMS,
    "events": Channel.EMAIL,
    "calls": Channel.VOICE,
    "voice": Channel.VOICE,
}
"""What providers call us about: the word in the path, and the channel."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider is told: an HTTP status and, for calls, what to say."""

    status: int = 204
    body: str = field(default="", repr=False)
    media_type: str = "text/xml"


FORBIDDEN = Answer(403)


@dataclass(frozen=True, slots=True)
class Heard:
    """A provider's request as it arrived; `url` is the public address that the provider was given."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Receipts:
    """Hears the providers."""

    def __init__(
        self, database: Database, providers: Providers, *, consents: Consents,
        replies: Replies, calls: Calls, inbound_calls: InboundCalls, machine_now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._database, self._providers, self._machine_now = database, providers, machine_now
        self._consents, self._replies, self._calls, self._inbound_calls = consents, replies, calls, inbound_calls
        self._rules = rules_of(providers)
        self._together = Together(self._append_all, most=AT_ONCE, room=MAY_WAIT, at_once=1, shared=AWAY)
        self._applying: asyncio.Task[None] | None = None
        self._appended = 0

    async def take(self, provider: str, kind: str, heard: Heard, reference: str = "", part: str = "") -> Answer:
        """Take one request of a provider; `kind` and `part` stand before and after the reference in its path."""
        adapter = self._providers.named(KINDS[kind], provider)
        if adapter is None:
            return FORBIDDEN
        callback = Callback(heard.url, heard.headers, heard.body, self._machine_now(), reference, part, kind)
        return await self.hear(adapter, callback)

    async def hear(self, provider: MessageChannel, callback: Callback) -> Answer:
        """Take one callback of a provider; a forged or stale one is refused and changes nothing."""
        signals = await verified(self._database, self._providers, provider, callback)
        if signals is None:
            metrics.FORGED.labels(provider.name).inc()
            log().warning("forged callback", provider=provider.name)
            return FORBIDDEN
        signals = [signal for signal in signals if _can_be_kept(signal)]
        crashpoint("receipts.heard")
        await self._append(provider, [signal for signal in signals if isinstance(signal, Receipt)])
        answer = Answer()
        for signal in signals:
            answer = await self._act(provider, signal) or answer
        return answer

    async def _act(self, provider: MessageChannel, signal: Signal) -> Answer | None:
        """Do what a signal other than a receipt asks for."""
        if isinstance(signal, Reply):
            await self._replies.hear(signal, provider.name)
        elif isinstance(signal, OptOut):
            attempt = self._database.index.attempt(signal.reference)
            await self._consents.stop_by_attempt(attempt, basis=signal.reason, source="provider")
        elif isinstance(signal, CallAnswered | KeyPressed | CallReceived):
            return await self._talk(cast("CallChannel", provider), signal)
        return None

    async def _talk(self, voice: CallChannel, signal: CallAnswered | KeyPressed | CallReceived) -> Answer:
        """Say what a call says next."""
        if isinstance(signal, CallReceived):
            return Answer(200, voice.say(await self._inbound_calls.greet(signal, voice)))
        if isinstance(signal, KeyPressed):
            return Answer(200, voice.say(await self._calls.key(signal, voice)))
        await self._append(voice, [_proof(signal.reference, signal.provider_id, receipts.ASKED)])
        answered = await self._calls.answer(signal, voice)
        if answered.reason:
            await self._append(voice, [_heard(signal.reference, signal.provider_id, answered.reason)])
        return Answer(200, voice.say(answered.script))

    async def apply_waiting(self) -> int:
        """Apply what was appended and not yet applied; return how many messages moved."""
        done: list[tuple[Sequence[Row[Any]], datetime]] = []

        async def apply(tx: Transaction) -> int:
            moved = await receipts.apply_waiting(tx.session, self._rules, AT_ONCE)
            await confirm(tx, moved)
            await learn(tx, self._consents, moved)
            await tell_delivered(tx, moved)
            crashpoint("receipts.applying")
            done.append((moved, tx.session.machine_now))
            return len(moved)

        with span("receipts apply"):
            count = await self._database.repeated(None, apply)
        counting.moved(*done[-1])
        return count

    async def settled(self) -> None:
        """Wait until what was appended by this process is applied, or left to the tick."""
        if self._applying is not None:
            await self._applying

    async def _append(self, provider: MessageChannel, found: Sequence[Receipt]) -> None:
        """Append receipts together with those of other callbacks that arrive meanwhile."""
        rows = [row for receipt in found if (row := self._row(provider, receipt)) is not None]
        if rows:
            await self._together.do(None, rows, len(rows))

    async def _append_all(self, _: None, callbacks: Sequence[Rows]) -> Sequence[None]:
        rows = [row for one in callbacks for row in one]
        async with self._database.transaction(None) as tx:
            await receipts.append(tx.session, rows)
            crashpoint("receipts.appending")
        crashpoint("receipts.appended")
        counting.heard(rows)
        log().info("receipts", count=len(rows))
        self._appended += len(rows)
        if self._applying is None or self._applying.done():
            self._applying = asyncio.create_task(self._apply_what_is_there())
        return [None] * len(callbacks)

    async def _apply_what_is_there(self) -> None:
        """Apply beside those who append: whoever calls back is not to wait for it."""
        try:
            while self._appended > 0:
                self._appended -= min(self._appended, AT_ONCE)
                await self.apply_waiting()
        except Exception as error:  # noqa: BLE001  (they are stored; the tick applies them)
            log().warning("receipts wait", error=type(error).__name__)

    def _row(self, provider: MessageChannel, receipt: Receipt) -> tuple[Any, ...] | None:
        attempt: UUID | None = self._database.index.attempt(receipt.reference)
        if attempt is None:
            return None
        return (
            attempt, provider.name, receipt.key, receipt.status, receipt.provider_id,
            receipt.reason, receipt.provider_code,
        )  # fmt: skip


def _can_be_kept(signal: Signal) -> bool:
    """Say whether ids and numbers are such as a provider makes; a signed NUL is no reason for a fault of ours."""
    named = (getattr(signal, name, "") for name in IDS)
    return all(len(value) <= LONGEST_ID and (value.isprintable() or not value) for value in named)


def _proof(reference: str, provider_id: str, how: str) -> Receipt:
    return Receipt(reference, f"{provider_id}:{how}", Status.ACCEPTED, provider_id)


def _heard(reference: str, provider_id: str, reason: str) -> Receipt:
    """A person answered: the call is delivered, and the reason says what was amiss with it."""
    return Receipt(reference, f"{provider_id}:{reason}", Status.DELIVERED, provider_id, reason)
