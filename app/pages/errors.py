"""What a person is shown when a page cannot be: in their language, whatever went wrong."""

from collections.abc import Mapping
from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.logs import log
from app.pages.frames import COMMON, page
from app.pages.origins import same_origin
from app.pages.painting import paint
from app.rules.agency import Agency
from app.wiring import Services

NAMES: Final[Mapping[int, str]] = {429: "too_many", 500: "broken", 502: "broken", 503: "broken", 504: "broken"}
"""The words of `page_common` for a status; any other is a link or form that does not lead anywhere."""
OTHERWISE: Final = "missing"
FRAME: Final = "error.html"
LAST_FRAME: Final = "last_error.html"
MACHINES: Final = (
    "/v1",
    "/callbacks",
    "/sandbox",
    "/static",
    "/healthz",
    "/readyz",
    "/metrics",
    "/openapi.json",
    "/clips",
)
"""Where machines call; they get problems."""
PROBLEM: Final = "application/problem+json"
REFUSED: Final = 400


async def error_page(
    request: Request, wired: Services, status: int, name: str = "", *, agency: Agency | None = None
) -> HTMLResponse:
    """Return the page for a status, with the words of `page_common` by that name."""
    name = name or NAMES.get(status, OTHERWISE)
    return await page(request, wired, FRAME, COMMON, agency=agency, status=status, name=name)


def for_people(scope: Scope) -> bool:
    """Tell whether a request comes from somebody who reads pages."""
    return not for_machines(scope["path"]) and "text/html" in Headers(scope=scope).get("accept", "")


def for_machines(path: str) -> bool:
    """Tell whether machines call at a path."""
    return any(path == one or path.startswith(f"{one}/") for one in MACHINES)


class OwnForms:
    """ASGI middleware: a form of another site changes nothing here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        sent = scope["type"] == "http" and scope["method"] == "POST" and not for_machines(scope["path"])
        if not sent or same_origin(Request(scope)):
            await self._app(scope, receive, send)
            return
        body = {"type": "about:blank", "title": "Forbidden", "status": 403, "detail": "The form is not one of ours."}
        await JSONResponse(body, 403, media_type=PROBLEM)(scope, receive, send)


class PeoplePages:
    """ASGI middleware around everything: a problem becomes a page for whoever reads pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not for_people(scope):
            await self._app(scope, receive, send)
            return
        app, seen = scope["app"], _Seen(send)
        await self._app(scope, receive, seen)
        if seen.refused is not None:
            scope["app"] = app  # what is mounted puts itself there
            response = await _instead(Request(scope), seen.refused["status"])
            _dress(response, seen.refused)
            await response(scope, receive, send)


class _Seen:
    """Lets an answer pass, unless it is a problem: that is held back."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.refused: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] >= REFUSED:
            kind = Headers(raw=message["headers"]).get("content-type", "")
            self.refused = message if kind.startswith(PROBLEM) else None
        if self.refused is None:
            await self._send(message)


async def _instead(request: Request, status: int) -> HTMLResponse:
    """Return the page for a status; where even the words cannot be had, the shortest one."""
    try:
        return await error_page(request, request.app.state.services, status)
    except Exception as error:  # noqa: BLE001 – whatever keeps the words away, the person gets an answer
        log().error("no words for an error page", error=type(error).__name__)
        return paint(LAST_FRAME, status)


def _dress(response: HTMLResponse, refused: Message) -> None:
    """Carry over the headers of the held answer that do not speak of its body."""
    for name, value in Headers(raw=refused["headers"]).items():
        if name not in {"content-type", "content-length"}:
            response.headers.setdefault(name, value)
