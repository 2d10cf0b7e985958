"""`/` and `/signup/{agency}`: where a person lives, how they want to be reminded, and their yes to it."""

import secrets
from collections.abc import Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.pages.cookies import read_cookie, set_cookie
from app.pages.errors import error_page
from app.pages.forms import BadForm, read_form
from app.pages.frames import page, reader_language, shelf_of
from app.pages.phrases import Phrase
from app.pages.signup_form import UNKNOWN, WORDING, Filled, filled_of, mistakes, wishes
from app.rules.agency import Agency
from app.rules.facts import Channel
from app.rules.flyers import PLACE
from app.rules.language_choices import likely_heard, script_of, to_hear, to_read
from app.rules.network import network_of
from app.rules.signup import Refusal, SignupTaken, Who
from app.rules.wording_values import agency_words, month_name
from app.rules.zip_codes import county_of_zip
from app.rules.zones import read_zip
from app.wiring import Services

router: Final = APIRouter(include_in_schema=False)
KEY: Final = "page_signup"
WHERE_FRAME: Final = "signup_where.html"
FORM_FRAME: Final = "signup_form.html"
ENDED_FRAME: Final = "signup_ended.html"
BROWSER: Final = "kc_browser"
BROWSER_LIVES: Final = 2 * 3600
"""Seconds; a code lives ten minutes, what came of it is shown for an hour."""
REMINDER: Final = "renewal_two_months"
"""Who has words for this can be reminded in a language."""
STATUS: Final = {Refusal.TOO_MANY: 429, Refusal.PAUSED: 503}
REFUSED: Final = 422


def services(request: Request) -> Services:
    """Return the stages."""
    wired: Services = request.app.state.services
    return wired


Wired = Annotated[Services, Depends(services)]


@router.get("/")
async def where(request: Request, wired: Wired) -> Response:
    """Ask where the person lives, unless that is known or there is only one office."""
    agencies = await shelf_of(request).agencies.now()
    asked = request.query_params
    chosen = [agencies[0]] if len(agencies) == 1 else [one for one in agencies if one.code == asked.get("agency")]
    zip_code = read_zip(asked.get("zip", "")) or ""
    served = [one for one in agencies if one.county_code == county_of_zip(zip_code)] if zip_code else []
    if not chosen and len(served) == 1:
        chosen = served
    if chosen:
        return RedirectResponse(_address(f"/signup/{chosen[0].code}", request, zip=zip_code), 303)
    error = _where_error(asked.get("zip"), served, agencies)
    return await page(
        request, wired, WHERE_FRAME, KEY, zip=asked.get("zip", "")[:20], choices=served or agencies, error=error,
        place=_place(request), status=REFUSED if error else 200,
    )  # fmt: skip


def _where_error(zip_code: str | None, served: Sequence[Agency], agencies: Sequence[Agency]) -> str:
    """Return the name of the sentence that says what is amiss; nothing at first."""
    if zip_code is None or not agencies:
        return ""
    if served:
        return "several"
    return "unknown_zip" if read_zip(zip_code) else "need_where"


@router.get("/signup/{code}")
async def form(request: Request, code: str, wired: Wired) -> Response:
    """Show the form."""
    agency = await agency_of(request, code)
    if agency is None:
        return await error_page(request, wired, 404)
    zip_code = read_zip(request.query_params.get("zip", "")) or ""
    return await _form(request, wired, agency, Filled(zip=zip_code, place=_place(request)))


@router.post("/signup/{code}")
async def ask(request: Request, code: str, wired: Wired) -> Response:
    """Take the form: one sign-up for each channel, each with a code of its own."""
    agency, fields = await agency_of(request, code), await read_form(request)
    if agency is None or isinstance(fields, BadForm):
        return await error_page(request, wired, 404 if agency is None else 400, agency=agency)
    filled, offered = filled_of(fields), offered_by(agency)
    if filled.who == Who.MINOR:
        return await _ended(request, wired, agency, "minor")
    if wrong := mistakes(filled, offered):
        return await _form(request, wired, agency, filled, wrong)
    return await _taken(request, wired, agency, filled)


