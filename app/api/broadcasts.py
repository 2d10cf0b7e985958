"""`/v1/broadcasts`: one message to many people: written, approved by somebody else, watched, canceled."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.answers import Cursor, Limit, answer, cursor_id, page_by_id, plain
from app.api.auth import Admin, Wired, agency_of, name_of
from app.api.bodies import json_body
from app.api.documents import json_request, problems
from app.api.fields import LanguageTag, Moment, Month, Word, Zone
from app.api.once import IdempotencyKey, once
from app.api.problems import Problem, refused
from app.pipeline.broadcasts import BadBroadcast, NotADraft, SamePerson
from app.pipeline.tenancy import Principal
from app.rules.broadcasts import Audience, BroadcastAsked, BroadcastStatus, Who
from app.rules.facts import Channel, RenewalStatus
from app.wiring import Services

router: Final = APIRouter(tags=["Broadcasts"])
MOST: Final = 100
"""So many values may narrow an audience in one way."""
ChannelName = Literal["sms", "email", "voice"]
State = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,5}$")]


class AudienceAsked(BaseModel):
    """Whom it is for; what is left out narrows nothing. ZIP codes are kept sealed and cannot be asked for."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    languages: Annotated[list[LanguageTag], Field(max_length=MOST)] = []
    programs: Annotated[list[Word], Field(max_length=MOST)] = []
    statuses: Annotated[list[RenewalStatus], Field(max_length=MOST)] = []
    renewal_months: Annotated[list[Month], Field(max_length=MOST)] = []
    channels: Annotated[list[ChannelName], Field(max_length=MOST)] = []
    zones: Annotated[list[Zone], Field(max_length=MOST)] = []
    states: Annotated[list[State], Field(max_length=MOST)] = []
    zip_prefixes: Annotated[list[Digits], Field(max_length=MOST)] = []

    def asked(self) -> Audience:
        """Return what the stage is asked for."""
        return Audience(
            languages=tuple(self.languages), programs=tuple(self.programs),
            statuses=tuple(str(status) for status in self.statuses), renewal_months=tuple(self.renewal_months),
            channels=tuple(map(Channel, self.channels)), zones=tuple(self.zones), states=tuple(self.states),
            zip_prefixes=tuple(self.zip_prefixes),
        )  # fmt: skip


class BroadcastWritten(BaseModel):
    """A broadcast to be approved: its template, whom it is for, by which channels, from when until when."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    template: Word
    audience: AudienceAsked = AudienceAsked()
    channels: list[ChannelName] | None = None
    starts_at: Moment | None = None
    deadline_at: Moment | None = None

    def asked(self) -> BroadcastAsked:
        """Return what the stage is asked for; without channels it is all that the agency has."""
        channels = None if self.channels is None else tuple(dict.fromkeys(map(Channel, self.channels)))
        return BroadcastAsked(self.template, self.audience.asked(), channels, self.starts_at, self.deadline_at)


class BroadcastShown(BaseModel):
    """A broadcast: who wrote and approved it, how many people hear it or not and why, and how far it has come."""

    model_config = ConfigDict(extra="allow")
    id: UUID
    template: str
    purpose: str
    audience: dict[str, list[str]]
    channels: list[str]
    starts_at: str
    deadline_at: str
    status: BroadcastStatus
    written_by: str
    written_at: str
    approved_by: str | None
    approved_at: str | None
    canceled_by: str | None
    canceled_at: str | None
    counts: dict[str, Any]


class BroadcastDetail(BroadcastShown):
    """A broadcast with its words in each language, and how many messages stand where."""

    words: list[dict[str, Any]]
    progress: list[dict[str, Any]]


class BroadcastsShown(BaseModel):
    """Broadcasts, the newest first."""

    data: list[BroadcastShown]
    has_more: bool
    next: str | None


Written = Annotated[BroadcastWritten, Depends(json_body(BroadcastWritten))]


@router.post(
    "/v1/broadcasts",
    response_model=BroadcastDetail,
    status_code=201,
    responses=problems(400, 401, 403, 409, 413, 415, 422),
    openapi_extra=json_request(BroadcastWritten),
    summary="Write a broadcast",
)
async def write_broadcast(
    request: Request, *, who: Admin, wired: Wired, body: Written, key: IdempotencyKey = None
) -> Response:
    """Write a draft, and say how many people it would reach by channel and language, and how many not and why."""

    async def work() -> dict[str, Any]:
        agency = await agency_of(wired, who)
        found = await wired.broadcasts.write(agency, body.asked(), await _person(wired, who))
        if isinstance(found, BadBroadcast):
            raise refused(found.mistakes)
        return _shown(found)

    return await once(request, wired, who.agency, key, work, status=201)


@router.get(
    "/v1/broadcasts", response_model=BroadcastsShown, responses=problems(401, 403, 422), summary="List broadcasts"
)
async def get_broadcasts(
    request: Request, *, who: Admin, wired: Wired, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """Return the broadcasts of the agency, the newest first."""
    rows = await wired.broadcasts.every(who.agency, before=cursor_id(cursor), limit=limit + 1)
    return page_by_id(request, rows, _shown, limit=limit)


@router.get(
    "/v1/broadcasts/{broadcast_id}",
    response_model=BroadcastDetail,
    responses=problems(401, 403, 404, 422),
    summary="Read a broadcast",
)
async def get_broadcast(broadcast_id: UUID, who: Admin, wired: Wired) -> Response:
    """Return a broadcast with its words and how many messages stand where."""
    return answer(_known(await wired.broadcasts.one(who.agency, broadcast_id)))


@router.post(
    "/v1/broadcasts/{broadcast_id}/approve",
    response_model=BroadcastDetail,
    responses=problems(400, 401, 403, 404, 409, 422),
    summary="Approve a broadcast of somebody else",
)
async def approve_broadcast(
    request: Request, broadcast_id: UUID, *, who: Admin, wired: Wired, key: IdempotencyKey = None
) -> Response:
    """Approve a draft that somebody else wrote; its messages are laid out after that."""
    request.state.body = b""

    async def work() -> dict[str, Any]:
        found = await wired.broadcasts.approve(who.agency, broadcast_id, await _person(wired, who))
        if isinstance(found, SamePerson | NotADraft):
            raise Problem(REFUSALS[type(found)])
        return _known(found)

    return await once(request, wired, who.agency, key, work)


@router.delete(
    "/v1/broadcasts/{broadcast_id}",
    response_model=BroadcastDetail,
    responses=problems(401, 403, 404, 422),
    summary="Cancel a broadcast",
)
async def cancel_broadcast(broadcast_id: UUID, who: Admin, wired: Wired) -> Response:
    """Cancel a broadcast: whatever of it has not left does not leave."""
    return answer(_known(await wired.broadcasts.cancel(who.agency, broadcast_id, await _person(wired, who))))


REFUSALS: Final = {SamePerson: "same-person", NotADraft: "not-a-draft"}


async def _person(wired: Services, who: Principal) -> Who:
    """Return who a key stands for: the name that it was made under, and itself."""
    return Who(await name_of(wired, who), who.key_id)


def _known(found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        raise Problem("unknown-broadcast")
    return _shown(found)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in row.items()}
