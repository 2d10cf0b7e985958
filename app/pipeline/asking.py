"""Asking a provider, whoever wrote its adapter: one that breaks its word proves nothing and stops nobody else."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from app.logs import log
from app.pipeline import outcomes
from channels.contract import (
    Accepted,
    CannotSay,
    Found,
    Handle,
    Lookup,
    MessageChannel,
    Outcome,
    OutgoingMessage,
    TryLater,
    Unclear,
    Withdrawal,
)

LONGEST_ID: Final = 200
FIRST_WAVE: Final = 20
"""How many requests show whether a provider is well, before the rest of a batch follows."""
SKIPPED: Final = TryLater("unreachable")


async def hand_over(
    provider: MessageChannel, messages: Sequence[OutgoingMessage], *, not_after: float, elsewhere: bool = False
) -> list[Outcome]:
    """Send a batch, in waves where it could go elsewhere: once a wave fails, the rest is surely not sent.

    What a failing provider was asked stays unclear for minutes, so as little as possible is asked of it.
    """
    said: list[Outcome] = []
    for wave in _waves(messages, provider) if elsewhere else [messages]:
        failing = outcomes.is_failing(said)
        said += [SKIPPED] * len(wave) if failing else await _send(provider, wave, not_after=not_after)
    return said


def _waves(messages: Sequence[OutgoingMessage], provider: MessageChannel) -> Iterator[Sequence[OutgoingMessage]]:
    can, start, size = provider.capabilities, 0, FIRST_WAVE
    while start < len(messages):
        yield messages[start : start + size * can.batch]
        start, size = start + size * can.batch, max(size, can.at_once)


async def _send(
    provider: MessageChannel, messages: Sequence[OutgoingMessage], *, not_after: float
) -> Sequence[Outcome]:
    """Send; where the adapter raises or loses count, every message is unclear."""
    try:
        said = await provider.send(messages, not_after=not_after)
    except Exception as error:  # noqa: BLE001  (it may have sent any of them)
        log().error("adapter failed", provider=provider.name, error=type(error).__name__)
        return [Unclear(type(error).__name__)] * len(messages)
    if len(said) != len(messages):
        log().error("adapter failed", provider=provider.name, error="lost count")
        return [Unclear("lost count")] * len(messages)
    return [_storable(one) for one in said]


async def look_up(provider: MessageChannel | None, lookup: Lookup) -> Found:
    """Ask the provider that the attempt was made with."""
    if provider is None:
        return CannotSay("its provider or account is no longer in use")
    try:
        return await provider.find(lookup)
    except Exception as error:  # noqa: BLE001  (the other look-ups are not to be lost with it)
        log().error("adapter failed", provider=provider.name, error=type(error).__name__)
        return CannotSay(type(error).__name__)


async def a_fence(provider: MessageChannel) -> str:
    """Return an id under which messages can be withdrawn together; empty where the provider has or gives none."""
    try:
        fence = await provider.new_fence()
    except Exception as error:  # noqa: BLE001  (without one, a message just leaves at its own time)
        log().error("adapter failed", provider=provider.name, error=type(error).__name__)
        return ""
    return fence if len(fence) <= LONGEST_ID and fence.isascii() and fence.isprintable() else ""


async def take_back(provider: MessageChannel | None, handle: Handle) -> Withdrawal:
    """Ask the provider that the attempt was made with to withdraw it."""
    if provider is None:
        return CannotSay("its provider or account is no longer in use")
    try:
        return await provider.cancel(handle)
    except Exception as error:  # noqa: BLE001  (the other withdrawals are not to be lost with it)
        log().error("adapter failed", provider=provider.name, error=type(error).__name__)
        return CannotSay(type(error).__name__)


def _storable(outcome: Outcome) -> Outcome:
    """Return the outcome with an id that the database can keep; one that it cannot is no id."""
    if not isinstance(outcome, Accepted):
        return outcome
    good = outcome.provider_id.isascii() and outcome.provider_id.isprintable()
    return outcome if good and len(outcome.provider_id) <= LONGEST_ID else replace(outcome, provider_id="")
