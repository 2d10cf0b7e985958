"""`/f/{place}`: where a flyer's code leads; `/flyer/{place}`: the flyer itself, to be printed."""

from typing import Any, Final
from urllib.parse import urlencode

import segno
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from app.pages.errors import error_page
from app.pages.frames import COMMON, page
from app.pages.painting import STATIC, paint
from app.pages.phrases import Said
from app.pages.signup import KEY, Wired
from app.rules.agency import Agency
from app.rules.facts import Channel
from app.rules.flyers import Flyer, is_visit
from app.rules.languages import fallbacks, read_language
from app.rules.network import network_of
from app.rules.wording_values import agency_words, direction, shown_phone
from app.wiring import Services

router: Final = APIRouter(include_in_schema=False)
FRAME: Final = "flyer.html"
SHEET: Final = "flyer_sheet.html"
SCALE: Final = 8
JOIN: Final = "JOIN"


@router.api_route("/f/{place}", methods=["GET", "HEAD"])
async def follow(request: Request, place: str, wired: Wired) -> Response:
    """Count the visit, and lead to the sign-up in the flyer's language."""
    found = await wired.flyers.find(place)
    if found is None:
        return await error_page(request, wired, 404)
    flyer, agency = found
    if is_visit(request.method, request.headers):
        await wired.flyers.visited(flyer, agency, network_of(request.scope, wired.settings.proxies))
    query = urlencode({"place": flyer.place, "lang": flyer.language})
    return RedirectResponse(f"/signup/{agency.code}?{query}", 303)


@router.get("/flyer/{place}")
async def flyer(request: Request, place: str, wired: Wired) -> Response:
    """Show the flyer."""
    found = await wired.flyers.find(place)
    if found is None:
        return await error_page(request, wired, 404)
    flyer, agency = found
    if read_language(request.query_params.get("lang", "")[:35]) is None:
        return RedirectResponse(f"{request.url.path}?{urlencode({'lang': flyer.language})}", 303)
    return await page(request, wired, FRAME, KEY, **flyer_words(flyer, agency, str(request.app.state.public_url)))


async def sheet(wired: Services, flyer: Flyer, agency: Agency) -> str:
    """Return the flyer as a file of its own, which needs no other."""
    book = await wired.wording.current()
    language, words = flyer.language, agency_words(agency)
    tags = {key: next(tag for tag in fallbacks(language) if (key, tag) in book.versions) for key in (KEY, COMMON)}
    said, common = (
        Said(
            book.template(key, tag).page, tag, english=book.template(key, "en").page, words=words, links={},
            page=language)
        for key, tag in tags.items()
    )  # fmt: skip
    response = paint(
        SHEET, language=language, direction=direction(language), said=said, common=common,
        style=(STATIC / "pages.css").read_text("utf-8"), **flyer_words(flyer, agency, wired.settings.public_url),
    )  # fmt: skip
    return bytes(response.body).decode()


def flyer_words(flyer: Flyer, agency: Agency, public_url: str) -> dict[str, Any]:
    """Return what a flyer shows beside its words: its address, as a text and as a picture."""
    url = f"{public_url.rstrip('/')}/f/{flyer.place}"
    sender = agency.sender(Channel.SMS)
    return {
        "agency": agency, "shown_url": url.partition("://")[2], "picture": picture(url),
        "join": f"{JOIN} {flyer.language.upper()}",
        "join_at": shown_phone(sender) if sender.startswith("+") else sender,
    }  # fmt: skip


def picture(url: str) -> Markup:
    """Return an address as a QR code, drawn in SVG for the page itself."""
    drawn = segno.make(url, error="m", micro=False).svg_inline(scale=SCALE, omitsize=True, border=4, light="#fff")
    return Markup(drawn)  # noqa: S704  (drawn here, of squares)
