"""SendGrid's `mail/send` and its list of messages."""

import re
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.simulator.ledger import Message, Search
from channels.simulator.outcomes import Outcome, Twist, outcome_for
from channels.simulator.sendgrid_batches import LATEST, Batches
from channels.simulator.sendgrid_checks import Flaw, flaws
from channels.simulator.sendgrid_door import errors, given, guarded, keyed, refused
from channels.simulator.sendgrid_events import mail_steps
from channels.simulator.story import Step
from channels.simulator.world import World, answer_with

REFERENCE = "reference"
"""The custom argument that holds our reference."""

# For the whole request, if any reader asks for it; the other twists concern one e-mail.
REQUEST_TWISTS = frozenset({Twist.TOO_MANY, Twist.ERROR, Twist.ERROR_AFTER, Twist.DROP, Twist.SLOW})
_TERM = re.compile(
    r"""\(unique_args\['(?P<arg>[\w-]+)'\]="(?P<wanted>[^"]*)"\)"""
    r"""|(?P<field>to_email|msg_id)(?:=| LIKE )"(?P<value>[^"]*)\""""
)
"""The documented forms, and no other."""
_MOST_LISTED = 1000
_SHOWN_AS: Mapping[str, str] = {"scheduled": "processing", "canceled": "not_delivered"}


@dataclass(frozen=True, slots=True)
class SendGridMail:
    """The endpoints."""

    world: World
    batches: Batches

    def routes(self) -> list[Route]:
        """Return the endpoints, relative to SendGrid's base address."""
        return [
            Route("/v3/mail/send", keyed(self.world, self.send), methods=["POST"]),
            Route("/v3/messages", guarded(self.world, self.show_all), methods=["GET"]),
        ]

    async def send(self, request: Request) -> Response:
        """Take one e-mail for up to 1,000 people, or say why not."""
        wanted = await given(request)
        found = flaws(wanted) or self._mistimed(wanted)
        if found:
            return errors(found)
        outcomes = [outcome_for("email", _address(person)) for person in wanted["personalizations"]]
        refusals = [
            Flaw(f"personalizations.{place}.to", "The address is refused.")
            for place, outcome in enumerate(outcomes)
            if outcome.refused
        ]
        if refusals:
            return errors(refusals)
        faults = self.world.faults.choose("sendgrid")
        return await answer_with(
            faults | (REQUEST_TWISTS & _all_twists(outcomes)),
            refuse=refused,
            accept=lambda: self._accept(wanted, outcomes, faults),
            slow_by=self.world.settings.slow_by,
        )

    async def show_all(self, request: Request) -> Response:
        """List e-mails that match a query, newest first, as the Email Activity API does."""
        return self._listed(request.query_params)

    async def _accept(
        self, wanted: Mapping[str, Any], outcomes: Sequence[Outcome], faults: frozenset[Twist]
    ) -> Response:
        message_id = secrets.token_urlsafe(16)
        moment = self.world.now()
        pace = self.world.settings.pace
        wait = max(0.0, wanted.get("send_at", 0) - moment.timestamp())
        status = self._first_status(wanted, wait)
        accepted: list[tuple[Message, Sequence[Step]]] = []
        for place, (person, outcome) in enumerate(zip(wanted["personalizations"], outcomes, strict=True)):
            mail = _mail(wanted, person, f"{message_id}.recvd-sandbox-1-{place}", moment)
            send_at = wanted.get("send_at", 0) + self.world.waits.beside.total_seconds()
            message = replace(mail, status=status, detail={**mail.detail, "send_at": send_at})
            accepted.append((message, mail_steps(message, outcome, outcome.twists | faults, pace, wait)))
        early = not wait and Twist.EARLY in faults | _all_twists(outcomes)
        await self.world.accept(accepted, early=early)
        return Response(status_code=202, headers={"X-Message-Id": message_id})

    def _mistimed(self, wanted: Mapping[str, Any]) -> list[Flaw]:
        """Return what is wrong with the time of sending and its batch."""
        found = []
        if wanted.get("send_at", 0) > (self.world.now() + LATEST).timestamp():
            found.append(Flaw("send_at", "Scheduling more than 72 hours in advance is forbidden."))
        if "batch_id" in wanted and not self.batches.made(wanted["batch_id"]):
            found.append(Flaw("batch_id", "invalid batch id"))
        return found

    def _first_status(self, wanted: Mapping[str, Any], wait: float) -> str:
        """Say what a new mail is: what waits in a withdrawn batch will be discarded."""
        # A time that has passed is now, of a withdrawn batch too: SendGrid promises nothing better.
        if not wait:
            return "processing"
        batch = wanted.get("batch_id", "")
        if batch:
            self.batches.add_mail(batch, wanted["send_at"] + self.world.waits.beside.total_seconds())
        return "canceled" if batch in self.batches.withdrawn() else "scheduled"

    def _listed(self, query: Mapping[str, str]) -> Response:
        terms = _terms(query.get("query", ""))
        limit = query.get("limit", "10")
        if terms is None or not limit.isdecimal() or not 1 <= int(limit) <= _MOST_LISTED:
            return errors([Flaw("query", "The query or its limit is not understood.")])
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
            "categories": wanted.get("categories", []),
            "batch_id": wanted.get("batch_id", ""),
            "send_at": wanted.get("send_at", 0),
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
        terms[term["arg"] or term["field"]] = term["wanted"] if term["arg"] else term["value"]
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
        "status": _SHOWN_AS.get(message.status, message.status),
        "opens_count": 0,
        "clicks_count": 0,
        "last_event_time": message.accepted_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
