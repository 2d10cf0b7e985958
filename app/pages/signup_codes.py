"""`/signup/{agency}/code`: where the codes are typed, and what came of it; only for the browser that asked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.pages.cookies import read_cookie
from app.pages.errors import error_page
from app.pages.forms import BadForm, read_form
from app.pages.frames import page
from app.pages.signup import BROWSER, KEY, REFUSED, Wired, agency_of, refused
from app.rules.agency import Agency
from app.rules.cells import ascii_digits
from app.rules.facts import Channel
from app.rules.network import network_of
from app.rules.signup import Refusal, Standing
from app.rules.wording_values import shown_phone
from app.wiring import Services

router: Final = APIRouter(include_in_schema=False)
FRAME: Final = "signup_code.html"
DONE_FRAME: Final = "signup_done.html"
MOST: Final = len(Channel)
Ids = Annotated[list[str], Query(alias="s")]


@router.get("/signup/{code}/code")
async def show(request: Request, code: str, wired: Wired, ids: Ids = []) -> Response:  # noqa: B006
    """Show the fields for the codes, or what was signed up when all of them were right."""
    agency = await agency_of(request, code)
    if agency is None:
        return await error_page(request, wired, 404)
    return await _page(request, wired, agency, await _standing(request, wired, agency, ids), {})


@router.post("/signup/{code}/code")
async def check(request: Request, code: str, wired: Wired, ids: Ids = []) -> Response:  # noqa: B006
    """Check the codes; each that is right signs its channel up, whatever the others are."""
    agency, fields = await agency_of(request, code), await read_form(request)
    if agency is None or isinstance(fields, BadForm):
        return await error_page(request, wired, 404 if agency is None else 400, agency=agency)
    if not await wired.signup.may_try(network_of(request.scope, wired.settings.proxies)):
        return await refused(request, wired, agency, Refusal.TOO_MANY)
    standing = await _standing(request, wired, agency, ids)
    browser = read_cookie(request, wired.settings, BROWSER)
    wrong = {field_of(one): await _try(wired, one, fields, browser) for one in standing}
    wrong = {name: sentence for name, sentence in wrong.items() if sentence}
    if standing and not wrong:
        return RedirectResponse(f"{request.url.path}?{request.url.query}", 303)
    now = [one if field_of(one) in wrong else replace(one, confirmed=True) for one in standing]
    return await _page(request, wired, agency, now, wrong)


async def _try(wired: Services, one: Standing, fields: Mapping[str, Sequence[str]], browser: str | None) -> str:
    """Try what was typed for one channel; return the name of the sentence that says what is wrong with it."""
    typed = "".join(sign for sign in ascii_digits((fields.get(field_of(one)) or [""])[0]) if sign.isdecimal())
    if one.confirmed:
        return ""
    if not typed:
        return "need_code"
    return "wrong_code" if isinstance(await wired.signup.confirm(one.id, typed, browser), Refusal) else ""


async def _standing(request: Request, wired: Services, agency: Agency, ids: Sequence[str]) -> list[Standing]:
    browser = read_cookie(request, wired.settings, BROWSER)
    return await wired.signup.standing(agency.id, _read(ids), browser) if browser else []


async def _page(
    request: Request, wired: Services, agency: Agency, standing: Sequence[Standing], wrong: Mapping[str, str]
) -> Response:
    """Show where the sign-ups stand; nothing but the way back to who did not ask for them here."""
    if not standing:
        return await error_page(request, wired, 404, "over", agency=agency)
    frame = DONE_FRAME if all(one.confirmed for one in standing) else FRAME
    shown = [(one, field_of(one), _shown(one)) for one in standing]
    return await page(
        request, wired, frame, KEY, agency=agency, status=REFUSED if wrong else 200, standing=shown, wrong=wrong
    )


def field_of(one: Standing) -> str:
    """Return the name of the field for a sign-up's code."""
    return f"code-{one.channel}"


def _shown(one: Standing) -> str:
    return one.address if one.channel is Channel.EMAIL else shown_phone(one.address)


def _read(ids: Sequence[str]) -> list[UUID]:
    """Return those ids that are ids, each once, and no more than there are channels."""
    found = list[UUID]()
    for text in ids[:MOST]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))
