"""`POST /v1/events`: county events, one or a batch, each with its own result.

Counties send by the thousand a second, so this address is served beside the API's router, without what that does
for each request; its documentation stands at the end.
"""

from typing import Any, Final, Literal

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from app.api.auth import entered
from app.api.bodies import read_body
from app.api.cloud_events import Received, read_event, received
from app.api.documents import answered, describe, events_body, problems
from app.api.once import KEY_PARAMETER, key_of, once
from app.api.problems import Fault, Problem
from app.pipeline.intake import EventResult
from app.pipeline.tenancy import Principal
from app.rules.facts import CountyEvent
from app.wiring import Services

PATH: Final = "/v1/events"
SCOPE: Final = "events:write"
COUNTED: Final = ("applied", "duplicate", "stale", "rejected")
FAULTS: Final = {"own-county": (Fault("/data/to_county_code", "name a county other than the agency's own"),)}
"""Where an event is wrong that was rejected for what we hold."""


class EventAnswer(BaseModel):
    """What became of one event; `problem` says why it was rejected."""

    id: str | None
    status: Literal["applied", "duplicate", "stale", "rejected"]
    problem: dict[str, Any] | None = None


class EventsAnswer(BaseModel):
    """What became of the events, in the order in which they were sent."""

    applied: int
    duplicate: int
    stale: int
    rejected: int
    results: list[EventAnswer]


class CountyEvents:
    """The ASGI application of this address."""

    path = PATH
    """Under which it stands in the logs."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Apply one CloudEvent, a batch of them, or one in binary mode; answered after the commit."""
        scope["route"] = self
        if scope["method"] != "POST":
            raise HTTPException(405, headers={"Allow": "POST"})
        request = Request(scope, receive)
        who = await entered(request, self._services, SCOPE)
        response = await self._taken(request, who, key_of(request))
        await response(scope, receive, send)

    async def _taken(self, request: Request, who: Principal, key: str | None) -> Response:
        request.state.body = body = await read_body(request)
        found = received(request, body)

        async def work() -> dict[str, Any]:
            return await _apply(request, who, self._services, found)

        return await once(request, self._services, who.agency, key, work)


async def _apply(request: Request, who: Principal, wired: Services, found: Received) -> dict[str, Any]:
    """Apply the events that can be read; a single one that cannot is the answer's problem itself."""
    read = [_read(value, suspicious=found.suspicious) for value in found.events]
    if not found.batch and isinstance(read[0], Problem):
        raise read[0]
    events = [one for one in read if isinstance(one, CountyEvent)]
    applied = iter(await wired.intake.take(who.agency, events) if events else [])
    results = [
        _rejected(request, value, one) if isinstance(one, Problem) else _result(request, next(applied), found)
        for value, one in zip(found.events, read, strict=True)
    ]
    counts = {name: sum(result["status"] == name for result in results) for name in COUNTED}
    return {**counts, "results": results}


def _read(value: object, *, suspicious: bool) -> CountyEvent | Problem:
    try:
        return read_event(value, suspicious=suspicious)
    except Problem as problem:
        return problem


def _rejected(request: Request, value: object, problem: Problem) -> dict[str, Any]:
    id_ = value.get("id") if isinstance(value, dict) else None
    shown = id_[:255] if isinstance(id_, str) and id_.isprintable() else None
    return {"id": shown, "status": "rejected", "problem": problem.body(request)}


def _result(request: Request, result: EventResult, found: Received) -> dict[str, Any]:
    if result.status != "rejected":
        return {"id": result.id, "status": "applied" if result.status == "unchanged" else result.status}
    problem = Problem(result.problem, errors=FAULTS.get(result.problem, ()))
    if not found.batch:
        raise problem
    return {"id": result.id, "status": "rejected", "problem": problem.body(request)}


describe(PATH, {"post": {
    "tags": ["County systems"], "summary": "Send county events", "operationId": "post_events_v1_events_post",
    "description": "Apply one CloudEvent, a batch of them, or one in binary mode; answered after the commit.",
    "security": [{"key": []}], "parameters": [KEY_PARAMETER], **events_body(),
    "responses": {
        "200": answered(EventsAnswer),
        **{str(status): told for status, told in problems(400, 401, 403, 409, 413, 415, 422).items()},
    },
}})  # fmt: skip
