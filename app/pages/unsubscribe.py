"""The page behind the link in an e-mail: opening it changes nothing, its button stops the e-mails."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from app.pages.errors import error_page
from app.pages.frames import page
from app.rules.agency import Agency
from app.wiring import Services

router: Final = APIRouter(include_in_schema=False)
KEY: Final = "unsubscribed"
FRAME: Final = "unsubscribe.html"


def services(request: Request) -> Services:
    """Return the stages."""
    wired: Services = request.app.state.services
    return wired


Wired = Annotated[Services, Depends(services)]


@router.get("/unsubscribe/{token}")
async def ask(request: Request, token: str, wired: Wired) -> HTMLResponse:
    """Ask whether the e-mails shall stop."""
    agency = await _agency(wired, token)
    if agency is None:
        return await error_page(request, wired, 404)
    return await page(request, wired, FRAME, KEY, agency=agency, asking=True)


@router.post("/unsubscribe/{token}")
async def done(request: Request, token: str, wired: Wired) -> HTMLResponse:
    """Stop the e-mails and say so."""
    agency = await _agency(wired, token)
    if agency is None or not await wired.consents.unsubscribe(token):
        return await error_page(request, wired, 404)
    return await page(request, wired, FRAME, KEY, agency=agency, asking=False)


async def _agency(wired: Services, token: str) -> Agency | None:
    agency = await wired.consents.agency_behind(token)
    return await wired.tenancy.by_id(agency) if agency else None
