"""`/verify`: is this message real? Whoever has a message types its code; the answer tells nothing of to whom it went.

The code travels in a form's body, so that no log and no history of a browser keeps it; a link may only fill it in.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from app.pages.errors import error_page
from app.pages.forms import BadForm, read_form
from app.pages.frames import page, shelf_of
from app.pipeline.authenticity import Answer
from app.rules.agency import Agency
from app.rules.authenticity import LONGEST, Real
from app.rules.network import network_of
from app.wiring import Services

router: Final = APIRouter(include_in_schema=False)
KEY: Final = "page_verify"
FRAME: Final = "verify.html"
AN_HOUR: Final = "3600"
NOT_TAKEN: Final = 400
TOO_MANY: Final = 429

About = Annotated[str, Query(alias="agency", max_length=63)]


@router.get("/verify")
async def ask(request: Request, about: About = "", code: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """Ask for the code; one that a link names is filled in and not looked up."""
    return await _page(request, await _agency(request, about), typed=code[:LONGEST])


@router.post("/verify")
async def look(request: Request, about: About = "") -> HTMLResponse:
    """Look the code up, and say whose message it is and of which day, or that it is none of ours."""
    wired: Services = request.app.state.services
    form, agency = await read_form(request), await _agency(request, about)
    if isinstance(form, BadForm):
        return await error_page(request, wired, NOT_TAKEN, "broken", agency=agency)
    typed = form.get("code", [""])[0][:LONGEST]
    if not typed:
        return await _page(request, agency, lacking=True)
    found = await wired.authenticity.look(typed, network_of(request.scope, wired.settings.proxies))
    if found is Answer.TOO_MANY:
        refused = await error_page(request, wired, TOO_MANY, agency=agency)
        refused.headers["Retry-After"] = AN_HOUR
        return refused
    return await _page(request, agency, typed=typed, answered=True, real=found if isinstance(found, Real) else None)


async def _page(
    request: Request, agency: Agency | None, *, typed: str = "", lacking: bool = False, answered: bool = False,
    real: Real | None = None,
) -> HTMLResponse:  # fmt: skip
    wired: Services = request.app.state.services
    return await page(
        request, wired, FRAME, KEY, agency=agency, typed=typed, lacking=lacking, answered=answered, real=real,
        status=422 if lacking else 200,
    )  # fmt: skip


async def _agency(request: Request, code: str) -> Agency | None:
    """Return the agency that a reader comes from; what stands around the answer is its, whosever the message is."""
    return next((one for one in await shelf_of(request).agencies.now() if one.code == code), None)