async def _taken(request: Request, wired: Services, agency: Agency, filled: Filled) -> Response:
    """Sign up, and lead to the page where the codes are typed, bound to this browser."""
    browser = read_cookie(request, wired.settings, BROWSER) or secrets.token_urlsafe(16)
    asked = wishes(
        filled, agency.code, offered_by(agency), shown_in=await reader_language(request, KEY),
        months=await wired.signup.months(agency), network=network_of(request.scope, wired.settings.proxies),
        browser=browser,
    )  # fmt: skip
    found = [await wired.signup.ask(one) for one in asked]
    taken = [str(one.id) for one in found if isinstance(one, SignupTaken)]
    if not taken:
        refusal = next(one for one in found if isinstance(one, Refusal))
        return await refused(request, wired, agency, refusal)
    response = RedirectResponse(_address(f"/signup/{agency.code}/code", request, s=taken), 303)
    set_cookie(response, wired.settings, BROWSER, browser, BROWSER_LIVES)
    return response


async def refused(request: Request, wired: Services, agency: Agency, refusal: Refusal) -> HTMLResponse:
    """Say that there is no code just now."""
    if refusal is Refusal.PAUSED:
        response = await _ended(request, wired, agency, "paused", status=STATUS[refusal])
    else:
        response = await error_page(request, wired, STATUS.get(refusal, 404), agency=agency)
    response.headers["Retry-After"] = "3600"
    return response


async def _form(
    request: Request, wired: Services, agency: Agency, filled: Filled, wrong: dict[str, str] | None = None
) -> HTMLResponse:
    language = await reader_language(request, KEY)
    book = await shelf_of(request).book.now()
    having = {tag for key, tag in book.versions if key == REMINDER}
    months = [(f"{month:%Y-%m}", month_name(month, language)) for month in await shelf_of(request).months(agency)]
    return await page(
        request, wired, FORM_FRAME, KEY, agency=agency, status=REFUSED if wrong else 200, filled=filled,
        wrong=wrong or {}, offered=[channel.value for channel in offered_by(agency)],
        consents=_consents(wired, agency, language), months=months, unknown=UNKNOWN,
        to_read=[(tag, own, tag) for tag, own in to_read(having)], read=filled.read or language,
        to_hear=[(tag, own, script_of(tag)) for tag, own in to_hear(having)],
        speak=filled.speak or likely_heard(filled.read or language),
    )  # fmt: skip


def _consents(wired: Services, agency: Agency, language: str) -> list[tuple[str, Phrase]]:
    """Return the wording for each channel, with the agency's words."""
    words = agency_words(agency)
    found = [(channel, wired.wording.wording(WORDING, language, channel)) for channel in offered_by(agency)]
    return [
        (channel.value, Phrase(one.text, one.language, words, foreign=one.language != language))
        for channel, one in found
        if one is not None
    ]


async def _ended(request: Request, wired: Services, agency: Agency, name: str, *, status: int = 200) -> HTMLResponse:
    return await page(request, wired, ENDED_FRAME, KEY, agency=agency, status=status, name=name)


async def agency_of(request: Request, code: str) -> Agency | None:
    """Return the agency of a code."""
    return next((one for one in await shelf_of(request).agencies.now() if one.code == code), None)


def offered_by(agency: Agency) -> list[Channel]:
    """Return the channels on which an agency sends."""
    return [channel for channel in (Channel.SMS, Channel.VOICE, Channel.EMAIL) if agency.sender(channel)]


def _place(request: Request) -> str:
    place = request.query_params.get("place", "")
    return place if PLACE.fullmatch(place) else ""


def _address(path: str, request: Request, **more: Any) -> str:  # noqa: ANN401
    """Return the address of the next page, which keeps the language and the place."""
    kept = {name: request.query_params.get(name, "")[:35] for name in ("lang", "place")}
    said = {name: value for name, value in {**kept, **more}.items() if value}
    return f"{path}?{urlencode(said, doseq=True)}" if said else path
