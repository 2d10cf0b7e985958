"""Twilio's Calls: taken, played with status callbacks, listed and ended as by the real one."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.simulator.ledger import Callback, Fact, Message, Search
from channels.simulator.outcomes import Outcome, Twist
from channels.simulator.story import Step, arrange
from channels.simulator.telephone import Telephone, call_params
from channels.simulator.twilio_call_checks import CHANGES, EVENT_OF, MACHINE, problem_of
from channels.simulator.twilio_door import (
    API_VERSION,
    Form,
    Page,
    guarded,
    listing,
    moment_of,
    read_form,
    reference_of,
    refused,
    resource_uri,
    twilio_error,
    unknown_field,
)
from channels.simulator.world import World, answer_with

LANE = "calls"
FILTERS = frozenset(["To", "From", "Status", "StartTime", "StartTime>", "StartTime<", "PageSize", "Page", "PageToken"])
FINAL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})


@dataclass(frozen=True, slots=True)
class TwilioCalls:
    """The endpoints, and the lane on which calls are played."""

    world: World
    telephone: Telephone

    def routes(self) -> list[Route]:
        """Return the endpoints, relative to Twilio's base address."""
        base = f"/{API_VERSION}/Accounts/{{account}}/Calls"
        return [
            Route(f"{base}.json", guarded(self.world, self.create), methods=["POST"]),
            Route(f"{base}.json", guarded(self.world, self.show_all), methods=["GET"]),
            Route(f"{base}/{{sid}}.json", guarded(self.world, self.show), methods=["GET"]),
            Route(f"{base}/{{sid}}.json", guarded(self.world, self.change), methods=["POST"]),
            Route(f"{base}/{{sid}}.json", guarded(self.world, self.erase), methods=["DELETE"]),
        ]

    async def create(self, request: Request) -> Response:
        """Take a call, or say why not."""
        form = await read_form(request)
        problem = problem_of(form)
        if problem is not None:
            return problem
        outcome = self.telephone.machines.outcome(form.one("To"))
        if outcome.refused:
            return twilio_error(int(outcome.code))
        twists = outcome.twists | self.world.faults.choose("twilio")
        return await answer_with(
            twists,
            refuse=refused,
            accept=lambda: self._accept(form, outcome, twists),
            slow_by=self.world.settings.slow_by,
        )

    async def show_all(self, request: Request) -> Response:
        """List calls, newest first."""
        query = request.query_params
        if set(query) - FILTERS:
            return twilio_error(20001, min(set(query) - FILTERS))
        page = Page.of(query)
        search = _search(query, page)
        if search is None:
            return twilio_error(20001, "StartTime")
        found = self.world.ledger.search(search)
        shown = found[: page.size]
        more = len(found) > page.size
        uri = page.next_uri(self.world.settings, "Calls", query, shown[-1].seq) if more else None
        items = [self._json(call) for call in shown if not call.deleted]
        return listing("calls", items, page, uri)

    async def show(self, request: Request) -> Response:
        """Show one call."""
        call = self._find(request)
        return JSONResponse(self._json(call)) if call else twilio_error(20404)

    async def change(self, request: Request) -> Response:
        """End a call: `canceled` before it is answered, `completed` at any time."""
        call = self._find(request)
        if call is None:
            return twilio_error(20404)
        form = await read_form(request)
        if unknown := unknown_field(form, CHANGES):
            return twilio_error(20001, f"the field {unknown!r} is not known")
        wanted = form.one("Status")
        too_late = call.status in FINAL or (wanted == "canceled" and call.status == "in-progress")
        if wanted not in ("canceled", "completed") or too_late:
            return twilio_error(21220)
        self.world.sender.forget(call.seq)
        self.world.ledger.note([Fact(call.seq, "status", wanted)])
        return await self.show(request)

    async def erase(self, request: Request) -> Response:
        """Take an ended call out of Twilio's list; the simulator's own book keeps it."""
        call = self._find(request)
        if call is None:
            return twilio_error(20404)
        if call.status not in FINAL:
            return twilio_error(20009)
        self.world.ledger.note([Fact(call.seq, "redacted", ""), Fact(call.seq, "deleted", "")])
        return Response(status_code=204)

    async def play(self, callbacks: Sequence[Callback]) -> bool:
        """Do one step of one call: tell its status, or pick up and listen."""
        (callback,) = callbacks
        call = self.world.ledger.numbered(callback.message)
        if call is None:
            return True
        if "told_as" not in callback.step.payload:
            return await self.telephone.answer(call)
        return await self._tell(call, callback.step)

    async def _tell(self, call: Message, step: Step) -> bool:
        status = str(step.payload["told_as"])
        url = str(call.detail["status_callback"])
        if not step.told or not url or EVENT_OF.get(status, "completed") not in call.detail["events"]:
            return True
        params = call_params(self.world, call, status) | {
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(step.payload["place"]),
            "Timestamp": format_datetime(self.world.now()),
        }
        if status in FINAL:
            params["CallDuration"] = str(call.detail["seconds"] if status == "completed" else 0)
        return (await self.world.poster.post_form(url, params)).heard

    async def _accept(self, form: Form, outcome: Outcome, twists: frozenset[Twist]) -> Response:
        call = _call(form, outcome, self.world.now())
        steps = call_steps(outcome, twists, self.world.settings.pace)
        (kept,) = await self.world.accept([(call, steps)], early=Twist.EARLY in twists)
        return JSONResponse(self._json(kept), 201)

    def _find(self, request: Request) -> Message | None:
        call = self.world.ledger.get(request.path_params["sid"])
        known = call is not None and call.channel == "voice" and not call.deleted
        return call if known else None

    def _json(self, call: Message) -> dict[str, Any]:
        created = format_datetime(call.accepted_at)
        ended = call.status in FINAL
        seconds = call.detail["seconds"] if call.status == "completed" else 0
        return {
            "account_sid": self.world.settings.account_sid,
            "answered_by": call.detail["answered_by"] or None,
            "api_version": API_VERSION,
            "caller_name": None,
            "date_created": created,
            "date_updated": created,
            "direction": call.direction,
            "duration": str(seconds) if ended else None,
            "end_time": created if ended else None,
            "forwarded_from": None,
            "from": call.sender,
            "from_formatted": call.sender,
            "group_sid": None,
            "parent_call_sid": None,
            "phone_number_sid": None,
            "price": None,
            "price_unit": "USD",
            "queue_time": "0",
            "sid": call.id,
            "start_time": created,
            "status": call.status,
            "subresource_uris": {},
            "to": call.recipient,
            "to_formatted": call.recipient,
            "trunk_sid": None,
            "uri": resource_uri(self.world.settings, f"Calls/{call.id}"),
        }


