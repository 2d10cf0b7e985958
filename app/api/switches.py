"""`/v1/switches`: who holds or stops reminders: set, listed, lifted, and which reminders each one changes."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from app.api.answers import Cursor, Limit, answer, cursor_id, page_by_id, plain
from app.api.auth import Admin, Wired, agency_of, name_of
from app.api.bodies import json_body
from app.api.documents import json_request, problems
from app.api.fields import Moment
from app.api.once import IdempotencyKey, once
from app.api.problems import Problem, refused
from app.pipeline.switches import BadSwitch
from app.pipeline.tenancy import Principal
from app.rules.facts import Channel
from app.rules.switches import Scope, SwitchAsked, SwitchKind
from app.wiring import Services

router: Final = APIRouter(tags=["Switches"])
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Why = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]+$")]


class SwitchSet(BaseModel):
    """A switch to be set: what it does, to which reminders (nothing named: all), until when, and why."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    kind: Literal["pause", "stop", "hardship"]
    reason: Why
    program: Name | None = None
    county_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")] | None = None
    channel: Literal["sms", "email", "voice"] | None = None
    ladder: Name | None = None
    until: Moment | None = None

    def asked(self) -> SwitchAsked:
        """Return what the stage is asked for."""
        channel = Channel(self.channel) if self.channel else None
        scope = Scope(self.program, self.county_code, channel, self.ladder)
        return SwitchAsked(SwitchKind(self.kind), self.reason, scope, self.until)


class SwitchShown(BaseModel):
    """A switch: who set it, when, until when, why, and how many reminders it changed then."""

    model_config = ConfigDict(extra="allow")
    id: UUID
    kind: SwitchKind
    program: str | None
    county_code: str | None
    channel: str | None
    ladder: str | None
    reason: str
    set_by: str
    set_at: str
    until: str | None
    lifted_at: str | None
    lifted_by: str | None
    held: int


class SwitchesShown(BaseModel):
    """Switches, the newest first."""

    data: list[SwitchShown]
    has_more: bool
    next: str | None


class RemindersChanged(BaseModel):
    """Reminders that a switch changes, without words or addresses."""

    data: list[dict[str, Any]]
    has_more: bool
    next: str | None


Asked = Annotated[SwitchSet, Depends(json_body(SwitchSet))]
All = Annotated[bool, Query(alias="all", description="Those that are over or were lifted too.")]


@router.post(
    "/v1/switches",
    response_model=SwitchShown,
    status_code=201,
    responses=problems(400, 401, 403, 409, 413, 415, 422),
    openapi_extra=json_request(SwitchSet),
    summary="Pause, stop or hold reminders",
)
async def set_switch(
    request: Request, *, who: Admin, wired: Wired, body: Asked, key: IdempotencyKey = None
) -> Response:
    """Set a switch, and say which reminders it changes: how many of each step and channel."""

    async def work() -> dict[str, Any]:
        agency = await agency_of(wired, who)
        found = await wired.switches.set(agency, body.asked(), by=await name_of(wired, who))
        if isinstance(found, BadSwitch):
            raise refused(found.mistakes)
        return _shown(found)

    return await once(request, wired, who.agency, key, work, status=201)


@router.get(
    "/v1/switches", response_model=SwitchesShown, responses=problems(401, 403, 422), summary="List the switches"
)
async def get_switches(
    request: Request, *, who: Admin, wired: Wired, over: All = False, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """Return the switches in force, the newest first."""
    rows = await wired.switches.every(who.agency, over=over, before=cursor_id(cursor), limit=limit + 1)
    return page_by_id(request, rows, _shown, limit=limit)


@router.get(
    "/v1/switches/{switch_id}/messages",
    response_model=RemindersChanged,
    responses=problems(401, 403, 404, 422),
    summary="List the reminders that a switch changes",
)
async def get_changed(
    request: Request, switch_id: UUID, *, who: Admin, wired: Wired, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """Return the reminders that a switch holds, will hold, or stopped."""
    await _one(wired, who, switch_id)
    rows = await wired.switches.reminders(who.agency, switch_id, after=cursor_id(cursor), limit=limit + 1)
    return page_by_id(request, rows, _shown, limit=limit)


@router.delete(
    "/v1/switches/{switch_id}",
    response_model=SwitchShown,
    responses=problems(401, 403, 404, 422),
    summary="Resume: lift a switch",
)
async def lift_switch(switch_id: UUID, who: Admin, wired: Wired) -> Response:
    """Lift a switch; what it held and is still in time goes on at its next opening."""
    found = await wired.switches.lift(who.agency, switch_id, by=await name_of(wired, who))
    if found is None:
        raise Problem("unknown-switch")
    return answer(_shown(found))


async def _one(wired: Services, who: Principal, switch_id: UUID) -> dict[str, Any]:
    found = await wired.switches.one(who.agency, switch_id)
    if found is None:
        raise Problem("unknown-switch")
    return found


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in row.items()}
