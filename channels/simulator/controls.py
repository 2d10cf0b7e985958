"""The sandbox's own endpoints: what was accepted, replies, keys, faults, outcomes."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from channels.simulator.faults import PROVIDERS, Fault
from channels.simulator.ledger import Message, Search
from channels.simulator.outcomes import OUTCOMES, Twist
from channels.simulator.replies import Replies
from channels.simulator.telephone import Telephone
from channels.simulator.twilio_door import E164
from channels.simulator.world import World

CHANNELS = ("sms", "email", "voice")
MOST_LISTED = 1000
_TITLES: Mapping[int, str] = {
    404: "Not found",
    409: "Conflict",
    422: "Not understood",
}
_KINDS = tuple(twist.value for twist in Twist)
_DIGITS = frozenset("0123456789*#")


class Refusal(Exception):
    """What is wrong with a request: a JSON pointer (empty: the whole request) and a sentence."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(detail)
        self.pointer = pointer
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Controls:
    """The endpoints."""

    world: World
    replies: Replies
    telephone: Telephone

    def routes(self) -> list[Route]:
        """Return the endpoints, relative to where the simulator is mounted."""
        return [
            Route("/messages", _understood(self.messages), methods=["GET"]),
            Route("/replies", _understood(self.reply), methods=["POST"]),
            Route("/calls/{id}/keys", _understood(self.press), methods=["POST"]),
            Route("/faults", _understood(self.add_fault), methods=["POST"]),
            Route("/faults", self.faults, methods=["GET"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
            Route("/outcomes", self.outcomes, methods=["GET"]),
        ]

    async def messages(self, request: Request) -> Response:
        """List what the providers accepted, newest first."""
        query = request.query_params
        channel = _one_of(query.get("channel", ""), ("", *CHANNELS), "channel")
        limit = _whole(query.get("limit", "50"), "limit", most=MOST_LISTED)
        cursor = _whole(query["cursor"], "cursor") if "cursor" in query else None
        found = self.world.ledger.search(
            Search(
                channel=channel,
                recipient=query.get("to", ""),
                direction="outbound",
                before=cursor,
                limit=limit + 1,
            )
        )
        shown = found[:limit]
        more = len(found) > limit
        address = None
        if more:
            following = {**query, "limit": str(limit), "cursor": str(shown[-1].seq)}
            address = f"{self.world.settings.prefix}/messages?{urlencode(following)}"
        data = [_shown(message) for message in shown]
        return JSONResponse({"data": data, "has_more": more, "next": address})

    async def reply(self, request: Request) -> Response:
        """Send a text from a phone to us; without `to` it answers the last text to that phone."""
        given = await _given(request)
        sender, body = _text(given, "from"), _text(given, "body")
        if not E164.fullmatch(sender):
            raise Refusal("/from", "A phone number in E.164 is needed.")
        to = _text(given, "to") or self.replies.last_sender(sender)
        if not to:
            raise Refusal("/to", "Nobody has texted this phone yet: say whom it writes to.")
        heard = await self.replies.say(sender=sender, to=to, body=body)
        if _is_form(request):
            return self._back(f"/phone/{quote(sender)}")
        return JSONResponse({"id": heard.message.id, "status": heard.status}, 201)

    async def press(self, request: Request) -> Response:
        """Press keys in a call."""
        call = self.world.ledger.get(request.path_params["id"])
        if call is None or call.channel != "voice":
            return problem(404, "There is no such call.")
        digits = _text(await _given(request), "digits")
        if not digits or set(digits) - _DIGITS:
            raise Refusal("/digits", "Digits, * and # are keys.")
        spoken = await self.telephone.press(call, digits)
        if spoken is None:
            return problem(409, "The call has not asked for a key.")
        if _is_form(request):
            return self._back(f"/call/{call.id}")
        return JSONResponse({"id": call.id, "spoken": "\n".join(spoken)})

    async def add_fault(self, request: Request) -> Response:
        """Let a share of the requests go wrong for a while."""
        given = await _given(request)
        fault = self.world.faults.add(
            _one_of(_text(given, "provider"), PROVIDERS, "provider"),
            Twist(_one_of(_text(given, "kind"), _KINDS, "kind")),
            _number(given, "share", 1.0),
            _number(given, "for_seconds", 86_400 * 366),
        )
        return JSONResponse(_fault(fault), 201)

    async def faults(self, _: Request) -> Response:
        """List the faults that are on."""
        return JSONResponse({"data": [_fault(fault) for fault in self.world.faults.active()]})

    async def clear_faults(self, _: Request) -> Response:
        """Switch all faults off."""
        self.world.faults.clear()
        return Response(status_code=204)

    async def outcomes(self, _: Request) -> Response:
        """List the magic numbers and addresses."""
        return JSONResponse(
            {
                "data": [
                    {
                        "channel": outcome.channel,
                        "address": outcome.address,
                        "outcome": outcome.outcome,
                        "code": outcome.code or None,
                        "explanation": outcome.explanation,
                    }
                    for outcome in OUTCOMES
                ]
            }
        )

    def _back(self, path: str) -> Response:
        return RedirectResponse(self.world.settings.prefix + path, 303)


def problem(status: int, detail: str, pointer: str = "") -> Response:
    """Return an RFC 9457 problem."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": _TITLES[status],
        "status": status,
        "detail": detail,
    }
    if pointer:
        body["errors"] = [{"pointer": pointer, "detail": detail}]
    return JSONResponse(body, status, media_type="application/problem+json")


def _understood(
    endpoint: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refusal as refusal:
            return problem(422, refusal.detail, refusal.pointer)

    return answer


def _is_form(request: Request) -> bool:
    kind = request.headers.get("content-type", "")
    return kind.startswith("application/x-www-form-urlencoded")


async def _given(request: Request) -> Mapping[str, Any]:
    """Read JSON, or the fields of a page's form."""
    if _is_form(request):
        async with request.form() as form:
            return {name: value for name, value in form.items() if isinstance(value, str)}
    try:
        given = json.loads(await request.body())
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise Refusal("", "A JSON object is needed.")
    return given


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str):
        raise Refusal(f"/{name}", "A string is needed.")
    return value


def _number(given: Mapping[str, Any], name: str, most: float) -> float:
    value = given.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise Refusal(f"/{name}", f"A number from 0 to {most:g} is needed.")
    return float(value)


def _one_of(value: str, allowed: tuple[str, ...], name: str) -> str:
    if value not in allowed:
        raise Refusal(f"/{name}", f"One of these is needed: {', '.join(filter(None, allowed))}.")
    return value


def _whole(text: str, name: str, most: int | None = None) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise Refusal(f"/{name}", "A whole number from 1 on is needed.")
    return min(int(text), most or int(text))


def _shown(message: Message) -> dict[str, Any]:
    mail = {name: message.detail[name] for name in ("subject", "html", "headers") if name in message.detail}
    return {
        "id": message.id,
        "channel": message.channel,
        "to": message.recipient,
        "from": message.sender,
        "body": message.body,
        **mail,
        "reference": message.reference,
        "accepted_at": message.accepted_at.isoformat().replace("+00:00", "Z"),
        "status": message.status,
    }


def _fault(fault: Fault) -> dict[str, Any]:
    return {
        "provider": fault.provider,
        "kind": fault.kind.value,
        "share": fault.share,
        "until": fault.until.isoformat().replace("+00:00", "Z"),
    }
