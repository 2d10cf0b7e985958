"""`/privacy`: what an agency holds here of a person, why, how long, who else holds what, and a person's five rights."""

from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal

from babel import Locale
from babel.dates import format_timedelta
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from app.pages.frames import page, reader_language, shelf_of
from app.rules.agency import Agency
from app.wiring import Services

router: Final = APIRouter(include_in_schema=False)
KEY: Final = "page_privacy"
FRAME: Final = "privacy.html"
REVISED: Final = date(2026, 11, 23)
"""When what the page says last changed; whoever changes its words changes it."""
YEAR: Final = 12
MONTH, YEAR_LONG, NEVER = timedelta(days=30), timedelta(days=365), 10_000
"""As long as the months and years that `format_timedelta` counts, which is to count them to their end."""
IN_WORDS: Final = 36
"""The months after which messages go, as the page's sentence has it; other settings are told in numbers."""


@router.get("/privacy")
async def privacy(request: Request, agency: Annotated[str, Query(max_length=63)] = "") -> HTMLResponse:
    """Say it for the agency that was asked about or is the only one; else let the reader choose."""
    wired: Services = request.app.state.services
    every = await shelf_of(request).agencies.now()
    about = next((one for one in every if one.code == agency), every[0] if len(every) == 1 else None)
    return await page(request, wired, FRAME, KEY, agency=about, **await _told(request, wired, about))


async def _told(request: Request, wired: Services, about: Agency | None) -> dict[str, Any]:
    kept = wired.settings.retention
    months = max(kept.messages, kept.attempts, kept.replies)
    said = None if months == IN_WORDS else span(months, await reader_language(request, KEY))
    return {"revised": REVISED, "other_span": said, "asking": about is None}


def span(months: int, language: str) -> str:
    """Write a span of months as readers of the language do, in years where it is whole years: `4 years`."""
    unit: Literal["month", "year"] = "month" if months % YEAR else "year"
    length = MONTH * months if months % YEAR else YEAR_LONG * (months // YEAR)
    return format_timedelta(length, unit, threshold=NEVER, locale=Locale.parse(language, sep="-"))
