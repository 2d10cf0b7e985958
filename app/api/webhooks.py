"""`/v1/webhooks`: what the county wants to hear, signed as Standard Webhooks: added, listed, deleted."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.answers import answer, plain
from app.api.auth import Admin, Wired
from app.api.bodies import json_body
from app.api.documents import json_request, problems
from app.api.once import IdempotencyKey, once
from app.api.problems import Problem, refused
from app.rules.webhooks import LONGEST_URL, BadWebhook

router: Final = APIRouter(tags=["Webhooks"])
Event = Literal["contact.bounced", "consent.revoked", "contact.wrong_person", "message.delivered", "member.replied"]


class WebhookWish(BaseModel):
    """Where to, and of what."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    url: Annotated[str, Field(min_length=1, max_length=LONGEST_URL)]
    events: Annotated[list[Event], Field(min_length=1, max_length=5)]


class WebhookShown(BaseModel):
    """A webhook: since when its receiver takes nothing, whether it is still called, and how many calls wait."""

    id: UUID
    url: str
    events: list[str]
    created_at: str
    failing_since: str | None
    disabled_at: str | None
    disabled_because: Literal["gone", "failing"] | None
    waiting: int


class WebhookMade(WebhookShown):
    """A new webhook with its secret, which is shown this once."""

    secret: str


class WebhooksShown(BaseModel):
    """All webhooks of the agency, oldest first."""

    data: list[WebhookShown]


Wish = Annotated[WebhookWish, Depends(json_body(WebhookWish))]


@router.post(
    "/v1/webhooks",
    response_model=WebhookMade,
    status_code=201,
    responses=problems(400, 401, 403, 409, 413, 415, 422),
    openapi_extra=json_request(WebhookWish),
    summary="Add a webhook",
)
async def post_webhook(
    request: Request, *, who: Admin, wired: Wired, wish: Wish, key: IdempotencyKey = None
) -> Response:
    """Add a receiver of events; the answer has the secret that its signatures are checked with."""

    async def work() -> dict[str, Any]:
        made = await wired.webhooks.add(who.agency, wish.url, wish.events)
        if isinstance(made, BadWebhook):
            raise refused([made])
        return _shown(made)

    return await once(request, wired, who.agency, key, work, status=201)


@router.get("/v1/webhooks", response_model=WebhooksShown, responses=problems(401, 403), summary="List the webhooks")
async def get_webhooks(who: Admin, wired: Wired) -> Response:
    """Return the agency's webhooks without their secrets."""
    return answer({"data": [_shown(row) for row in await wired.webhooks.every(who.agency)]})


@router.delete(
    "/v1/webhooks/{webhook_id}",
    status_code=204,
    responses=problems(401, 403, 404, 422),
    summary="Delete a webhook",
)
async def delete_webhook(webhook_id: UUID, who: Admin, wired: Wired) -> Response:
    """Delete a webhook; what waits for it is not sent any more."""
    if not await wired.webhooks.remove(who.agency, webhook_id):
        raise Problem("unknown-webhook")
    return Response(status_code=204)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in row.items()}
