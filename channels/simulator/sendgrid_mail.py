"""SendGrid's `mail/send` and its list of messages."""

import json
import re
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.simulator.ledger import Message, Search
from channels.simulator.outcomes import Outcome, Twist, outcome_for
from channels.simulator.sendgrid_checks import Flaw, flaws
from channels.simulator.sendgrid_events import mail_steps
from channels.simulator.story import Step
from channels.simulator.world import World, answer_with

HELP = "https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors"
REFERENCE = "reference"
"""The custom argument that holds our reference."""

# For the whole request, if any reader asks for it; the other twists concern one e-mail.
REQUEST_TWISTS = frozenset({Twist.TOO_MANY, Twist.ERROR, Twist.ERROR_AFTER, Twist.DROP, Twist.SLOW})
READ_TWISTS = frozenset({Twist.TOO_MANY, Twist.ERROR, Twist.SLOW})
_TEXTS: Mapping[int, str] = {
    401: "The provided authorization grant is invalid, expired, or revoked",
    429: "too many requests",
    500: "internal error",
}
_TERM = re.compile(
    r"""\(?\s*(?:unique_args\[(?P<q>['"])(?P<arg>[\w-]+)(?P=q)\]|(?P<field>to_email|msg_id))"""
    r"""\s*(?P<how>=|LIKE)\s*(?P<w>['"])(?P<value>[^'"]*)(?P=w)\s*\)?""",
    re.IGNORECASE,
)
_MOST_LISTED = 1000


@dataclass(frozen=True, slots=True)
class SendGridMail:
    """The endpoints."""

    world: World

    def routes(self) -> list[Route]:
        """Return the endpoints, relative to SendGrid's base address."""
        return [
            Route("/v3/mail/send", self.send, methods=["POST"]),
            Route("/v3/messages", self.show_all, methods=["GET"]),
        ]

    async def send(self, request: Request) -> Response:
        """Take one e-mail for up to 1,000 people, or say why not."""
        if not self._entitled(request):
            return refused(401)
        try:
            wanted = json.loads(await request.body())
        except ValueError:
            return _errors([Flaw("", "The body is not JSON.")])
        found = flaws(wanted)
        if found:
            return _errors(found)
        outcomes = [outcome_for("email", _address(person)) for person in wanted["personalizations"]]
        refusals = [
            Flaw(f"personalizations.{place}.to", "The address is refused.")
            for place, outcome in enumerate(outcomes)
            if outcome.refused
        ]
        if refusals:
            return _errors(refusals)
        faults = self.world.faults.choose("sendgrid")
        return await answer_with(
            faults | (REQUEST_TWISTS & _all_twists(outcomes)),
            refuse=refused,
            accept=lambda: self._accept(wanted, outcomes, faults),
            slow_by=self.world.settings.slow_by,
        )

    async def show_all(self, request: Request) -> Response:
        """List e-mails that match a query, newest first, as the Email Activity API does."""
        if not self._entitled(request):
            return refused(401)

        async def found() -> Response:
            return self._listed(request.query_params)

        return await answer_with(
            self.world.faults.choose("sendgrid") & READ_TWISTS,
            refuse=refused,
            accept=found,
            slow_by=self.world.settings.slow_by,
        )

    async def _accept(
        self, wanted: Mapping[str, Any], outcomes: Sequence[Outcome], faults: frozenset[Twist]
    ) -> Response:
        batch = secrets.token_urlsafe(16)
        moment = self.world.now()
        people = wanted["personalizations"]
        accepted: list[tuple[Message, Sequence[Step]]] = []
        for place, (person, outcome) in enumerate(zip(people, outcomes, strict=True)):
            message = _mail(wanted, person, f"{batch}.recvd-sandbox-1-{place}", moment)
            twists = outcome.twists | faults
            pace = self.world.settings.pace
            accepted.append((message, mail_steps(message, outcome, twists, pace)))
        early = Twist.EARLY in faults | _all_twists(outcomes)
        await self.world.accept(accepted, early=early)
        return Response(status_code=202, headers={"X-Message-Id": batch})

    def _listed(self, query: Mapping[str, str]) -> Response:
        terms = _terms(query.get("query", ""))
        limit = query.get("limit", "10")
        if terms is None or not limit.isdecimal() or not 1 <= int(limit) <= _MOST_LISTED:
            return _errors([Flaw("query", "The query or its limit is not understood.")])
        found = self.world.ledger.search(
            Search(
                channel="email",
                reference=terms.get(REFERENCE, ""),
                recipient=terms.get("to_email", ""),
                limit=int(limit) if set(terms) <= {REFERENCE, "to_email"} else _MOST_LISTED,
            )
        )
        matching = [message for message in found if _matches(message, terms)]
        return JSONResponse({"messages": [_listed(message) for message in matching[: int(limit)]]})

    def _entitled(self, request: Request) -> bool:
        wanted = f"Bearer {self.world.settings.sendgrid_api_key}"
        given = request.headers.get("authorization", "")
        return secrets.compare_digest(given.encode(), wanted.encode())


