"""`/about`: what this is, and where operators and programmers go."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.pages.painting import paint

router: Final = APIRouter(include_in_schema=False)


@router.get("/about")
async def home(request: Request) -> HTMLResponse:
    """Show the ways in."""
    return paint("home.html", sandbox=not request.app.state.live)
