"""Errors as RFC 9457 problems: every kind we answer with, as data, and the one exception that carries them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Protocol

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from app.api.sentences import sentence_of
from app.errors import NotNow

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its page says `cause` and `mend`."""

    title: str
    status: int
    cause: str
    mend: str


KINDS: Final[Mapping[str, Kind]] = {
    "malformed-json": Kind(
        "The body is not JSON", 400,
        "The body could not be read as JSON: it is cut off, nested too deeply, not UTF-8, repeats a key or has NaN.",
        "Send one JSON value in UTF-8, as a JSON library writes it.",
    ),
    "malformed-request": Kind(
        "The request could not be read", 400, "Something in the request line, a header or a form is malformed.",
        "Compare the request with the example in the documentation of its address.",
    ),
    "no-valid-key": Kind(
        "No valid API key", 401, "The Authorization header is missing, or its key is unknown, revoked or expired.",
        "Send `Authorization: Bearer kc_…` with a live key. `keepcovered key add` makes one.",
    ),
    "missing-scope": Kind(
        "The key may not do this", 403, "The API key is valid, but lacks the scope that this address needs.",
        "Use a key with the scope that the detail names, or have one made.",
    ),
    "same-person": Kind(
        "Two people are needed", 403, "Whoever wrote a broadcast may not approve it, by whichever key.",
        "Let another person read and approve it with a key of their own, under another name.",
    ),
    "expired-clip": Kind(
        "The recording's address is over", 403, "The address was not made by this service, or its minutes are over.",
        "Take a new one from the call's markup: it is made for each call.",
    ),
    "not-found": Kind(
        "There is nothing here", 404, "No page and no resource has this address.",
        "Check the address; /docs lists all of them.",
    ),
    "unknown-member": Kind(
        "No such member", 404, "The agency of this key has no member with this reference.",
        "Check the reference: it is the `subject` of the county's events, percent-encoded in an address.",
    ),
    "unknown-message": Kind(
        "No such message", 404, "The agency of this key has no message with this id.",
        "Take the id from GET /v1/messages or from a member's timeline.",
    ),
    "unknown-switch": Kind(
        "No such switch", 404, "The agency of this key has no switch with this id.",
        "Take the id from GET /v1/switches?all=true.",
    ),
    "unknown-webhook": Kind(
        "No such webhook", 404, "The agency of this key has no webhook with this id.",
        "Take the id from GET /v1/webhooks.",
    ),
    "unknown-broadcast": Kind(
        "No such broadcast", 404, "The agency of this key has no broadcast with this id.",
        "Take the id from GET /v1/broadcasts.",
    ),
    "unknown-reply": Kind(
        "No such reply", 404, "The agency of this key has no reply with this id that waits, or waited, for a person.",
        "Take the id from GET /v1/replies.",
    ),
    "unknown-link": Kind(
        "This link is not valid", 404, "The link is incomplete or was changed.",
        "Open the link from the e-mail itself, or call the number in the e-mail.",
    ),
    "method-not-allowed": Kind(
        "The address does not take this method", 405, "The address exists, but not for this method.",
        "Use a method that the Allow header names.",
    ),
    "event-conflict": Kind(
        "The event's id is taken", 409, "An event with this source and id was received before, with another payload.",
        "Give every new event an id of its own; send an event again only unchanged.",
    ),
    "newer-facts": Kind(
        "Newer facts are known", 409, "A county event with a later time already set what this request would change.",
        "Read the member again, and repeat the request in a few minutes if it is still needed.",
    ),
    "not-unknown": Kind(
        "There is nothing to settle", 409, "Only a message whose status is `unknown` can be settled by a person.",
        "Read the message: its status and reason say how it ended.",
    ),
    "not-a-draft": Kind(
        "The broadcast is no draft any more", 409, "It was approved or canceled before, or its deadline is over.",
        "Read the broadcast: its status says where it stands. What is over is written anew.",
    ),
    "idempotency-key-reused": Kind(
        "The Idempotency-Key is taken", 409, "The same Idempotency-Key came before with another request.",
        "Make a new key for each new request; repeat a key only with the same body.",
    ),
    "idempotency-key-in-use": Kind(
        "The first request is still running", 409, "A request with this Idempotency-Key has not been answered yet.",
        "Wait a moment and send the same request again: it gets the first one's answer.",
    ),
    "too-large": Kind(
        "The body is too large", 413, "The body is larger than 1 MiB.",
        "Send fewer events at once; a whole roster goes in as a file.",
    ),
    "too-many-events": Kind(
        "The batch is too long", 413, "The batch has more than 1,000 events.", "Send at most 1,000 events at once.",
    ),
    "unsupported-media-type": Kind(
        "The body has another type than expected", 415, "The Content-Type is missing or is none that is taken here.",
        "Send the Content-Type that the detail names.",
    ),
    "invalid-request": Kind(
        "The request has mistakes", 422, "The request can be read, but some of its values cannot be used.",
        "Each entry of `errors` points at one value and says how to mend it.",
    ),
    "invalid-event": Kind(
        "The event has mistakes", 422, "The event can be read, but some of its values cannot be used.",
        "Each entry of `errors` points at one value of the event and says how to mend it.",
    ),
    "unknown-event-type": Kind(
        "The event's type is not known", 422, "The event's `type` is none of those that we know.",
        "Use one of the types that the detail lists, each beginning with `org.keepcovered.`.",
    ),
    "event-from-the-future": Kind(
        "The event's time lies in the future", 422, "The event's `time` is more than 5 minutes ahead.",
        "Set the clock of the sending system right, give `time` with its zone, and send the event under a new id.",
    ),
    "own-county": Kind(
        "The move leads nowhere else", 422, "The event moves the member to the agency's own county.",
        "Send `member.moved_county` only for a move to another county; what else changes is `member.updated`.",
    ),
    "unknown-agency": Kind(
        "No such agency", 422, "No agency has this code.", "Take the code from the agency's own page or letter.",
    ),
    "unknown-consent-wording": Kind(
        "No such consent wording", 422, "There is no consent wording with this id for this channel and language.",
        "Show the person a wording from GET /v1/consent-wordings and send its id.",
    ),
    "channel-not-offered": Kind(
        "The agency does not use this channel", 422, "The agency has no sender for this channel.",
        "Offer the person another channel.",
    ),
    "wrong-code": Kind(
        "The code is not right", 422, "The code is wrong, too old or used, was tried too often, or never existed.",
        "Type the code of the latest message, or sign up again for a new one.",
    ),
    "minor": Kind(
        "Please ask a grown-up", 422, "Who is under 18 cannot sign up; nothing was kept.",
        "Have a parent, a guardian or somebody who takes care of the person sign up.",
    ),
    "too-many-codes": Kind(
        "Too many codes", 429, "Too many codes were asked for, or typed, from this network.", "Try again in an hour.",
    ),
    "sign-up-paused": Kind(
        "Sign-up is paused", 503, "The agency's codes for this hour are used up.", "Try again in an hour.",
    ),
    "too-many-requests": Kind(
        "Too many requests", 429, "The API key sent more requests than it may just now.",
        "Wait for the seconds that `Retry-After` names; send many events as batches.",
    ),
    "internal-error": Kind(
        "Something went wrong here", 500, "The request met a fault of ours; nothing of it was half done.",
        "Send the request again. If it fails again, tell us its request_id.",
    ),
    "not-now": Kind(
        "Not now", 503, "More is asked than can be done at once, or the database is away.",
        "Send the same request again after the seconds that `Retry-After` names. What was stored is a duplicate then.",
    ),
    "not-ready": Kind(
        "Not ready", 503, "Something this service needs is not there.", "The errors name it.",
    ),
}  # fmt: skip
BY_STATUS: Final = {400: "malformed-request", 404: "not-found", 405: "method-not-allowed", 500: "internal-error"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake: a JSON pointer to it, and a sentence on how to mend it that never repeats the value."""

    pointer: str
    detail: str


class Problem(Exception):
    """The answer is a problem of this kind."""

    def __init__(
        self, kind: str, detail: str = "", *, errors: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(kind)
        self.kind, self.detail, self.errors = kind, detail or KINDS[kind].cause, errors
        self.headers = dict(headers or {})

    @property
    def status(self) -> int:
        """The HTTP status of its kind."""
        return KINDS[self.kind].status

    def body(self, request: Request) -> dict[str, Any]:
        """Return the problem as it is answered."""
        shown = [{"pointer": one.pointer, "detail": one.detail} for one in self.errors]
        return {
            "type": f"{request.app.state.public_url}/problems/{self.kind}", "title": KINDS[self.kind].title,
            "status": self.status, "detail": self.detail, "errors": shown, "request_id": request_id_of(request),
        }  # fmt: skip


class Mistake(Protocol):
    """What a stage says of a field that cannot be so."""

    @property
    def field(self) -> str:
        """Which field, as a path."""
        ...

    @property
    def sentence(self) -> str:
        """How to mend it."""
        ...


def refused(mistakes: Iterable[Mistake]) -> Problem:
    """Return the problem of a request that a stage refused field by field."""
    return Problem("invalid-request", errors=[Fault(f"/{one.field}", one.sentence) for one in mistakes])


def pointer(parts: Iterable[object]) -> str:
    """Return a JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)[:300]


