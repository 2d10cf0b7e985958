"""Members by themselves: sign-up and its code, the wordings shown, and the one-click unsubscribe."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator

from app.api.answers import answer, moment
from app.api.auth import Wired
from app.api.bodies import json_body
from app.api.documents import json_request, problems
from app.api.event_data import address_of
from app.api.fields import LanguageTag, Month, Zip, wrong
from app.api.once import IdempotencyKey, once
from app.api.problems import KINDS, Fault, Problem
from app.rules.facts import Channel
from app.rules.flyers import PLACE
from app.rules.languages import fallbacks
from app.rules.network import Network, network_of
from app.rules.signup import AddressFault, Refusal, SignupAsked, Who, read_address
from app.rules.wording import prepare
from app.rules.wording_values import agency_words
from app.wiring import Services

router: Final = APIRouter(tags=["Members by themselves"])
NOBODY: Final = UUID(int=0)
Code = Annotated[str, StringConstraints(pattern=r"^[0-9 ]{1,20}$")]
AgencyCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Token = Annotated[str, StringConstraints(max_length=200)]
ADDRESS_FAULTS: Final[Mapping[AddressFault, str]] = {
    AddressFault.LANDLINE: "this number cannot get texts; choose the channel voice, or give a mobile number",
    AddressFault.LOOKALIKE: "this address has letters that look like others; type it again in plain letters",
}
"""What is said of an address that is well written and still cannot be signed up."""
AN_HOUR: Final = {"Retry-After": "3600"}
HEADERS: Final[Mapping[Refusal, Mapping[str, str]]] = {Refusal.TOO_MANY: AN_HOUR, Refusal.PAUSED: AN_HOUR}
POINTERS: Final[Mapping[Refusal, str]] = {
    Refusal.UNKNOWN_AGENCY: "/agency",
    Refusal.UNKNOWN_WORDING: "/consent_wording",
    Refusal.CHANNEL_NOT_OFFERED: "/channel",
    Refusal.MINOR: "/who",
}


class SignupWish(BaseModel):
    """What a person fills in; `consent_wording` is the id of the wording that was shown."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    agency: AgencyCode
    channel: Channel
    address: str = Field(max_length=255, description="A US number in E.164, or an e-mail address.")
    language: LanguageTag
    language_spoken: LanguageTag | None = None
    renewal_month: Month | None = None
    who: Who = Field(Who.MYSELF, description="Who is under 18 is refused; somebody else may sign up for them.")
    zip: Zip | None = None
    place: Annotated[str, StringConstraints(pattern=PLACE.pattern)] | None = None
    consent_wording: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]

    @field_validator("address")
    @classmethod
    def _address_fits(cls, value: str, info: ValidationInfo) -> str:
        channel = info.data.get("channel")
        read = read_address(channel, value) if channel else ""
        if isinstance(read, AddressFault) and read in ADDRESS_FAULTS:
            raise wrong(ADDRESS_FAULTS[read])
        return address_of(channel or "all", value) or ""


class CodeTyped(BaseModel):
    """The code that came to the address."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    code: Code


class SignupAnswer(BaseModel):
    """The same answer whether the address is known or not."""

    id: UUID
    expires_at: datetime


class Confirmed(BaseModel):
    """The sign-up is confirmed."""

    id: UUID
    status: Literal["confirmed"]


class WordingShown(BaseModel):
    """What a person is to be shown before saying yes."""

    id: str
    channel: Channel
    language: str
    text: str


class Wordings(BaseModel):
    """The consent wordings."""

    data: list[WordingShown]


class WordingsAsked(BaseModel):
    """Which wordings: in a language (the nearest we have), with an agency's name and numbers filled in."""

    language: LanguageTag | None = None
    agency: AgencyCode | None = None
    channel: Channel | None = None


Wish = Annotated[SignupWish, Depends(json_body(SignupWish))]
Typed = Annotated[CodeTyped, Depends(json_body(CodeTyped))]


