"""What providers tell us. The stage verifies the raw request; a forged or stale one gets 403 and changes nothing."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.api.auth import Wired
from app.api.bodies import read_body
from app.api.documents import Responses, problems
from app.pipeline.receipts import Answer, Heard

router: Final = APIRouter(tags=["Providers"])
ANSWERS: Final[Responses] = {
    200: {"description": "What the call shall say (TwiML)", "content": {"text/xml": {"schema": {"type": "string"}}}},
    204: {"description": "Taken"},
    403: {"description": "Not from the provider; nothing is changed"},
    **problems(413, 422),
}
FORM: Final = {"requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}}}
EVENTS: Final = {"requestBody": {"content": {"application/json": {"schema": {"type": "array"}}}}}


async def heard(request: Request) -> Heard:
    """Return the request as the provider sent it, at the address that the provider was given."""
    path = request.scope.get("raw_path") or request.scope["path"].encode()
    query = request.scope["query_string"]
    url = request.app.state.public_url + (path + (b"?" + query if query else b"")).decode("latin-1")
    return Heard(url=url, headers=dict(request.headers), body=await read_body(request))


Callback = Annotated[Heard, Depends(heard)]


@router.post("/callbacks/{provider}/messages/{reference}", status_code=204, responses=ANSWERS, openapi_extra=FORM)
async def text_status(provider: str, reference: str, callback: Callback, wired: Wired) -> Response:
    """The status of one of our texts."""
    return _response(await wired.receipts.take(provider, "messages", callback, reference))


@router.post("/callbacks/{provider}/inbound", status_code=204, responses=ANSWERS, openapi_extra=FORM)
async def text_to_us(provider: str, callback: Callback, wired: Wired) -> Response:
    """A text that somebody sent us."""
    return _response(await wired.receipts.take(provider, "inbound", callback))


@router.post(
    "/callbacks/{provider}/calls/{reference}", response_class=Response, responses=ANSWERS, openapi_extra=FORM
)  # fmt: skip
async def call_answered(provider: str, reference: str, callback: Callback, wired: Wired) -> Response:
    """A call was answered: what shall it say?"""
    return _response(await wired.receipts.take(provider, "calls", callback, reference))


@router.post(
    "/callbacks/{provider}/calls/{reference}/{part:path}", response_class=Response, responses=ANSWERS,
    openapi_extra=FORM,
)  # fmt: skip
async def call_part(provider: str, reference: str, part: str, callback: Callback, wired: Wired) -> Response:
    """A pressed key (`keys`, `keys/…`), or the status of a call (`status`)."""
    return _response(await wired.receipts.take(provider, "calls", callback, reference, part))


@router.post("/callbacks/{provider}/voice", response_class=Response, responses=ANSWERS, openapi_extra=FORM)
async def call_to_us(provider: str, callback: Callback, wired: Wired) -> Response:
    """Somebody calls our number."""
    return _response(await wired.receipts.take(provider, "voice", callback))


@router.post(
    "/callbacks/{provider}/voice/{part:path}", response_class=Response, responses=ANSWERS, openapi_extra=FORM
)  # fmt: skip
async def call_to_us_part(provider: str, part: str, callback: Callback, wired: Wired) -> Response:
    """Somebody who calls our number pressed a key."""
    return _response(await wired.receipts.take(provider, "voice", callback, part=part))


@router.post("/callbacks/{provider}/events", status_code=204, responses=ANSWERS, openapi_extra=EVENTS)
async def mail_events(provider: str, callback: Callback, wired: Wired) -> Response:
    """A batch of e-mail events."""
    return _response(await wired.receipts.take(provider, "events", callback))


def _response(said: Answer) -> Response:
    return Response(said.body, said.status, media_type=said.media_type if said.body else None)