def faults_of(error: ValidationError | RequestValidationError, *before: object) -> list[Fault]:
    """Return our sentences for what pydantic found; `before` leads the pointers."""
    if isinstance(error, ValidationError):
        found: Sequence[Any] = error.errors(include_url=False, include_input=False)
    else:
        found = error.errors()
    return [Fault(pointer((*before, *one["loc"])), sentence_of(one)) for one in found]


def request_id_of(request: Request) -> str:
    """Return the id that the edge gave the request."""
    return str(request.scope.get("kc.request_id", ""))


def problem_response(request: Request, problem: Problem) -> Response:
    """Return a problem as a response."""
    return JSONResponse(problem.body(request), problem.status, problem.headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error with a problem."""

    async def ours(request: Request, error: Exception) -> Response:
        return problem_response(request, error if isinstance(error, Problem) else Problem("internal-error"))

    async def invalid(request: Request, error: Exception) -> Response:
        errors = faults_of(error) if isinstance(error, RequestValidationError) else []
        return problem_response(request, Problem("invalid-request", errors=errors))

    async def not_now(request: Request, error: Exception) -> Response:
        after = str(error.retry_after if isinstance(error, NotNow) else NotNow.retry_after)
        return problem_response(request, Problem("not-now", headers={"Retry-After": after}))

    app.add_exception_handler(Problem, ours)
    app.add_exception_handler(NotNow, not_now)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, _plain_http)


async def _plain_http(request: Request, error: Exception) -> Response:
    """Answer what the framework itself refuses."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if status in BY_STATUS:
        return problem_response(request, Problem(BY_STATUS[status], headers=headers))
    phrase = HTTPStatus(status).phrase
    body = {
        "type": "about:blank", "title": phrase, "status": status, "detail": phrase, "errors": list[Any](),
        "request_id": request_id_of(request),
    }  # fmt: skip
    return JSONResponse(body, status, headers, media_type=MEDIA_TYPE)
