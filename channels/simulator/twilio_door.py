"""What Twilio's endpoints have in common: who may enter, what a form may hold, how errors look."""

import base64
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from channels.simulator.outcomes import Twist
from channels.simulator.settings import SimulatorSettings
from channels.simulator.world import World, answer_with

API_VERSION = "2010-04-01"
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
MAX_PAGE = 1000
TOO_MANY = 429
_MOST_DIGITS = 10

TEXTS: Mapping[int, str] = {
    20001: "A parameter is not right",
    20003: "Authentication error: account or token does not match",
    20009: "The text or call has not ended yet, so it cannot be deleted",
    20404: "No such resource",
    20429: "Too many requests",
    20500: "Something broke on the provider's side",
    21201: "A call needs a 'To' number",
    21205: "The 'Url' of a call must be an http(s) address",
    21211: "The 'To' number is not a valid phone number",
    21212: "The 'From' is not a valid sender",
    21213: "A call needs a 'From' number",
    21220: "The call is not in a state that allows this",
    21266: "The 'To' and the 'From' are the same number",
    21408: "The account may not send to the region of the 'To' number",
    21602: "A message needs a 'Body'",
    21603: "A message needs a 'From' or a 'MessagingServiceSid'",
    21604: "A message needs a 'To' number",
    21609: "The 'StatusCallback' must be an http(s) address",
    21610: "The recipient has unsubscribed from this sender",
    21614: "The 'To' number cannot receive texts",
    21617: "The body is longer than 1600 characters",
    21620: "A 'MediaUrl' must be an http(s) address",
    21623: "A message carries ten media at most",
    21701: "There is no such Messaging Service",
    30409: "The message cannot be canceled any more",
    35114: "'SendAt' must be an ISO 8601 time between 15 minutes and 35 days ahead",
    90007: "The 'ValidityPeriod' is longer than 36000 seconds",
    90014: "The 'ValidityPeriod' must be a whole number of seconds from 1 on",
    35118: "A scheduled message needs a 'MessagingServiceSid'",
}
_STATUS_OF = {20003: 401, 20009: 409, 20404: 404, 20429: 429, 20500: 500, 30409: 409}
_CODE_OF = {429: 20429, 500: 20500}

Params = Mapping[str, list[str]]
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a request; a field may be repeated."""

    fields: Params

    def one(self, name: str) -> str:
        """Return a field's last value, empty if it is missing."""
        return self.fields.get(name, [""])[-1]

    def many(self, name: str) -> list[str]:
        """Return all values of a field."""
        return self.fields.get(name, [])


def twilio_error(code: int, detail: str = "") -> JSONResponse:
    """Return an error in Twilio's own shape."""
    status = _STATUS_OF.get(code, 400)
    body = {
        "code": code,
        "message": f"{TEXTS[code]}: {detail}" if detail else TEXTS[code],
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return JSONResponse(body, status, {"Retry-After": "1"} if status == TOO_MANY else None)


def refused(status: int) -> Response:
    """Return Twilio's answer for a status that says nothing about the message."""
    return twilio_error(_CODE_OF[status])


async def read_form(request: Request) -> Form:
    """Read an urlencoded body."""
    body = (await request.body()).decode("utf-8", "replace")
    return Form(parse_qs(body, keep_blank_values=True))


def unknown_field(form: Form, known: frozenset[str]) -> str:
    """Return a field that Twilio does not know, or that is not simulated."""
    return next((name for name in form.fields if name not in known), "")


def counts(text: str, bounds: range) -> bool:
    """Say whether a field, if it is there, is a whole number within its bounds."""
    return not text or (text.isascii() and text.isdigit() and len(text) < _MOST_DIGITS and int(text) in bounds)


def is_web_address(url: str) -> bool:
    """Say whether Twilio could call this address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def reference_of(url: str) -> str:
    """Return our reference from a callback's address: what follows `messages` or `calls`."""
    segments = [part for part in urlsplit(url).path.split("/") if part]
    for place, part in enumerate(segments[:-1]):
        if part in ("messages", "calls"):
            return segments[place + 1]
    return segments[-1] if segments else ""


def entitled(settings: SimulatorSettings, request: Request) -> bool:
    """Say whether the request carries the account and its token."""
    given = request.headers.get("authorization", "")
    pair = f"{settings.account_sid}:{settings.auth_token}"
    wanted = "Basic " + base64.b64encode(pair.encode()).decode()
    return (
        hmac.compare_digest(given.encode(), wanted.encode()) and request.path_params["account"] == settings.account_sid
    )


def guarded(world: World, endpoint: Endpoint) -> Endpoint:
    """Return the endpoint behind its door: credentials, and for reading the faults of the hour."""

    async def enter(request: Request) -> Response:
        if not entitled(world.settings, request):
            return twilio_error(20003)
        if request.method != "GET":
            return await endpoint(request)
        kept = frozenset({Twist.TOO_MANY, Twist.ERROR, Twist.SLOW})
        return await answer_with(
            world.faults.choose("twilio") & kept,
            refuse=refused,
            accept=lambda: endpoint(request),
            slow_by=world.settings.slow_by,
        )

    return enter


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for; `before` is the number of the last item seen."""

    size: int
    number: int
    before: int | None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Page":
        """Read `PageSize`, `Page` and `PageToken`."""
        size = query.get("PageSize", "")
        number = query.get("Page", "")
        token = query.get("PageToken", "").removeprefix("PA")
        return cls(
            size=min(max(int(size), 1), MAX_PAGE) if size.isdecimal() else 50,
            number=int(number) if number.isdecimal() else 0,
            before=int(token) if token.isdecimal() else None,
        )

    def next_uri(self, settings: SimulatorSettings, what: str, query: Mapping[str, str], last: int) -> str:
        """Return where the list goes on after its item number `last`."""
        following = {
            **query,
            "PageSize": str(self.size),
            "Page": str(self.number + 1),
            "PageToken": f"PA{last}",
        }
        return f"{resource_uri(settings, what)}?{urlencode(following)}"


def resource_uri(settings: SimulatorSettings, what: str) -> str:
    """Return a resource's path as the host sees it, the mount's prefix included."""
    return f"{settings.prefix}/twilio/{API_VERSION}/Accounts/{settings.account_sid}/{what}.json"


def moment_of(text: str) -> datetime | None:
    """Read a filter's date or time; without a zone it is GMT, as Twilio has it."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def listing(name: str, items: list[dict[str, Any]], page: Page, next_uri: str | None) -> Response:
    """Return a page of a list in Twilio's own shape."""
    start = page.number * page.size
    return JSONResponse(
        {
            name: items,
            "page": page.number,
            "page_size": page.size,
            "start": start,
            "end": max(start, start + len(items) - 1),
            "next_page_uri": next_uri,
        }
    )
