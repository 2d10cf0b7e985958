"""A member's timeline, and the consent ledger: `/v1/members/{member_ref}/timeline` and `/consents`."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, StrictBool

from app.api.answers import Cursor, Limit, answer, cursor_id, page_by_id, plain
from app.api.auth import MembersReader, MembersWriter, Wired
from app.api.bodies import json_body
from app.api.documents import json_request, problems
from app.api.event_data import ConsentSaid
from app.api.members import MemberRef, held, say, shown
from app.api.once import IdempotencyKey, once
from app.api.problems import Problem
from app.rules.record import BY_STAFF

router: Final = APIRouter(tags=["Members"])
LINE: Final = (
    "id", "channel", "purpose", "granted", "basis", "with_whom", "wording", "language", "source", "at", "until",
    "recorded_at", "number",
)  # fmt: skip


class ConsentWish(ConsentSaid):
    """A yes or a no for one channel, or for all."""

    granted: StrictBool


Wish = Annotated[ConsentWish, Depends(json_body(ConsentWish))]


class Timeline(BaseModel):
    """What happened and what will, in the order of time."""

    data: list[dict[str, Any]]


class ConsentLines(BaseModel):
    """Lines of the ledger, oldest first."""

    data: list[dict[str, Any]]
    has_more: bool
    next: str | None


class ConsentTaken(BaseModel):
    """Whether the line said anything new, and what the consents say now."""

    status: str
    consents: list[dict[str, Any]]


@router.get(
    "/v1/members/{member_ref:path}/timeline",
    response_model=Timeline,
    responses=problems(401, 403, 404, 422),
    summary="Read a member's timeline",
)
async def get_timeline(member_ref: MemberRef, who: MembersReader, wired: Wired) -> Response:
    """Return what happened, what is planned and what is not, each with its reason in a sentence."""
    told = await wired.timeline.of(who.agency, member_ref)
    if told is None:
        raise Problem("unknown-member")
    return answer({"data": [{name: plain(value) for name, value in entry.items()} for entry in told.entries]})


@router.get(
    "/v1/members/{member_ref:path}/consents",
    response_model=ConsentLines,
    responses=problems(401, 403, 404, 422),
    summary="Read a member's consent ledger",
)
async def get_consents(
    request: Request,
    member_ref: MemberRef,
    *,
    who: MembersReader,
    wired: Wired,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Return the lines of the ledger, oldest first; one that is linked has its number and hash in the chain."""
    view, after = await held(wired, who, member_ref), cursor_id(cursor)
    rows = await wired.reporting.member_consents(who.agency, view.member.id, after=after, limit=limit + 1)
    return page_by_id(request, rows, lambda row: _line(row, view.addresses), limit=limit)


@router.post(
    "/v1/members/{member_ref:path}/consents",
    response_model=ConsentTaken,
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422),
    openapi_extra=json_request(ConsentWish),
    summary="Write a yes or a no",
)
async def post_consent(
    request: Request, member_ref: MemberRef, *, who: MembersWriter, wired: Wired, wish: Wish, key: IdempotencyKey = None
) -> Response:
    """Add a line in the staff's name; without an address it is about all points of the channel held now."""
    await held(wired, who, member_ref)

    async def work() -> dict[str, Any]:
        type_ = "consent.granted" if wish.granted else "consent.revoked"
        body = request.state.body
        result = await say(wired, who, member_ref, type_=type_, data=wish, body=body, source=BY_STAFF)
        view = await held(wired, who, member_ref)
        return {"status": result.status, "consents": shown(view)["consents"]}

    return await once(request, wired, who.agency, key, work)


def _line(row: Any, addresses: dict[bytes, str]) -> dict[str, Any]:  # noqa: ANN401  (a row of the ledger)
    return {
        **{name: plain(getattr(row, name)) for name in LINE},
        "hash": row.hash and bytes(row.hash).hex(),
        "address": addresses.get(bytes(row.address_index)),
    }
