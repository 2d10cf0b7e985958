"""A page for each kind of problem: its cause, and how to mend it."""

from collections.abc import Mapping
from typing import Protocol

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.pages.painting import paint


class Kind(Protocol):
    """What is said of a kind of problem."""

    @property
    def title(self) -> str:
        """What is wrong, in a few words."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def cause(self) -> str:
        """Why it happens."""

    @property
    def mend(self) -> str:
        """What to do."""


def problem_pages(kinds: Mapping[str, Kind]) -> APIRouter:
    """Return the routes of the pages."""
    router = APIRouter(include_in_schema=False)

    @router.get("/problems")
    async def every() -> HTMLResponse:
        return paint("problems.html", kinds=kinds)

    @router.get("/problems/{slug}")
    async def one(slug: str) -> HTMLResponse:
        known = kinds.get(slug)
        if known is None:
            return paint("problems.html", 404, kinds=kinds)
        return paint("problem.html", slug=slug, kind=known)

    return router