def refused(status: int) -> Response:
    """Return SendGrid's answer for a status that says nothing about the e-mail."""
    return _errors([Flaw("", _TEXTS[status])], status)


def _errors(found: Sequence[Flaw], status: int = 400) -> Response:
    errors = [
        {"message": flaw.message, "field": flaw.field or None, "help": HELP if flaw.field else None} for flaw in found
    ]
    return JSONResponse({"errors": errors}, status)


def _all_twists(outcomes: Sequence[Outcome]) -> frozenset[Twist]:
    return frozenset(twist for outcome in outcomes for twist in outcome.twists)


def _address(person: Mapping[str, Any]) -> str:
    return str(person["to"][0]["email"])


def _mail(wanted: Mapping[str, Any], person: Mapping[str, Any], id_: str, accepted_at: datetime) -> Message:
    """Return the e-mail as this one person gets it."""
    words = person.get("substitutions") or {}
    content = {part["type"]: _put(words, part["value"]) for part in wanted["content"]}
    arguments = {**(wanted.get("custom_args") or {}), **(person.get("custom_args") or {})}
    headers = {**(wanted.get("headers") or {}), **(person.get("headers") or {})}
    return Message(
        id=id_,
        channel="email",
        sender=wanted["from"]["email"],
        recipient=_address(person),
        body=content.get("text/plain", ""),
        reference=arguments.get(REFERENCE, ""),
        accepted_at=accepted_at,
        status="processing",
        detail={
            "subject": _put(words, person.get("subject") or wanted["subject"]),
            "html": content.get("text/html", ""),
            "headers": {name: _put(words, value) for name, value in headers.items()},
            "arguments": arguments,
            "sender_name": wanted["from"].get("name", ""),
            "smtp_id": f"<{uuid.uuid4().hex}@sandbox>",
        },
    )


def _put(words: Mapping[str, str], text: str) -> str:
    """Replace each mark once; a mark inside a word that was put in stays as it is."""
    if not words:
        return text
    longest_first = sorted(words, key=len, reverse=True)
    marks = re.compile("|".join(re.escape(mark) for mark in longest_first))
    return marks.sub(lambda found: words[found.group()], text)


def _terms(query: str) -> dict[str, str] | None:
    """Read a query of terms joined by AND; None if it holds anything else."""
    terms: dict[str, str] = {}
    for part in re.split(r"\s+AND\s+", query.strip()):
        term = _TERM.fullmatch(part)
        if term is None:
            return None
        terms[term["arg"] or term["field"].lower()] = term["value"]
    return terms


def _matches(message: Message, terms: Mapping[str, str]) -> bool:
    facts = {
        **message.detail["arguments"],
        "to_email": message.recipient,
    }
    return all(
        message.id.startswith(value.rstrip("%")) if name == "msg_id" else facts.get(name) == value
        for name, value in terms.items()
    )


def _listed(message: Message) -> dict[str, Any]:
    return {
        "from_email": message.sender,
        "msg_id": message.id,
        "subject": message.detail["subject"],
        "to_email": message.recipient,
        "status": message.status,
        "opens_count": 0,
        "clicks_count": 0,
        "last_event_time": message.accepted_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
