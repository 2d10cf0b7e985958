"""The sandbox's own endpoints (what was accepted, replies, calls, keys, faults): JSON, and what its pages' forms do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from channels.simulator import given as taken
from channels.simulator.faults import PROVIDERS, Fault
from channels.simulator.given import Refusal, is_form, problem
from channels.simulator.ledger import Message, Search
from channels.simulator.outcomes import OUTCOMES, Twist
from channels.simulator.painting import Painter
from channels.simulator.replies import Replies
from channels.simulator.telephone import Telephone
from channels.simulator.twilio_ringing import Ringing
from channels.simulator.unsubscribing import OneClick
from channels.simulator.world import World

Endpoint = Callable[[Request], Awaitable[Response]]

CHANNELS = ("sms", "email", "voice")
MOST_LISTED = 1000
_KINDS = tuple(twist.value for twist in Twist)
_LONGEST_QUIET = 60.0
_LONGEST_WAIT = 86_400.0 * 366 * 100
_DIGITS = frozenset("0123456789*#")


@dataclass(frozen=True, slots=True)
class Controls:
    """The endpoints."""

    world: World
    replies: Replies
    telephone: Telephone
    painter: Painter

    def routes(self) -> list[Route]:
        """Return the endpoints, relative to where the simulator is mounted."""
        table: tuple[tuple[str, str, Endpoint], ...] = (
            ("GET", "/messages", self.messages),
            ("POST", "/replies", self.reply),
            ("POST", "/calls", self.ring),
            ("POST", "/calls/{id}/keys", self.press),
            ("POST", "/mail/{id}/unsubscribe", self.unsubscribe),
            ("POST", "/machines", self.switch_machine),
            ("POST", "/waits", self.let_pass),
            ("POST", "/quiet", self.hear_out),
            ("GET", "/faults", self.faults),
            ("POST", "/faults", self.add_fault),
            ("DELETE", "/faults", self.clear_faults),
            ("DELETE", "/faults/{id}", self.remove_fault),
            ("POST", "/faults/{id}/off", self.remove_fault),
            ("GET", "/outcomes", self.outcomes),
        )
        return [Route(path, self._understood(endpoint), methods=[method]) for method, path, endpoint in table]

    async def messages(self, request: Request) -> Response:
        """List what the providers accepted, newest first."""
        query = request.query_params
        channel = taken.one_of(query.get("channel", ""), ("", *CHANNELS), "channel")
        limit = taken.whole(query.get("limit", "50"), "limit", most=MOST_LISTED)
        cursor = taken.whole(query["cursor"], "cursor") if "cursor" in query else None
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
        given = await taken.read(request)
        sender, body = taken.phone(given, "from"), taken.text(given, "body")
        to = taken.text(given, "to") or self.replies.last_sender(sender)
        if not to:
            raise Refusal("/to", "Nobody has texted this phone yet: say whom it writes to.")
        heard = await self.replies.say(sender=sender, to=to, body=body)
        if is_form(request):
            return self._back(taken.place(given, f"/phone/{quote(sender)}"))
        return JSONResponse({"id": heard.message.id, "status": heard.status}, 201)

    async def ring(self, request: Request) -> Response:
        """Call one of our numbers from a phone, and listen up to the first question."""
        given = await taken.read(request)
        caller, called = taken.phone(given, "from"), taken.phone(given, "to")
        rung = await Ringing(self.world, self.telephone).ring(caller=caller, called=called)
        if is_form(request):
            return self._back(f"/call/{rung.call.id}")
        return JSONResponse({"id": rung.call.id, "spoken": "\n".join(rung.spoken)}, 201)

    async def switch_machine(self, request: Request) -> Response:
        """Let a machine pick up at a number, or a person again."""
        given = await taken.read(request)
        number, on = taken.phone(given, "number"), taken.flag(given, "on")
        self.telephone.machines.switch(number, on=on)
        if is_form(request):
            return self._back(taken.place(given, "/"))
        return JSONResponse({"number": number, "on": on})

    async def press(self, request: Request) -> Response:
        """Press keys in a call; none at all lets the time for it go by."""
        call = self._find(request, "voice", "There is no such call.")
        given = await taken.read(request)
        digits = taken.text(given, "digits")
        if set(digits) - _DIGITS:
            raise Refusal("/digits", "Digits, * and # are keys.")
        spoken = await self.telephone.press(call, digits)
        if spoken is None:
            raise Refusal("", "The call has not asked for a key.", 409)
        if is_form(request):
            return self._back(taken.place(given, f"/call/{call.id}"))
        return JSONResponse({"id": call.id, "spoken": "\n".join(spoken)})

    async def unsubscribe(self, request: Request) -> Response:
        """Press the button that a mail program shows for a mail's unsubscribe header."""
        mail = self._find(request, "email", "There is no such e-mail.")
        status = await OneClick(self.world).press(mail)
        if status is None:
            raise Refusal("", "The e-mail has no one-click header that leads to us.", 409)
        if is_form(request):
            return self._back(taken.place(await taken.read(request), f"/mail/{quote(mail.id)}"))
        return JSONResponse({"id": mail.id, "status": status})

    async def let_pass(self, request: Request) -> Response:
        """Let what the providers hold for later have waited longer: the sandbox's clock was moved on."""
        by = timedelta(seconds=taken.number(await taken.read(request), "seconds", _LONGEST_WAIT))
        self.world.waits.let_pass(by)
        self.world.sender.hurry(by)
        return JSONResponse({"seconds": by.total_seconds()})

    async def hear_out(self, request: Request) -> Response:
        """Answer when all that is to be told by then was told, or when the time is over."""
        within = taken.number(await taken.read(request), "seconds", _LONGEST_QUIET)
        return JSONResponse({"quiet": await self.world.sender.quiet(within)})

    async def add_fault(self, request: Request) -> Response:
        """Let a share of the requests go wrong for a while."""
        given = await taken.read(request, numbers=("share", "for_seconds"))
        fault = self.world.faults.add(
            taken.one_of(taken.text(given, "provider"), PROVIDERS, "provider"),
            Twist(taken.one_of(taken.text(given, "kind"), _KINDS, "kind")),
            taken.number(given, "share", 1.0),
            taken.number(given, "for_seconds", 86_400 * 366),
        )
        if is_form(request):
            return self._back(taken.place(given, "/"))
        return JSONResponse(_fault(fault), 201)

    async def faults(self, _: Request) -> Response:
        """List the faults that are on."""
        return JSONResponse({"data": [_fault(fault) for fault in self.world.faults.active()]})

    async def clear_faults(self, _: Request) -> Response:
        """Switch all faults off."""
        self.world.faults.clear()
        return Response(status_code=204)

    async def remove_fault(self, request: Request) -> Response:
        """Switch one fault off; one that is over is off already."""
        self.world.faults.remove(taken.whole(request.path_params["id"], "id"))
        if is_form(request):
            return self._back(taken.place(await taken.read(request), "/"))
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

    def _find(self, request: Request, channel: str, missing: str) -> Message:
        message = self.world.ledger.get(request.path_params["id"])
        if message is None or message.channel != channel:
            raise Refusal("", missing, 404)
        return message

    def _understood(self, endpoint: Endpoint) -> Endpoint:
        async def answer(request: Request) -> Response:
            try:
                return await endpoint(request)
            except Refusal as refusal:
                return self.painter.refusal(request, refusal) if is_form(request) else problem(refusal)

        return answer

    def _back(self, path: str) -> Response:
        return RedirectResponse(self.world.settings.prefix + path, 303)


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
        "id": fault.id,
    }
