"""A provider that is slow, breaks off, answers oddly or is not there: never twice, never a crash, never a guess."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from channels.conformance import flaky
from channels.conformance.practice import HTTP_ANSWERS, NO_LISTS, Answering, http
from channels.conformance.trial import Trial, check, must, only_if
from channels.contract import (
    Canceled,
    CannotSay,
    Handle,
    MessageChannel,
    OutgoingMessage,
    Redacted,
    TryLater,
    Unclear,
)


@check
async def a_slow_answer_is_waited_for(trial: Trial) -> None:
    """An answer that comes late, but in time, is an acceptance."""
    message = trial.message()
    async with _holding(trial, message, trial.patience.total_seconds() / 4) as (url, _), trial.adapter(url) as adapter:
        await trial.accepted(adapter, message)
    await trial.must_have(message, 1)


@check
async def an_answer_that_does_not_come_is_unclear(trial: Trial) -> None:
    """A message that was accepted, with an answer that never comes, is unclear, is there once, and is found."""
    message = trial.message()
    hasty = trial.patience
    async with _holding(trial, message, 3_600) as (url, taken), trial.adapter(url, patience=hasty) as adapter:
        outcome = await trial.send_one(adapter, message)
        await taken.wait()
    must(isinstance(outcome, Unclear), f"without an answer the message became {outcome!r}")
    await trial.must_be_there_once(message)


@check
async def a_cut_after_acceptance_is_unclear(trial: Trial) -> None:
    """A message that was accepted, with a connection that is cut before the answer, is unclear and found."""
    message = trial.message()

    async def passing(said: bytes) -> bytes | None:
        return None if await trial.count(message) else said

    async with flaky.proxy(trial.practice.url, passing) as url, trial.adapter(url) as adapter:
        outcome = await trial.send_one(adapter, message)
    must(isinstance(outcome, Unclear), f"after the cut the message became {outcome!r}")
    await trial.must_be_there_once(message)


@check
async def nobody_there_is_tried_later(trial: Trial) -> None:
    """When no connection can be made, the message surely was not sent, and is tried later."""
    message = trial.message()
    with flaky.nobody(trial.practice.url) as url:
        async with trial.adapter(url) as adapter:
            outcome = await trial.send_one(adapter, message)
    must(isinstance(outcome, TryLater), f"with nobody there the message became {outcome!r}")


@check
async def an_odd_answer_is_unclear(trial: Trial) -> None:
    """An error page, half an answer, a redirect: never an acceptance, never a crash, never followed."""
    answers = _odd(trial)
    only_if(answers, "the practice has no odd answers")
    over_http = trial.practice.url.startswith("http")
    for what, answer in answers.items():
        message = trial.message()
        async with flaky.answering(trial.practice.url, answer) as url, trial.adapter(url) as adapter:
            outcome = await trial.send_one(adapter, message)
        # Before an SMTP server has greeted nothing was sent; after a whole HTTP request nobody knows.
        right = isinstance(outcome, Unclear if over_http else Unclear | TryLater)
        must(right, f"after {what} the message became {outcome!r}")
        await trial.must_have(message, 0)


@check
async def a_look_up_without_an_answer_proves_nothing(trial: Trial) -> None:
    """Looking a message up where nobody answers, or oddly, says "cannot say"; withdrawing and erasing claim nothing."""
    message = trial.message()
    with flaky.nobody(trial.practice.url) as url:
        async with trial.adapter(url) as adapter:
            await _must_claim_nothing(trial, adapter, message, "with nobody there")
    no_lists = NO_LISTS if trial.practice.url.startswith("http") else {}
    for what, answer in {**_odd(trial), **no_lists}.items():
        async with flaky.answering(trial.practice.url, answer) as url, trial.adapter(url) as adapter:
            await _must_claim_nothing(trial, adapter, message, f"after {what}")


@check
async def a_check_tells_and_sends_nothing(trial: Trial) -> None:
    """`check` says that all is well, that nobody answers, and sends no message."""
    before = await trial.practice.book.total()
    async with trial.adapter() as adapter:
        health = await adapter.check()
        must(health.ok, f"all is well, and it says {health.detail!r}")
        must(health.detail, "it says nothing")
    with flaky.nobody(trial.practice.url) as url:
        async with trial.adapter(url) as adapter:
            must(not (await adapter.check()).ok, "nobody answers, and it says that all is well")
    must(await trial.practice.book.total() == before, "a check sent a message")


@check
async def wrong_credentials_are_told(trial: Trial) -> None:
    """With wrong credentials `check` says so, and a message is kept for later: it is no member's fault."""
    only_if(trial.practice.wrong, "the practice has no wrong credentials")
    message = trial.message()
    async with trial.adapter(changed=trial.practice.wrong) as adapter:
        outcome = await trial.send_one(adapter, message)
        must(not (await adapter.check()).ok, "the credentials are wrong, and `check` says that all is well")
    later = isinstance(outcome, TryLater) and outcome.reason == "misconfigured"
    must(later, f"with wrong credentials the message became {outcome!r}")
    await trial.must_have(message, 0)


async def _must_claim_nothing(trial: Trial, adapter: MessageChannel, message: OutgoingMessage, when: str) -> None:
    found = await adapter.find(trial.lookup(message))
    must(isinstance(found, CannotSay), f"{when} a look-up says {found!r}")
    handle = Handle("an-id", "a-fence")
    withdrawn, erased = await adapter.cancel(handle), await adapter.redact(handle)
    must(not isinstance(withdrawn, Canceled), f"{when} a message counts as withdrawn")
    must(not isinstance(erased, Redacted), f"{when} a message counts as erased")


@asynccontextmanager
async def _holding(trial: Trial, message: OutgoingMessage, seconds: float) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """Hold back what the stand-in says once it has taken the message; tell when it has."""
    taken = asyncio.Event()

    async def passing(said: bytes) -> bytes | None:
        if await trial.count(message) and not taken.is_set():
            taken.set()
            await asyncio.sleep(seconds)
        return said

    async with flaky.proxy(trial.practice.url, passing) as url:
        yield url, taken


def _odd(trial: Trial) -> Mapping[str, Answering]:
    """Return the odd answers; over HTTP these are ours too, and a redirect to the right place, not to be followed."""
    if not trial.practice.url.startswith("http"):
        return trial.practice.odd_answers
    parts = urlsplit(trial.practice.url)

    def redirect(target: str) -> bytes:
        return http("307 Temporary Redirect", "", f"Location: {parts.scheme}://{parts.netloc}{target}")(target)

    return {**trial.practice.odd_answers, **HTTP_ANSWERS, "a redirect": redirect}
