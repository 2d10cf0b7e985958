"""What providers tell us. The stage verifies the raw request; a forged or stale one gets 403 and changes nothing."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.api.auth import Wired
from app.api.bodies import read_body
from app.api.documents import Responses, problems
from app.pipeline.receipts import Answer, Heard
from app.rules.facts import Channel

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


@router.post("/callbacks/twilio/messages/{reference}", status_code=204, responses=ANSWERS, openapi_extra=FORM)
async def text_status(reference: str, callback: Callback, wired: Wired) -> Response:
    """The status of one of our texts."""
    return _response(await wired.receipts.take(Channel.SMS, callback, reference))


@router.post("/callbacks/twilio/inbound", status_code=204, responses=ANSWERS, openapi_extra=FORM)
async def text_to_us(callback: Callback, wired: Wired) -> Response:
    """A text that somebody sent us."""
    return _response(await wired.receipts.take(Channel.SMS, callback))


@router.post("/callbacks/twilio/calls/{reference}", response_class=Response, responses=ANSWERS, openapi_extra=FORM)
async def call_answered(reference: str, callback: Callback, wired: Wired) -> Response:
    """A call was answered: what shall it say?"""
    return _response(await wired.receipts.take(Channel.VOICE, callback, reference))


@router.post(
    "/callbacks/twilio/calls/{reference}/{part}", response_class=Response, responses=ANSWERS,
    openapi_extra=FORM,
)  # fmt: skip
async def call_part(reference: str, part: Literal["keys", "status"], callback: Callback, wired: Wired) -> Response:
    """A pressed key, or the status of a call."""
    return _response(await wired.receipts.take(Channel.VOICE, callback, reference, part))


@router.post("/callbacks/twilio/voice", response_class=Response, responses=ANSWERS, openapi_extra=FORM)
async def call_to_us(callback: Callback, wired: Wired) -> Response:
    """Somebody calls our number."""
    return _response(await wired.receipts.greet(callback))


@router.post("/callbacks/sendgrid/events", status_code=204, responses=ANSWERS, openapi_extra=EVENTS)
async def mail_events(callback: Callback, wired: Wired) -> Response:
    """A batch of e-mail events."""
    return _response(await wired.receipts.take(Channel.EMAIL, callback))


def _response(said: Answer) -> Response:
    return Response(said.body, said.status, media_type=said.media_type if said.body else None)
