"""`/docs`: the OpenAPI document for reading and trying, without a network: the viewer is served from here."""

from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.pages.painting import SCRIPTED, paint

router: Final = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs() -> HTMLResponse:
    """Show the viewer."""
    return paint("docs.html", policy=SCRIPTED)