def call_steps(outcome: Outcome, twists: frozenset[Twist], pace: float) -> Sequence[Step]:
    """Return the steps of a call; an answered one is played right after it is picked up."""
    steps: list[Step] = []
    for place, status in enumerate(outcome.story):
        payload = {"told_as": status, "place": place}
        steps.append(Step(LANE, pace * (place + 1), status, payload=payload))
        if status == "in-progress":
            steps.append(Step(LANE, pace * (place + 1), told=False))
    return arrange(steps, twists)


def _call(form: Form, outcome: Outcome, accepted_at: datetime) -> Message:
    detection = form.one("MachineDetection")
    machine = MACHINE.get(detection, "") if outcome.answered_by == "machine" else outcome.answered_by
    return Message(
        id="CA" + uuid.uuid4().hex,
        channel="voice",
        sender=form.one("From"),
        recipient=form.one("To"),
        body="",
        reference=reference_of(form.one("StatusCallback") or form.one("Url")),
        accepted_at=accepted_at,
        status="queued",
        detail={
            "url": form.one("Url"),
            "status_callback": form.one("StatusCallback"),
            "events": form.many("StatusCallbackEvent") or ["completed"],
            "answered_by": machine if detection else "",
            "seconds": 2 if outcome.hangs_up else 30,
        },
    )


def _search(query: Mapping[str, str], page: Page) -> Search | None:
    """Return what a list's query asks for; None if a time in it cannot be read."""
    times = {name: moment_of(query[name]) for name in ("StartTime", "StartTime>", "StartTime<") if name in query}
    if None in times.values():
        return None
    day = times.get("StartTime")
    return Search(
        channel="voice",
        recipient=query.get("To", ""),
        sender=query.get("From", ""),
        status=query.get("Status", ""),
        since=times.get("StartTime>") or day,
        until=day + timedelta(days=1) if day else times.get("StartTime<"),
        before=page.before,
        limit=page.size + 1,
    )
