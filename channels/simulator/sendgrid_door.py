"""What SendGrid's endpoints have in common: who may enter, how JSON is read, how errors look."""

import json
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from channels.simulator.outcomes import Twist
from channels.simulator.sendgrid_checks import Flaw
from channels.simulator.world import World, answer_with

HELP = "https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors"
MOST_BYTES = 30_000_000

_TEXTS: Mapping[int, str] = {
    401: "authorization required",
    413: "content too large",
    415: "Content-Type should be application/json.",
    429: "too many requests",
    500: "internal server error",
}
# For an endpoint that sends nothing; what may happen to a mail is decided where mails are taken.
_TWISTS = frozenset({Twist.TOO_MANY, Twist.ERROR, Twist.ERROR_AFTER, Twist.DROP, Twist.SLOW})

Endpoint = Callable[[Request], Awaitable[Response]]


class NotJson(Exception):
    """A body that SendGrid does not read: the status it answers, and why."""

    def __init__(self, status: int, why: str = "") -> None:
        super().__init__(why)
        self.status = status
        self.why = why


def keyed(world: World, endpoint: Endpoint) -> Endpoint:
    """Let in only who has the key, and refuse what is not JSON."""

    async def answer(request: Request) -> Response:
        if not _entitled(world, request):
            return refused(401)
        try:
            return await endpoint(request)
        except NotJson as error:
            return errors([Flaw("", error.why)], error.status) if error.why else refused(error.status)

    return answer


def guarded(world: World, endpoint: Endpoint) -> Endpoint:
    """Let in only who has the key, and let the faults that are on have their way."""
    entered = keyed(world, endpoint)

    async def answer(request: Request) -> Response:
        if not _entitled(world, request):
            return refused(401)
        return await answer_with(
            world.faults.choose("sendgrid") & _TWISTS,
            refuse=refused,
            accept=lambda: entered(request),
            slow_by=world.settings.slow_by,
        )

    return answer


async def given(request: Request) -> Any:  # noqa: ANN401  (whatever JSON says)
    """Read a body as SendGrid does; raises `NotJson`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise NotJson(415)
    body = await request.body()
    if len(body) > MOST_BYTES:
        raise NotJson(413)
    try:
        return json.loads(body)
    except UnicodeDecodeError as error:
        raise NotJson(400, "Invalid UTF8 in request.") from error
    except (ValueError, RecursionError) as error:
        raise NotJson(400, "Bad Request") from error


def refused(status: int) -> Response:
    """Return SendGrid's answer for a status that says nothing about the request's content."""
    return errors([Flaw("", _TEXTS[status])], status)


def errors(found: Sequence[Flaw], status: int = 400) -> Response:
    """Return SendGrid's answer that names what is wrong."""
    shown = [
        {"message": flaw.message, "field": flaw.field or None, "help": HELP if flaw.field else None} for flaw in found
    ]
    return JSONResponse({"errors": shown}, status)


def _entitled(world: World, request: Request) -> bool:
    wanted = f"Bearer {world.settings.sendgrid_api_key}"
    return secrets.compare_digest(request.headers.get("authorization", "").encode(), wanted.encode())
