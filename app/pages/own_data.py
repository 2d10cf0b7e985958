"""`/preferences/data`: everything held about an address and sent to it, to read, to print and to take along."""

import json
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.pages.frames import page, reader_language
from app.pages.preferences import over, shown_address, visit_of
from app.pages.signup import Wired
from app.pipeline.own_data import Mine
from app.rules.choices import hour_name
from app.rules.languages import language_of
from app.rules.wording_values import long_date, shown_phone

router: Final = APIRouter(include_in_schema=False)
KEY: Final = "page_mine"
CHOICES: Final = "page_preferences"
FRAME: Final = "own_data.html"
HERE: Final = "/preferences/data"
FILE: Final = "keepcovered.json"
TITLES: Final = {
    "channels": "channels_title", "language_written": "read_label", "language_spoken": "speak_label",
    "hours": "hours_title", "paused_until": "pause_label", "programs": "programs_title",
    "representative": "helper_title", "safe_word": "word_title",
}  # fmt: skip
"""The words of the page of choices for each thing that can be chosen."""
LEFT_OUT: Final = ("agency", "address", "made_at")


@router.get(HERE)
async def show(request: Request, wired: Wired) -> Response:
    """Show what is held, in the reader's language."""
    visit = await visit_of(request, wired)
    mine = await wired.own_data.of(visit) if visit else None
    if visit is None or mine is None:
        return await over(request, wired)
    language = await reader_language(request, KEY)
    english, own = [await wired.wording.page(CHOICES, [tag]) for tag in ("en", language)]
    return await page(
        request, wired, FRAME, KEY, agency=mine.agency, mine=mine, address=shown_address(visit), shown=shown_phone,
        day=mine.agency.day, hours=[hour_name(hour, language) for hour in mine.limits.hours or ()],
        long_day=lambda day: long_date(day, language), own_name=lambda tag: language_of(tag).own,
        titles=TITLES, labels={part: text.source for part, text in {**english.page, **own.page}.items()},
    )  # fmt: skip


@router.get(f"{HERE}.json")
async def download(request: Request, wired: Wired) -> Response:
    """Hand the same out as a file."""
    visit = await visit_of(request, wired)
    mine = await wired.own_data.of(visit) if visit else None
    if visit is None or mine is None:
        return await over(request, wired)
    body = json.dumps(_told(mine), ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": f'attachment; filename="{FILE}"'}
    return Response(body, media_type="application/json", headers=headers)


def _told(mine: Mine) -> dict[str, Any]:
    """Return everything as plain values."""
    held = {name: value for name, value in asdict(mine).items() if name not in LEFT_OUT}
    about = {"agency": mine.agency.name, "address": mine.address, "made_at": mine.made_at}
    return {name: _plain(value) for name, value in {**about, **held}.items()}


def _plain(value: Any) -> Any:  # noqa: ANN401  (what JSON knows)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
