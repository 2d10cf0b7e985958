"""`/v1/replies`: what people texted that a person has to read, and that somebody did."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from app.api.answers import Cursor, Limit, cursor_moment, cursor_uuid, open_cursor, page, plain
from app.api.auth import MembersReader, MembersWriter, Wired, name_of
from app.api.bodies import json_body
from app.api.documents import json_request, problems
from app.api.once import IdempotencyKey, once
from app.api.problems import Problem

router: Final = APIRouter(tags=["Members"])


class ReplyShown(BaseModel):
    """A text of a person: what it says and means, whose number it may be, and who saw to it."""

    id: UUID
    received_at: str
    from_: str
    body: str
    meaning: str
    member_refs: list[str]
    done_at: str | None
    done_by: str | None
    note: str | None

    model_config = ConfigDict(extra="allow", alias_generator=lambda name: name.rstrip("_"))


class RepliesShown(BaseModel):
    """Texts that wait, the oldest first; or those that were seen to, the newest first."""

    data: list[ReplyShown]
    has_more: bool
    next: str | None


class SeenTo(BaseModel):
    """What somebody did about a text."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    note: Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")] = ""


Status = Annotated[Literal["waiting", "done"], Query(description="Those that wait, or those that were seen to.")]
Done = Annotated[SeenTo, Depends(json_body(SeenTo))]


@router.get(
    "/v1/replies", response_model=RepliesShown, responses=problems(401, 403, 422), summary="List what people texted"
)
async def get_replies(
    request: Request, *, who: MembersReader, wired: Wired, status: Status = "waiting", limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:  # fmt: skip
    """Return texts that a person is to read; the number is masked, for it stands in the member's record."""
    found = open_cursor(cursor, 2)
    after = (cursor_moment(found[0]), cursor_uuid(found[1])) if found else None
    rows = await wired.answers_waiting.listed(who.agency, done=status == "done", after=after, limit=limit + 1)
    last = [rows[limit - 1]["received_at"], rows[limit - 1]["id"]] if len(rows) > limit else None
    return page(request, [_shown(row) for row in rows[:limit]], limit=limit, cursor=last)


@router.post(
    "/v1/replies/{reply_id}/done",
    response_model=ReplyShown,
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422),
    openapi_extra=json_request(SeenTo),
    summary="Say that a text was seen to",
)
async def post_done(
    request: Request, reply_id: UUID, *, who: MembersWriter, wired: Wired, body: Done, key: IdempotencyKey = None
) -> Response:
    """Take a text from the list of those that wait; the first who does so is kept, with a note."""

    async def work() -> dict[str, Any]:
        by = await name_of(wired, who)
        found = await wired.answers_waiting.done(who.agency, reply_id, by=by, note=body.note)
        if found is None:
            raise Problem("unknown-reply")
        return _shown(found)

    return await once(request, wired, who.agency, key, work)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in row.items()}
