"""`/v1/messages`: what was and will be sent, message by message, and the settling of what nobody could prove."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from app.api.answers import Cursor, Limit, answer, cursor_moment, cursor_uuid, month, open_cursor, page, plain
from app.api.auth import Admin, ReportsReader, Wired
from app.api.bodies import json_body
from app.api.documents import json_request, problems
from app.api.fields import Month
from app.api.once import IdempotencyKey, once
from app.api.problems import Problem
from app.pipeline.tenancy import Principal
from app.rules.reasons import sentence
from app.rules.statuses import Status
from app.wiring import Services

router: Final = APIRouter(tags=["Reports"])
INNER: Final = ("attempts", "receipts", "settlements")
MONTHS: Final = ("month", "renewal_month")
CODE: Final = r"^[A-Za-z0-9_.-]{1,64}$"


class Wanted(BaseModel):
    """Which messages to list."""

    kind: Literal["reminder", "code", "reply", "welcome", "broadcast", "test"] | None = None
    status: Status | None = None
    reason: Annotated[str, StringConstraints(pattern=CODE)] | None = None
    channel: Literal["sms", "email", "voice", "none"] | None = None
    month: Month | None = None
    member_ref: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = None


class MessageShown(BaseModel):
    """A message: what, by which channel, how it stands and why; never its words or address."""

    model_config = ConfigDict(extra="allow")
    id: UUID
    kind: str
    channel: str
    template: str
    language: str | None
    step: str | None
    status: Status
    reason: str | None
    explanation: str
    month: str
    member_ref: str | None


class Messages(BaseModel):
    """Messages, newest first."""

    data: list[MessageShown]
    has_more: bool
    next: str | None


class MessageDetail(MessageShown):
    """A message with each attempt to send it, each word of the provider, and each of a person."""

    attempts: list[dict[str, Any]]
    receipts: list[dict[str, Any]]
    settlements: list[dict[str, Any]]


class Settlement(BaseModel):
    """What a person knows of an `unknown` message, and how."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    status: Literal["delivered", "undelivered", "sent"]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


Settled = Annotated[Settlement, Depends(json_body(Settlement))]


Filters = Annotated[Wanted, Query()]


@router.get("/v1/messages", response_model=Messages, responses=problems(401, 403, 422), summary="List messages")
async def get_messages(
    request: Request, *, who: ReportsReader, wired: Wired, wanted: Filters, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """Return messages, newest first."""
    found = open_cursor(cursor, 2)
    before = (cursor_moment(found[0]), cursor_uuid(found[1])) if found else None
    rows = await wired.reporting.messages(who.agency, dict(wanted), before=before, limit=limit + 1)
    last = [rows[limit - 1]["created_at"], rows[limit - 1]["id"]] if len(rows) > limit else None
    return page(request, [shown(row) for row in rows[:limit]], limit=limit, cursor=last)


@router.get(
    "/v1/messages/{message_id}",
    response_model=MessageDetail,
    responses=problems(401, 403, 404, 422),
    summary="Read a message",
)
async def get_message(message_id: UUID, who: ReportsReader, wired: Wired) -> Response:
    """Return a message with its attempts and receipts."""
    return answer(await _one(wired, who, message_id))


@router.post(
    "/v1/messages/{message_id}/settle",
    response_model=MessageDetail,
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422),
    openapi_extra=json_request(Settlement),
    summary="Settle an unknown message",
)
async def settle(
    request: Request, message_id: UUID, *, who: Admin, wired: Wired, settled: Settled, key: IdempotencyKey = None
) -> Response:
    """Say what became of a message that nothing proves."""

    async def work() -> dict[str, Any]:
        await _one(wired, who, message_id)
        if not await wired.reporting.settle(
            who.agency, message_id, settled.status, reason=settled.reason, by=f"key {who.key_id}"
        ):
            raise Problem("not-unknown")
        return await _one(wired, who, message_id)

    return await once(request, wired, who.agency, key, work)


async def _one(wired: Services, who: Principal, message_id: UUID) -> dict[str, Any]:
    row = await wired.reporting.message(who.agency, message_id)
    if row is None:
        raise Problem("unknown-message")
    inner = {name: [_plain(one) for one in row[name]] for name in INNER}
    return shown({name: value for name, value in row.items() if name not in inner}) | inner


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message as it is answered."""
    months = {name: month(row[name]) for name in MONTHS}
    return {**_plain(row), **months, "explanation": sentence(row["reason"])}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in row.items()}
