"""`/preferences/code` and `/p/{token}`: a code is typed or a link is opened, and leads to one's choices."""

import secrets
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.pages.cookies import read_cookie, set_cookie
from app.pages.errors import error_page
from app.pages.forms import BadForm, read_form
from app.pages.frames import page, reader_language, shelf_of
from app.pages.signup import BROWSER, BROWSER_LIVES, REFUSED, STATUS, Wired, agency_of, offered_by, refused
from app.pipeline.passes import LONGEST, PassAsked
from app.rules.agency import Agency
from app.rules.cells import ascii_digits
from app.rules.facts import Channel
from app.rules.network import network_of
from app.rules.signup import AddressFault, Refusal, read_address
from app.wiring import Services

router: Final = APIRouter(include_in_schema=False)
KEY: Final = "page_preferences"
HOME: Final = "/preferences"
ASK_FRAME: Final = "preferences_ask.html"
CODE_FRAME: Final = "preferences_code.html"
LINK_FRAME: Final = "preferences_link.html"
VISIT: Final = "kc_visit"
LONGEST_TOKEN: Final = 64
GONE: Final = 410
MOST_TYPED: Final = 254
Id = Annotated[str, Query(alias="p", max_length=64)]


async def ask_page(
    request: Request, wired: Services, agency: Agency | None, *,
    way: str = "", address: str = "", wrong: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    """Ask where a code is to go to."""
    agencies = await shelf_of(request).agencies.now()
    about = agency or (agencies[0] if len(agencies) == 1 else None)
    ways = offered_by(about) if about else list(Channel)
    return await page(
        request, wired, ASK_FRAME, KEY, agency=about, status=REFUSED if wrong else 200, here=HOME,
        choose=not about or len(agencies) > 1, ways=[one.value for one in ways],
        way=way or (ways[0].value if ways else ""), address=address, wrong=wrong or {},
        left=request.query_params.get("done") == "left",
    )  # fmt: skip


@router.post(HOME)
async def ask(request: Request, wired: Wired) -> Response:
    """Take the address; whoever it belongs to, the same follows."""
    form = await read_form(request)
    if isinstance(form, BadForm):
        return await error_page(request, wired, 400)
    code, way, typed = (form.get(name, [""])[0] for name in ("agency", "way", "address"))
    agencies = await shelf_of(request).agencies.now()
    agency = await agency_of(request, code) or (agencies[0] if len(agencies) == 1 else None)
    channel = Channel(way) if way in set(Channel) else Channel.SMS
    address = read_address(channel, typed)
    wrong = {} if agency else {"agency": "need_agency"}
    if isinstance(address, AddressFault):
        wrong["address"] = address.value if address is not AddressFault.LANDLINE else "bad_phone"
    if agency is None or isinstance(address, AddressFault):
        way = way if channel == way else ""
        return await ask_page(request, wired, agency, way=way, address=typed[:MOST_TYPED], wrong=wrong)
    return await _asked(request, wired, agency, channel, address)


async def _asked(request: Request, wired: Services, agency: Agency, channel: Channel, address: str) -> Response:
    browser = read_cookie(request, wired.settings, BROWSER) or secrets.token_urlsafe(16)
    asked = PassAsked(
        agency, channel, address, await reader_language(request, KEY), browser,
        network_of(request.scope, wired.settings.proxies),
    )  # fmt: skip
    found = await wired.passes.ask(asked)
    if isinstance(found, Refusal):
        return await refused(request, wired, agency, found) if found in STATUS else await error_page(
            request, wired, 400, agency=agency)  # fmt: skip
    response = RedirectResponse(f"{HOME}/code?{urlencode({'p': str(found), 'agency': agency.code})}", 303)
    set_cookie(response, wired.settings, BROWSER, browser, BROWSER_LIVES)
    return response


@router.get(f"{HOME}/code")
async def code_form(request: Request, wired: Wired, about: Annotated[str, Query(alias="agency")] = "") -> Response:
    """Show the field for the code, whether one was sent or not."""
    return await _code_page(request, wired, await agency_of(request, about))


@router.post(f"{HOME}/code")
async def check(
    request: Request, wired: Wired, id_: Id = "", about: Annotated[str, Query(alias="agency")] = ""
) -> Response:
    """Check the code; the right one leads to the choices."""
    form, agency = await read_form(request), await agency_of(request, about)
    if isinstance(form, BadForm):
        return await error_page(request, wired, 400, agency=agency)
    if not await wired.passes.may_try(network_of(request.scope, wired.settings.proxies)):
        return await error_page(request, wired, 429, agency=agency)
    typed = "".join(sign for sign in ascii_digits(form.get("code", [""])[0]) if sign.isdecimal())
    if not typed:
        return await _code_page(request, wired, agency, "need_code")
    token, asked = None, _uuid(id_)
    if asked is not None:
        token = await wired.passes.open_by_code(asked, typed, read_cookie(request, wired.settings, BROWSER))
    return come_in(wired, token) if token else await _code_page(request, wired, agency, "wrong_code")


@router.get("/p/{token}")
async def link(request: Request, token: str, wired: Wired) -> Response:
    """Show a button: programs that look where a link leads change nothing."""
    behind = await wired.passes.behind_link(token[:LONGEST_TOKEN])
    if behind is None:
        return await _old_link(request, wired)
    agencies = await shelf_of(request).agencies.now()
    agency = next((one for one in agencies if one.id == behind), None)
    return await page(request, wired, LINK_FRAME, KEY, agency=agency, old=False)


@router.post("/p/{token}")
async def follow(request: Request, token: str, wired: Wired) -> Response:
    """Use the link up and lead to the choices."""
    visit = await wired.passes.open_by_link(token[:LONGEST_TOKEN])
    return come_in(wired, visit) if visit else await _old_link(request, wired)


def come_in(wired: Services, token: str) -> Response:
    """Begin the visit in this browser."""
    response = RedirectResponse(HOME, 303)
    set_cookie(response, wired.settings, VISIT, token, int(LONGEST.total_seconds()))
    return response


async def _old_link(request: Request, wired: Services) -> Response:
    return await page(request, wired, LINK_FRAME, KEY, status=GONE, old=True)


async def _code_page(request: Request, wired: Services, agency: Agency | None, wrong: str = "") -> Response:
    return await page(
        request,
        wired,
        CODE_FRAME,
        KEY,
        agency=agency,
        status=REFUSED if wrong else 200,
        wrong=wrong,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
