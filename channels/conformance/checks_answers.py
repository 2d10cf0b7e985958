"""Answers that tempt to a guess: an error after the acceptance, a success that says nothing, a page, a wait."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from channels.conformance import flaky
from channels.conformance.practice import Answering, http
from channels.conformance.trial import Trial, check, must, only_if
from channels.contract import Accepted, OutgoingMessage, Refused, TryLater, Unclear
from channels.reasons import Fault, meaning

ERRORS = ("500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout")
REFUSALS = (
    "400 Bad Request",
    "403 Forbidden",
    "404 Not Found",
    "409 Conflict",
    "410 Gone",
    "422 Unprocessable Content",
)
PAGES: Mapping[str, str] = {
    "a page": "<html><h1>Sign in</h1></html>",
    "nothing": "",
    "somebody else's error": '{"error": "no backend is there"}',
}
"""Bodies that are no provider's: of a proxy, a firewall, a network's sign-in page."""
TORN: Mapping[str, str] = {"half a JSON": '{"id": "12', "another JSON": "[[[1]]]", "an empty object": "{}"}
"""Bodies of which nothing can be read."""
WAIT = timedelta(seconds=37)

_TOO_MANY = re.compile(rb"HTTP/1\.[01] 429 [^\r]*\r\n")
_WAIT_SAID = re.compile(rb"(?im)^retry-after:.*\r\n")


@check
async def an_error_after_acceptance_is_unclear(trial: Trial) -> None:
    """A message that was accepted, and answered by an error (500 to 504), is unclear, is there once, and is found."""
    _only_over_http(trial)
    for error in ERRORS:
        message = trial.message()
        async with _answered_instead(trial, message, http(error)) as url, trial.adapter(url) as adapter:
            outcome = await trial.send_one(adapter, message)
        must(isinstance(outcome, Unclear), f"accepted, then answered {error}, the message became {outcome!r}")
        await trial.must_be_there_once(message)


@check
async def an_unreadable_success_is_unclear(trial: Trial) -> None:
    """The status of a success, with a body that is not the provider's, is no acceptance."""
    _only_over_http(trial)
    status, has_body = await _success(trial)
    only_if(has_body, "a success of this provider has no body")
    for what, body in {**PAGES, **TORN}.items():
        async with flaky.answering(trial.practice.url, http(status, body)) as url, trial.adapter(url) as adapter:
            outcome = await trial.send_one(adapter, trial.message())
        must(isinstance(outcome, Unclear), f"after {what} with {status} the message became {outcome!r}")


@check
async def a_page_is_no_verdict_on_a_person(trial: Trial) -> None:
    """A refusal (400 to 422) that is not in the provider's own form is never an address's or a person's fault."""
    _only_over_http(trial)
    for status in REFUSALS:
        for what, body in PAGES.items():
            async with flaky.answering(trial.practice.url, http(status, body)) as url, trial.adapter(url) as adapter:
                outcome = await trial.send_one(adapter, trial.message())
            blamed = isinstance(outcome, Refused) and meaning(outcome.reason).fault in (Fault.ADDRESS, Fault.PERSON)
            wrong = blamed or isinstance(outcome, Accepted)
            must(not wrong, f"after {what} with {status} the message became {outcome!r}")


@check
async def a_wait_that_is_asked_for_is_told(trial: Trial) -> None:
    """When the provider is asked too often and says how long to wait (`Retry-After`), `TryLater.after` says it."""
    _only_over_http(trial)
    busy = [one.to for one in trial.practice.samples if (one.outcome, one.reason) == (TryLater, "rate_limited")]
    only_if(busy, "the practice has no address that is `rate_limited`")
    asked: list[bytes] = []

    async def passing(said: bytes) -> bytes:
        if (first := _TOO_MANY.match(said)) is None:
            return said
        asked.append(said)
        line = first.group()
        return line + b"Retry-After: %d\r\n" % WAIT.total_seconds() + _WAIT_SAID.sub(b"", said[len(line) :])

    async with flaky.proxy(trial.practice.url, passing) as url, trial.adapter(url) as adapter:
        outcome = await trial.send_one(adapter, trial.message(busy[0]))
    only_if(asked, "the stand-in does not answer 429")
    right = isinstance(outcome, TryLater) and outcome.after == WAIT
    must(right, f"told to wait {WAIT.total_seconds():.0f} seconds, the message became {outcome!r}")


def _only_over_http(trial: Trial) -> None:
    only_if(trial.practice.url.startswith("http"), "this provider is not spoken to over HTTP")


@asynccontextmanager
async def _answered_instead(trial: Trial, message: OutgoingMessage, answer: Answering) -> AsyncIterator[str]:
    """Let the stand-in take the message, and give another answer instead of its own."""
    answered: list[bytes] = []

    async def passing(said: bytes) -> bytes | None:
        if not await trial.count(message):
            return said
        answered.append(said)
        return answer("") if len(answered) == 1 else None  # the rest of the answer is kept back

    async with flaky.proxy(trial.practice.url, passing) as url:
        yield url


async def _success(trial: Trial) -> tuple[str, bool]:
    """Return the status with which the stand-in accepts, and whether a body follows."""
    message, answer = trial.message(), bytearray()

    async def passing(said: bytes) -> bytes:
        if await trial.count(message):
            answer.extend(said)
        return said

    async with flaky.proxy(trial.practice.url, passing) as url, trial.adapter(url) as adapter:
        await trial.accepted(adapter, message)
    head, _, body = bytes(answer).partition(b"\r\n\r\n")
    first, _, _ = head.decode("latin-1").partition("\r\n")
    return first.partition(" ")[2], body.strip() not in (b"", b"0")  # the latter is the end of chunks
