"""Adapters of ours with one thing spoiled each: the kit must notice what a careless adapter does."""

import itertools
from collections.abc import Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from channels.conformance import Check, Practice, Trial
from channels.contract import MessageChannel
from channels.provider import Provider
from channels.sendgrid.adapters import PROVIDER as SENDGRID
from channels.simulator import practice
from channels.twilio.adapters import PROVIDER as TWILIO

Spoil = Callable[[MessageChannel], None]
PLACES = {
    "sms": (TWILIO, practice.twilio), "voice": (TWILIO, practice.twilio), "email": (SENDGRID, practice.sendgrid),
}  # fmt: skip
opened: dict[str, Practice] = {}
closing = AsyncExitStack()
numbers = itertools.count(1)


def whole(adapter: MessageChannel) -> None:
    """Spoil nothing."""


def spoiled(provider: Provider, spoil: Spoil) -> Provider:
    def factory(make):
        def made(access):
            adapter = make(access)
            spoil(adapter)
            return adapter

        return made

    return replace(provider, channels={name: factory(make) for name, make in provider.channels.items()})


@asynccontextmanager
async def trial(channel: str, spoil: Spoil = whole):
    """Hand out a trial; the stand-in is that of all tests, for its start and stop take longer than most checks."""
    provider, practising = PLACES[channel]
    if channel not in opened:
        opened[channel] = await closing.enter_async_context(practising(channel))
    yield Trial(spoiled(provider, spoil), channel, opened[channel], numbers=numbers)


async def found(check: Check, channel: str, spoil: Spoil) -> str:
    """Return what a check finds wrong with a spoiled adapter, nothing if it is content."""
    async with trial(channel, spoil) as on_trial:
        finding = await check(on_trial)
    return finding.what if finding and finding.applies else ""


# --- ways to spoil an adapter ----------------------------------------------------------------


def before_sending(change) -> Spoil:
    """Change each message before it is sent."""

    def spoil(adapter):
        send = adapter.send

        async def changed(messages, *, not_after):
            return await send([change(one) for one in messages], not_after=not_after)

        adapter.send = changed

    return spoil


def after_sending(change) -> Spoil:
    """Change what `send` says of each message."""

    def spoil(adapter):
        send = adapter.send

        async def changed(messages, *, not_after):
            return [change(one) for one in await send(messages, not_after=not_after)]

        adapter.send = changed

    return spoil


def instead(name: str, answer) -> Spoil:
    """Let a function say one thing, whatever it is asked."""

    def spoil(adapter):
        async def said(*_, **__):
            return answer

        setattr(adapter, name, said)

    return spoil


def after_reading(change) -> Spoil:
    """Change each signal that is read."""

    def spoil(adapter):
        read = adapter.read_callback
        adapter.read_callback = lambda callback: [new for one in read(callback) if (new := change(one)) is not None]

    return spoil


def before_reading(change) -> Spoil:
    """Change each callback before it is read."""

    def spoil(adapter):
        read = adapter.read_callback
        adapter.read_callback = lambda callback: read(change(callback))

    return spoil
