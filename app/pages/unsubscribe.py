"""The page behind the link in an e-mail: opening it changes nothing, its button stops the e-mails."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from app.pages.painting import paint
from app.rules.agency import Agency
from app.rules.languages import read_language
from app.rules.wording import fill
from app.rules.wording_values import agency_words, direction
from app.wiring import Services

router: Final = APIRouter(include_in_schema=False)
KEY: Final = "unsubscribed"
MOST_LANGUAGES: Final = 8


def services(request: Request) -> Services:
    """Return the stages."""
    wired: Services = request.app.state.services
    return wired


def languages(request: Request, lang: Annotated[str, Query(max_length=35)] = "") -> list[str]:
    """Return the languages a reader wants, best first: `?lang=`, then `Accept-Language`."""
    accepted = [part.partition(";")[0] for part in request.headers.get("accept-language", "").split(",")]
    found = (read_language(tag.strip()) for tag in (lang, *accepted[:MOST_LANGUAGES]) if tag.strip())
    return [tag for tag in found if tag]


Wired = Annotated[Services, Depends(services)]
Languages = Annotated[list[str], Depends(languages)]


@router.get("/unsubscribe/{token}")
async def ask(token: str, wired: Wired, wanted: Languages) -> HTMLResponse:
    """Ask whether the e-mails shall stop."""
    agency = await _agency(wired, token)
    if agency is None:
        return paint("no_link.html", 404)
    return paint("unsubscribe.html", asking=True, **await _words(wired, agency, wanted))


@router.post("/unsubscribe/{token}")
async def done(token: str, wired: Wired, wanted: Languages) -> HTMLResponse:
    """Stop the e-mails and say so."""
    agency = await _agency(wired, token)
    if agency is None or not await wired.consents.unsubscribe(token):
        return paint("no_link.html", 404)
    return paint("unsubscribe.html", asking=False, **await _words(wired, agency, wanted))


async def _agency(wired: Services, token: str) -> Agency | None:
    agency = await wired.consents.agency_behind(token)
    return await wired.tenancy.by_id(agency) if agency else None


async def _words(wired: Services, agency: Agency, wanted: list[str]) -> dict[str, Any]:
    template = await wired.wording.page(KEY, wanted)
    words = agency_words(agency)
    said = {name: fill(text, words) for name, text in template.page.items()}
    return {"said": said, "language": template.language, "direction": direction(template.language)}
