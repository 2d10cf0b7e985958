"""One adapter on trial: it is built from its settings, as the service does it, and given messages."""

import functools
import itertools
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from channels.conformance.practice import Practice
from channels.contract import Accepted, Lookup, Mail, MessageChannel, Outcome, OutgoingMessage, Present
from channels.provider import Access, Provider
from channels.signals import BadSignature
from channels.transport import Transport

CALM = timedelta(seconds=30)
"""How long an answer may take where slowness is not what is looked at."""
WORDS = "Medi-Cal: Xin chào Nguyễn Thị Ước, hạn chót là thứ Bảy ẵ ợ ữ 🙂 مرحبا, ваше имя ñ €"
"""Tone marks, an emoji, a script from the right, and more than seven bits."""
NOTHING: Mapping[str, str] = MappingProxyType({})
NAME = "Ngọc <b>&\"Ước\"</b> 'é'"


class Broken(Exception):
    """A promise is not kept; its text says which."""


class Spared(Exception):
    """The check does not apply; its text says why."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: a promise that is not kept, or why it does not apply."""

    what: str
    applies: bool = True


@dataclass(frozen=True, slots=True)
class Trial:
    """A provider's adapter for one channel, and where it practises.

    `patience` bounds a request where the provider is slow on purpose.
    """

    provider: Provider
    channel: str
    practice: Practice
    patience: timedelta = timedelta(seconds=1)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1), repr=False)

    @asynccontextmanager
    async def adapter(
        self, url: str = "", *, patience: timedelta = CALM, changed: Mapping[str, str] = NOTHING, connections: int = 100
    ) -> AsyncIterator[MessageChannel]:
        """Build the adapter for an address, the stand-in's if none is said, and close it afterwards."""
        settings = {**self.practice.settings(url or self.practice.url), **changed}
        async with Transport(timeout=patience, connections=connections) as transport:
            adapter = self.provider.channels[self.channel](Access(transport, settings, self.practice.callback_base))
            try:
                yield adapter
            finally:
                await adapter.close()

    def message(self, to: str = "", **changed: Any) -> OutgoingMessage:  # noqa: ANN401  (any field of the message)
        """Return a message with a reference of its own; to a good address if none is said."""
        code = secrets.token_hex(4).upper()
        plain = OutgoingMessage(
            reference=secrets.token_hex(24), code=code, to=to or self.practice.good(next(self.numbers)),
            sender=self.practice.sender, language="en", body=f"{WORDS} ({code})", category="conformance",
        )  # fmt: skip
        if self.channel == "email":
            mail = Mail(f"{WORDS} [[name]]", f"{WORDS} [[name]] ({code})", f"<p>{WORDS} [[name|html]]</p>")
            plain = replace(plain, body="", mail=mail, words={"name": NAME})
        return replace(plain, **changed)

    async def send_one(self, adapter: MessageChannel, message: OutgoingMessage) -> Outcome:
        """Send a message and return what the adapter says of it."""
        outcomes = await adapter.send([message], not_after=soon())
        must(len(outcomes) == 1, f"one message was sent and {len(outcomes)} outcomes came back")
        return outcomes[0]

    async def accepted(self, adapter: MessageChannel, message: OutgoingMessage) -> Accepted:
        """Send a message that must be accepted."""
        outcome = await self.send_one(adapter, message)
        if not isinstance(outcome, Accepted):
            raise Broken(f"the message should have been accepted, not {outcome!r}")
        return outcome

    async def count(self, message: OutgoingMessage) -> int:
        """Return how often the stand-in has a message."""
        return len(await self.practice.book.accepted(message.reference))

    async def must_have(self, message: OutgoingMessage, times: int) -> None:
        """Demand that the stand-in has a message that often."""
        found = await self.count(message)
        must(found == times, f"the provider should have the message {times} times and has it {found} times")

    async def must_be_there_once(self, message: OutgoingMessage) -> None:
        """Demand that the stand-in has a message once, and that the adapter finds it if it says that it can."""
        await self.must_have(message, 1)
        async with self.adapter() as adapter:
            if adapter.capabilities.can_find:
                found = await adapter.find(self.lookup(message))
                must(isinstance(found, Present), f"the look-up of a message that is there says {found!r}")
        await self.must_have(message, 1)

    def lookup(self, message: OutgoingMessage) -> Lookup:
        """Return the search for a message."""
        since = self.practice.now() - timedelta(minutes=1)
        return Lookup(message.reference, message.code, message.to, message.sender, since)


Check = Callable[[Trial], Awaitable[Finding | None]]


def check(body: Callable[[Trial], Awaitable[None]]) -> Check:
    """Make a check of a function that raises `Broken` or `Spared`; whatever else it raises is a finding too."""

    @functools.wraps(body)
    async def checked(trial: Trial) -> Finding | None:
        try:
            await body(trial)
        except Spared as why:
            return Finding(str(why), applies=False)
        except Broken as what:
            return Finding(str(what))
        except BadSignature:
            return Finding("a genuine callback was refused")
        except Exception as error:  # noqa: BLE001  (the adapter is a stranger's)
            return Finding(f"it raised {type(error).__name__}: {error}")
        return None

    return checked


def must(kept: object, else_: str) -> None:
    """Demand something; what is said is true if it is not kept."""
    if not kept:
        raise Broken(else_)


def only_if(applies: object, else_: str) -> None:
    """Spare the adapter the rest of a check unless it applies."""
    if not applies:
        raise Spared(else_)


def soon() -> float:
    """Return a deadline that is not reached."""
    return boot_clock() + CALM.total_seconds()


def boot_clock() -> float:
    """Return the seconds that a deadline is said in."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
