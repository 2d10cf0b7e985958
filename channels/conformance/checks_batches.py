"""A batch under way: a deadline that comes meanwhile, and messages that are to go alone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from channels.conformance import flaky
from channels.conformance.trial import Trial, boot_clock, check, must, only_if, soon
from channels.contract import Accepted, Outcome, OutgoingMessage, TryLater, Unclear

CONNECTIONS = 2
"""So few that some of a batch must wait."""
_GRACE = 0.2
"""Seconds after the deadline until the provider speaks: what was written in time has been taken by then."""


@check
async def a_deadline_in_mid_batch_leaves_the_rest_unsent(trial: Trial) -> None:
    """When the deadline comes while a batch is under way, what was not written by then is left unsent."""
    not_after = boot_clock() + trial.patience.total_seconds() / 2
    silence = _silent_until(trial, not_after + _GRACE)
    async with silence as (url, taken), trial.adapter(url, connections=CONNECTIONS) as adapter:
        messages = [trial.message(alone=True) for _ in range(adapter.capabilities.at_once + CONNECTIONS + 1)]
        outcomes = await adapter.send(messages, not_after=not_after)
    must(len(outcomes) == len(messages), f"{len(messages)} messages and {len(outcomes)} outcomes")
    late = await trial.practice.book.total() - min(taken) if taken else 0
    must(not late, f"{late} messages were written after the deadline")
    for message, outcome in zip(messages, outcomes, strict=True):
        await _must_be_right(trial, message, outcome)


@check
async def what_is_to_go_alone_goes_alone(trial: Trial) -> None:
    """Where a request carries many people, a message that is marked `alone` has a request of its own."""
    async with trial.adapter() as adapter:
        only_if(adapter.capabilities.batch > 1, "each message has a request of its own anyway")
    only_if(trial.practice.url.startswith("http"), "this provider is not spoken to over HTTP")
    first = trial.message()
    alike = [replace(trial.message(), body=first.body, mail=first.mail, alone=place != 1) for place in range(3)]
    requests = await _requests(trial, alike)
    must(requests == len(alike), f"one message between two that go alone: that took {requests} requests, not 3")


async def _must_be_right(trial: Trial, message: OutgoingMessage, outcome: Outcome) -> None:
    if await trial.count(message):
        right = isinstance(outcome, Accepted | Unclear)
        must(right, f"a message that was written before the deadline became {outcome!r}")
        await trial.must_have(message, 1)
        return
    # A conversation (SMTP) that the deadline ends has begun, and may say so otherwise.
    begun = not trial.practice.url.startswith("http")
    right = isinstance(outcome, TryLater) and (begun or outcome.reason == "deadline")
    must(right, f"a message that the deadline left unwritten became {outcome!r}")


@asynccontextmanager
async def _silent_until(trial: Trial, moment: float) -> AsyncIterator[tuple[str, list[int]]]:
    """Hold back what the stand-in says from its first message on until a moment; tell how many it had taken then."""
    book, taken = trial.practice.book, list[int]()
    before = await book.total()

    async def passing(said: bytes) -> bytes:
        if await book.total() > before:
            await asyncio.sleep(moment - boot_clock())
            taken.append(await book.total())
        return said

    async with flaky.proxy(trial.practice.url, passing) as url:
        yield url, taken


async def _requests(trial: Trial, messages: Sequence[OutgoingMessage]) -> int:
    """Send messages that must be accepted and return how many requests they took."""
    answers: list[bytes] = []

    async def passing(said: bytes) -> bytes:
        answers.extend([said] if said.startswith(b"HTTP/") else [])
        return said

    async with flaky.proxy(trial.practice.url, passing) as url, trial.adapter(url) as adapter:
        outcomes = await adapter.send(messages, not_after=soon())
    must(all(isinstance(one, Accepted) for one in outcomes), f"they became {outcomes!r}")
    return len(answers)
