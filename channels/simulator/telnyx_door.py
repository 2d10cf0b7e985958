"""What Telnyx's endpoints have in common: who may enter, what a message may hold, how errors look."""

import hmac
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from channels.segments import Encoding, segments
from channels.simulator.outcomes import Twist
from channels.simulator.settings import SimulatorSettings
from channels.simulator.twilio_door import E164, is_web_address
from channels.simulator.world import World, answer_with

PROVIDER = "telnyx"
MOST_PARTS = 10
TOO_MANY = 429
SOONEST, LATEST = timedelta(minutes=5), timedelta(days=5)

Wanted = Mapping[str, Any]
Endpoint = Callable[[Request], Awaitable[Response]]

TITLES: Mapping[str, tuple[int, str]] = {
    "10003": (422, "Invalid URL"),
    "10004": (422, "Missing required parameter"),
    "10005": (404, "Resource not found"),
    "10007": (500, "Unexpected error"),
    "10009": (401, "Authentication failed"),
    "10010": (403, "Authorization failed"),
    "10011": (429, "Too many requests"),
    "10014": (415, "Unsupported media type"),
    "10015": (400, "Bad request"),
    "10016": (422, "Phone number must be in +E.164 format"),
    "40001": (422, "Not routable"),
    "40009": (400, "Invalid message body"),
    "40300": (403, "Blocked due to STOP message"),
    "40302": (400, "Message too large"),
    "40305": (400, "Invalid 'from' address"),
    "40309": (400, "Invalid destination region"),
    "40310": (400, "Invalid 'to' address"),
    "40316": (400, "No content provided for the message"),
}
"""A code's HTTP status and title."""
_CODE_OF = {429: "10011", 500: "10007"}

_TYPES: Mapping[str, type] = {
    **dict.fromkeys(("to", "from", "text", "type", "encoding", "send_at", "messaging_profile_id"), str),
    **dict.fromkeys(("webhook_url", "webhook_failover_url"), str),
    **dict.fromkeys(("use_profile_webhooks", "auto_detect"), bool),
}
"""The fields that are known; pictures (`media_urls`, `subject`) are not simulated."""
_SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{5,6}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST_URL = 2_000


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a request: Telnyx's code, the field, a sentence."""

    code: str
    pointer: str = ""
    detail: str = ""


# In this order: the first that does not hold is the answer.
CHECKS: Sequence[tuple[str, str, Callable[[Wanted], bool]]] = (
    ("10004", "/to", lambda wanted: bool(wanted.get("to"))),
    ("10004", "/from", lambda wanted: bool(wanted.get("from") or wanted.get("messaging_profile_id"))),
    ("40316", "/text", lambda wanted: bool(wanted.get("text"))),
    ("10016", "/to", lambda wanted: E164.fullmatch(wanted["to"]) is not None),
    ("40305", "/from", lambda wanted: not wanted.get("from") or _SENDER.fullmatch(wanted["from"]) is not None),
    ("10015", "/type", lambda wanted: wanted.get("type", "SMS") == "SMS"),
    ("10015", "/encoding", lambda wanted: wanted.get("encoding", "auto") in ("auto", "gsm7", "ucs2")),
    ("10015", "/messaging_profile_id", lambda wanted: _good_id(wanted.get("messaging_profile_id"))),
    ("10003", "/webhook_url", lambda wanted: _good_address(wanted.get("webhook_url"))),
    ("10003", "/webhook_failover_url", lambda wanted: _good_address(wanted.get("webhook_failover_url"))),
    ("40009", "/text", lambda wanted: wanted.get("encoding") != "gsm7" or _is_basic(wanted["text"])),
    ("40302", "/text", lambda wanted: segments(wanted["text"]).count <= MOST_PARTS),
)


def _good_id(value: str | None) -> bool:
    return value is None or _UUID.fullmatch(value) is not None


def _good_address(url: str | None) -> bool:
    return url is None or (len(url) <= _LONGEST_URL and is_web_address(url))


def _is_basic(text: str) -> bool:
    return segments(text).encoding is Encoding.GSM7


def flaw(wanted: object, now: datetime) -> Flaw | None:
    """Return what Telnyx would not take about a message, if anything."""
    if not isinstance(wanted, dict):
        return Flaw("10015", detail="The body is no JSON object.")
    wrong = [name for name, value in wanted.items() if not _is_known(name, value)]
    if wrong:
        return Flaw("10015", f"/{wrong[0]}", "The field is not known, or of another type.")
    for code, pointer, holds in CHECKS:
        if not holds(wanted):
            return Flaw(code, pointer)
    if "send_at" in wanted and not seconds_ahead(wanted, now):
        return Flaw("10015", "/send_at", "An ISO 8601 time between 5 minutes and 5 days ahead is needed.")
    return None


def _is_known(name: str, value: object) -> bool:
    return name in _TYPES and isinstance(value, _TYPES[name])


def seconds_ahead(wanted: Wanted, now: datetime) -> float:
    """Return how far ahead `send_at` lies, 0 if there is none or Telnyx would not take it."""
    try:
        ahead = datetime.fromisoformat(wanted.get("send_at", "")) - now
    except (ValueError, TypeError):
        return 0
    return ahead.total_seconds() if SOONEST <= ahead <= LATEST else 0


def telnyx_error(found: Flaw) -> JSONResponse:
    """Return an error in Telnyx's own shape."""
    status, title = TITLES[found.code]
    error: dict[str, Any] = {
        "code": found.code,
        "title": title,
        "detail": found.detail or title,
        "meta": {"url": f"https://developers.telnyx.com/docs/overview/errors/{found.code}"},
    }
    if found.pointer:
        error["source"] = {"pointer": found.pointer}
    return JSONResponse({"errors": [error]}, status, {"Retry-After": "1"} if status == TOO_MANY else None)


def refused(status: int) -> Response:
    """Return Telnyx's answer for a status that says nothing about the message."""
    return telnyx_error(Flaw(_CODE_OF[status]))


async def read_json(request: Request) -> object:
    """Read a body; what is no JSON is no message."""
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError):
        return None


def is_json(request: Request) -> bool:
    """Say whether the request says that it is JSON."""
    return request.headers.get("content-type", "").partition(";")[0].strip() == "application/json"


def entitled(settings: SimulatorSettings, request: Request) -> bool:
    """Say whether the request carries the API key; without one nobody enters."""
    wanted = f"Bearer {settings.telnyx_api_key}"
    given = request.headers.get("authorization", "")
    return bool(settings.telnyx_api_key) and hmac.compare_digest(given.encode(), wanted.encode())


def guarded(world: World, endpoint: Endpoint) -> Endpoint:
    """Return the endpoint behind its door: the key, and for all but sending the faults of the hour."""

    async def enter(request: Request) -> Response:
        if not entitled(world.settings, request):
            return telnyx_error(Flaw("10009"))
        if request.method == "POST":
            return await endpoint(request)
        kept = frozenset({Twist.TOO_MANY, Twist.ERROR, Twist.SLOW})
        return await answer_with(
            world.faults.choose(PROVIDER) & kept,
            refuse=refused,
            accept=lambda: endpoint(request),
            slow_by=world.settings.slow_by,
        )

    return enter