@router.post(
    "/v1/signups",
    status_code=202,
    response_model=SignupAnswer,
    responses=problems(400, 409, 413, 415, 422, 429, 503),
    openapi_extra=json_request(SignupWish),
    summary="Sign up for reminders",
)
async def post_signup(request: Request, wired: Wired, wish: Wish, key: IdempotencyKey = None) -> Response:
    """Take a sign-up; a code goes to the address. No API key is needed."""
    agency = await wired.tenancy.by_code(wish.agency) if key else None

    async def work() -> dict[str, Any]:
        taken = await wired.signup.ask(_asked(wish, network_of(request.scope, wired.settings.proxies)))
        if isinstance(taken, Refusal):
            raise _refused(taken)
        return {"id": str(taken.id), "expires_at": moment(taken.expires_at)}

    return await once(request, wired, agency.id if agency else NOBODY, key, work, status=202)


def _asked(wish: SignupWish, network: Network) -> SignupAsked:
    return SignupAsked(
        wish.agency, wish.channel, wish.address, wish.language, wish.consent_wording, wish.renewal_month,
        spoken=wish.language_spoken, who=wish.who, zip=wish.zip, place=wish.place, network=network,
    )  # fmt: skip


def _refused(refusal: Refusal) -> Problem:
    pointed = [Fault(POINTERS[refusal], KINDS[refusal].cause)] if refusal in POINTERS else []
    return Problem(refusal, errors=pointed, headers=HEADERS.get(refusal))


@router.post(
    "/v1/signups/{signup_id}/confirm",
    response_model=Confirmed,
    responses=problems(400, 409, 413, 415, 422, 429),
    openapi_extra=json_request(CodeTyped),
    summary="Confirm a sign-up",
)
async def confirm(
    request: Request, signup_id: UUID, wired: Wired, typed: Typed, key: IdempotencyKey = None
) -> Response:
    """Check the code; a wrong one and an unknown sign-up get the same answer."""

    async def work() -> dict[str, Any]:
        if not await wired.signup.may_try(network_of(request.scope, wired.settings.proxies)):
            raise _refused(Refusal.TOO_MANY)
        found = await wired.signup.confirm(signup_id, typed.code.replace(" ", ""))
        if isinstance(found, Refusal):
            raise Problem("wrong-code", errors=[Fault("/code", KINDS["wrong-code"].mend)])
        return {"id": str(found), "status": "confirmed"}

    return await once(request, wired, NOBODY, key, work)


@router.get(
    "/v1/consent-wordings", response_model=Wordings, responses=problems(422), summary="List the consent wordings"
)
async def get_wordings(wired: Wired, asked: Annotated[WordingsAsked, Query()]) -> Response:
    """Return the wordings by id, channel and language; without an agency its words stand as marks."""
    words = await _agency_words(wired, asked.agency)
    every = wired.wording.wordings
    has = {one.language for one in every}
    language = next((tag for tag in fallbacks(asked.language) if tag in has), None) if asked.language else None
    found = [
        one for one in every
        if language in {None, one.language} and asked.channel in {None, one.channel}
    ]  # fmt: skip
    shown = [
        {"id": one.id, "channel": one.channel, "language": one.language, "text": prepare(one.text, words).source}
        for one in sorted(found, key=lambda one: (one.id, one.language, one.channel))
    ]
    return answer({"data": shown})


async def _agency_words(wired: Services, code: str | None) -> dict[str, str]:
    if code is None:
        return {}
    agency = await wired.tenancy.by_code(code)
    if agency is None:
        raise Problem("unknown-agency", errors=[Fault("/query/agency", KINDS["unknown-agency"].cause)])
    return agency_words(agency)


@router.post(
    "/v1/unsubscribe/{token}",
    response_model=dict[str, str],
    responses=problems(404, 422),
    summary="Unsubscribe with one click (RFC 8058)",
)
async def unsubscribe(token: Token, wired: Wired) -> Response:
    """Stop the e-mails to the address that the link belongs to; again is as good as once."""
    if not await wired.consents.unsubscribe(token):
        raise Problem("unknown-link")
    return answer({"status": "unsubscribed"})


@router.get(
    "/v1/unsubscribe/{token}",
    status_code=303,
    response_class=RedirectResponse,
    responses=problems(422),
    summary="Go to the page that asks first",
)
async def ask_first(token: Token, lang: Annotated[str, Query(max_length=35)] = "") -> Response:
    """Go to the page with the button, in the e-mail's language: opening a link never unsubscribes."""
    language = f"?lang={quote(lang, safe='')}" if lang else ""
    return RedirectResponse(f"/unsubscribe/{quote(token, safe='')}{language}", 303)
