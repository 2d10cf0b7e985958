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

from app.db import receipts
from app.db.transaction import Database, Transaction
from app.logs import log
from app.pipeline.calls import Calls
from app.pipeline.consent import Consents
from app.pipeline.inbound_calls import InboundCalls
from app.pipeline.lessons import learn, rules_of
from app.pipeline.providers import Providers
from app.pipeline.replies import Replies
from app.pipeline.verifying import verified
from app.pipeline.withdrawing import confirm
from app.rules.facts import Channel
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
        self._waiting: list[tuple[list[tuple[Any, ...]], asyncio.Future[None]]] = []
        self._committing: asyncio.Task[None] | None = None

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
            log().warning("forged callback", provider=provider.name)
            return FORBIDDEN
        signals = [signal for signal in signals if _can_be_kept(signal)]
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
        await self._append(voice, [_proof(signal.reference, signal.provider_id, "asked")])
        answered = await self._calls.answer(signal, voice)
        if answered.reason:
            await self._append(voice, [_heard(signal.reference, signal.provider_id, answered.reason)])
        return Answer(200, voice.say(answered.script))

    async def apply_waiting(self) -> int:
        """Apply what was appended and not yet applied; return how many messages moved."""

        async def apply(tx: Transaction) -> int:
            moved = await receipts.apply_waiting(tx.session, self._rules)
            await confirm(tx, moved)
            await learn(tx, self._consents, moved)
            return len(moved)

        return await self._database.repeated(None, apply)

    async def _append(self, provider: MessageChannel, found: Sequence[Receipt]) -> None:
        """Append receipts together with those of other callbacks that arrive meanwhile."""
        rows = [row for receipt in found if (row := self._row(provider, receipt)) is not None]
        if not rows:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, done))
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit())
        await done

    async def _commit(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            fault: Exception | None = None
            try:
                async with self._database.transaction(None) as tx:
                    await receipts.append(tx.session, [row for rows, _ in batch for row in rows])
            except Exception as error:  # noqa: BLE001  (each waiting request must hear of it)
                fault = error
            for _, done in batch:
                _settle(done, fault)
            if fault is not None:
                continue
            log().info("receipts", count=sum(len(rows) for rows, _ in batch))
            await self._apply_what_is_there()

    async def _apply_what_is_there(self) -> None:
        try:
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


def _settle(done: asyncio.Future[None], fault: Exception | None) -> None:
    """Tell a waiting request how its transaction went, unless it has gone away meanwhile."""
    if done.done():
        return
    if fault is None:
        done.set_result(None)
    else:
        done.set_exception(fault)
