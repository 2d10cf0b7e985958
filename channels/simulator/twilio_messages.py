"""Twilio's Messages: texts are taken, listed, withdrawn and blanked as by the real one."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.simulator.ledger import Callback, Fact, Message, Search
from channels.simulator.outcomes import Twist, outcome_for
from channels.simulator.story import Step
from channels.simulator.texts import text_message, text_steps
from channels.simulator.twilio_door import (
    API_VERSION,
    E164,
    Form,
    Page,
    counts,
    guarded,
    is_web_address,
    listing,
    read_form,
    refused,
    resource_uri,
    twilio_error,
    unknown_field,
)
from channels.simulator.world import World, answer_with

KNOWN = frozenset(
    [
        "To",
        "From",
        "MessagingServiceSid",
        "Body",
        "StatusCallback",
        "ValidityPeriod",
        "MaxPrice",
        "Attempt",
        "RiskCheck",
        "ProvideFeedback",
        "TrafficType",
        "ScheduleType",
        "SendAt",
        "MediaUrl",
        "SmartEncoded",
        "ShortenUrls",
        "SendAsMms",
        "ForceDelivery",
        "ContentRetention",
        "AddressRetention",
    ]
)
_YES_OR_NO = ("", "true", "false")
CHOICES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("SmartEncoded", "ShortenUrls", "SendAsMms", "ForceDelivery", "ProvideFeedback"), _YES_OR_NO),
    "ContentRetention": ("", "retain", "discard"),
    "AddressRetention": ("", "retain", "obfuscate"),
    "RiskCheck": ("", "enable", "disable"),
    "TrafficType": ("", "free"),
    "ScheduleType": ("", "fixed"),
}
"""What changes nothing here, and the words that Twilio takes for it."""
FILTERS = frozenset(["To", "From", "PageSize", "Page", "PageToken"])
LONGEST_BODY = 1600
LONGEST_VALIDITY = 36_000
MOST_MEDIA = 10
UNSENT = frozenset({"queued", "accepted", "scheduled", "canceled"})
UNFINISHED = UNSENT - {"canceled"}

_SERVICE = re.compile("|MG[0-9a-fA-F]{32}")
_SENDER = re.compile(r"\+?[0-9]{3,15}|[A-Za-z0-9 ]{1,11}")
_SOONEST = timedelta(minutes=15)
_LATEST = timedelta(days=35)

# In Twilio's order: the first that does not hold is the answer.
CHECKS: Sequence[tuple[int, Callable[[Form], bool]]] = (
    (21604, lambda form: bool(form.one("To"))),
    (21603, lambda form: bool(form.one("From") or form.one("MessagingServiceSid"))),
    (21602, lambda form: bool(form.one("Body") or form.many("MediaUrl"))),
    (21211, lambda form: E164.fullmatch(form.one("To")) is not None),
    (21212, lambda form: not form.one("From") or bool(_SENDER.fullmatch(form.one("From")))),
    (21266, lambda form: form.one("To") != form.one("From")),
    (
        21701,
        lambda form: not form.one("MessagingServiceSid") or bool(_SERVICE.fullmatch(form.one("MessagingServiceSid"))),
    ),
    (21620, lambda form: all(is_web_address(url) for url in form.many("MediaUrl"))),
    (21623, lambda form: len(form.many("MediaUrl")) <= MOST_MEDIA),
    (21617, lambda form: len(form.one("Body")) <= LONGEST_BODY),
    (
        21609,
        lambda form: not form.one("StatusCallback") or is_web_address(form.one("StatusCallback")),
    ),
    (90014, lambda form: counts(form.one("ValidityPeriod"), range(1, 10**9))),
    (90007, lambda form: counts(form.one("ValidityPeriod"), range(1, LONGEST_VALIDITY + 1))),
    (20001, lambda form: all(form.one(name) in words for name, words in CHOICES.items())),
    (35118, lambda form: not form.one("ScheduleType") or bool(form.one("MessagingServiceSid"))),
)


@dataclass(frozen=True, slots=True)
class TwilioMessages:
    """The endpoints, and the lane on which their status callbacks leave."""

    world: World

    def routes(self) -> list[Route]:
        """Return the endpoints, relative to Twilio's base address."""
        base = f"/{API_VERSION}/Accounts/{{account}}/Messages"
        return [
            Route(f"{base}.json", guarded(self.world, self.create), methods=["POST"]),
            Route(f"{base}.json", guarded(self.world, self.show_all), methods=["GET"]),
            Route(f"{base}/{{sid}}.json", guarded(self.world, self.show), methods=["GET"]),
            Route(f"{base}/{{sid}}.json", guarded(self.world, self.change), methods=["POST"]),
            Route(f"{base}/{{sid}}.json", guarded(self.world, self.erase), methods=["DELETE"]),
        ]

    async def create(self, request: Request) -> Response:
        """Take a text, or say why not."""
        form = await read_form(request)
        problem = self._problem(form)
        if problem is not None:
            return problem
        outcome = outcome_for("sms", form.one("To"))
        if outcome.refused:
            return twilio_error(int(outcome.code))
        twists = outcome.twists | self.world.faults.choose("twilio")
        return await answer_with(
            twists,
            refuse=refused,
            accept=lambda: self._accept(form, twists),
            slow_by=self.world.settings.slow_by,
        )

    async def show_all(self, request: Request) -> Response:
        """List texts, newest first."""
        query = request.query_params
        if set(query) - FILTERS:
            return twilio_error(20001, min(set(query) - FILTERS))
        page = Page.of(query)
        found = self.world.ledger.search(
            Search(
                channel="sms",
                recipient=query.get("To", ""),
                sender=query.get("From", ""),
                before=page.before,
                limit=page.size + 1,
            )
        )
        shown = found[: page.size]
        more = len(found) > page.size
        uri = page.next_uri(self.world.settings, "Messages", query, shown[-1].seq) if more else None
        items = [self._json(message) for message in shown if _is_shown(message)]
        return listing("messages", items, page, uri)

    async def show(self, request: Request) -> Response:
        """Show one text."""
        message = self._find(request)
        return JSONResponse(self._json(message)) if message else twilio_error(20404)

    async def change(self, request: Request) -> Response:
        """Withdraw a scheduled text (`Status=canceled`), or blank a sent one (`Body=`)."""
        message = self._find(request)
        if message is None:
            return twilio_error(20404)
        form = await read_form(request)
        match (form.one("Status"), form.fields.get("Body")):
            case ("canceled", None) if message.status == "scheduled":
                self.world.sender.forget(message.seq)
                fact = Fact(message.seq, "status", "canceled")
            case ("canceled", None):
                return twilio_error(30409)
            case ("", [""]):
                fact = Fact(message.seq, "redacted", "")
            case _:
                return twilio_error(20001)
        self.world.ledger.note([fact])
        return await self.show(request)

    async def erase(self, request: Request) -> Response:
        """Take a text out of Twilio's list; the simulator's own book keeps it."""
        message = self._find(request)
        if message is None:
            return twilio_error(20404)
        if message.status in UNFINISHED:
            return twilio_error(20009)
        self.world.ledger.note([Fact(message.seq, "redacted", ""), Fact(message.seq, "deleted", "")])
        return Response(status_code=204)

    async def deliver(self, callbacks: Sequence[Callback]) -> bool:
        """Tell our service the status of one text."""
        (callback,) = callbacks
        message = self.world.ledger.numbered(callback.message) if callback.step.told else None
        if message is None:
            return True
        url = str(message.detail["status_callback"])
        return (await self.world.poster.post_form(url, self._params(message, callback.step))).heard

    def _problem(self, form: Form) -> Response | None:
        unknown = unknown_field(form, KNOWN)
        if unknown:
            return twilio_error(20001, f"the field {unknown!r} is not known")
        for code, holds in CHECKS:
            if not holds(form):
                return twilio_error(code)
        if form.one("ScheduleType") or form.one("SendAt"):
            return None if self._seconds_ahead(form) else twilio_error(35114)
        return None

    def _seconds_ahead(self, form: Form) -> float:
        """Return how far ahead `SendAt` lies, 0 if Twilio would not take it."""
        try:
            ahead = datetime.fromisoformat(form.one("SendAt")) - self.world.now()
        except (ValueError, TypeError):
            return 0
        fits = form.one("ScheduleType") == "fixed" and _SOONEST <= ahead <= _LATEST
        return ahead.total_seconds() if fits else 0

    async def _accept(self, form: Form, twists: frozenset[Twist]) -> Response:
        wait = self._seconds_ahead(form) if form.one("SendAt") else 0
        message = text_message(
            recipient=form.one("To"),
            sender=form.one("From") or form.one("MessagingServiceSid"),
            body=form.one("Body"),
            callback=form.one("StatusCallback"),
            accepted_at=self.world.now(),
            service=form.one("MessagingServiceSid"),
            scheduled=wait > 0,
            media=len(form.many("MediaUrl")),
            validity=form.one("ValidityPeriod"),
        )
        steps = text_steps(message, twists, pace=self.world.settings.pace, wait=wait)
        (kept,) = await self.world.accept([(message, steps)], early=Twist.EARLY in twists)
        return JSONResponse(self._json(kept), 201)

    def _find(self, request: Request) -> Message | None:
        message = self.world.ledger.get(request.path_params["sid"])
        return message if message is not None and message.channel == "sms" and _is_shown(message) else None

    def _params(self, message: Message, step: Step) -> dict[str, str]:
        status = str(step.payload["told_as"])
        params = {
            "AccountSid": self.world.settings.account_sid,
            "ApiVersion": API_VERSION,
            "From": message.sender,
            "To": message.recipient,
            "MessageSid": message.id,
            "SmsSid": message.id,
            "MessageStatus": status,
            "SmsStatus": status,
        }
        service = str(message.detail.get("service", ""))
        return (
            params
            | ({"MessagingServiceSid": service} if service else {})
            | ({"ErrorCode": step.code} if step.code else {})
        )

    def _json(self, message: Message) -> dict[str, Any]:
        created = format_datetime(message.accepted_at)
        service = message.detail.get("service") or None
        return {
            "account_sid": self.world.settings.account_sid,
            "api_version": API_VERSION,
            "body": "" if message.redacted else message.body,
            "date_created": created,
            "date_sent": None if message.status in UNSENT else created,
            "date_updated": created,
            "direction": message.direction,
            "error_code": int(message.code) if message.code else None,
            "error_message": None,
            "from": None if message.sender == service else message.sender,
            "messaging_service_sid": service,
            "num_media": str(message.detail.get("media", 0)),
            "num_segments": str(message.detail["segments"]),
            "price": None,
            "price_unit": "USD",
            "sid": message.id,
            "status": message.status,
            "subresource_uris": {"media": resource_uri(self.world.settings, f"Messages/{message.id}/Media")},
            "to": message.recipient,
            "uri": resource_uri(self.world.settings, f"Messages/{message.id}"),
        }


def _is_shown(message: Message) -> bool:
    """Say whether a text stands in Twilio's log: it is not deleted, and no other provider's."""
    return not message.deleted and message.detail.get("provider", "twilio") == "twilio"
