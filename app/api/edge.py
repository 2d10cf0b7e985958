"""The edge of every request: its id, the headers of every answer, the access log, and the last net for faults."""

import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import metrics
from app.api.problems import Problem, problem_response
from app.api.rates import TOLD
from app.errors import NotNow
from app.logs import about, log
from app.pipeline.readiness import is_passing
from app.traces import say, span

API_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": API_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""What every answer carries unless its route says otherwise."""
REFUSED: Final = 400
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REQUEST_ID: Final = b"x-request-id"
HSTS: Final = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


class Edge:
    """ASGI middleware around everything that is served."""

    def __init__(self, app: ASGIApp, *, public_url: str) -> None:
        self._app = app
        headers = {**HEADERS, **(HSTS if public_url.startswith("https://") else {})}
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, told, app = time.perf_counter(), dict[str, int](), scope.get("app")
        scope["kc.request_id"] = request_id(Headers(scope=scope).get("x-request-id"))

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                told["status"] = message["status"]
                self._dress(message, scope)
            await send(message)

        try:
            with about(request_id=scope["kc.request_id"]):
                await self._traced(scope, receive, dressed, told)
        except Exception as error:
            log().error(
                "request failed", error=type(error).__name__, where=where(error), request_id=scope["kc.request_id"]
            )
            if "status" in told:
                raise
            scope["app"] = app  # what is mounted puts itself there
            await problem_response(Request(scope), problem_of(error))(scope, receive, dressed)
        finally:
            _note(scope, told.get("status", 500), time.perf_counter() - begun)

    async def _traced(self, scope: Scope, receive: Receive, send: Send, told: Mapping[str, int]) -> None:
        """Serve within a span, which is named for the route as soon as that is known."""
        with span("request", request_id=scope["kc.request_id"]) as traced:
            try:
                await self._app(scope, receive, send)
            finally:
                method, route = _method(scope), _route(scope)
                say(traced, f"{method} {route}", method=method, route=route, status=str(told.get("status", 500)))

    def _dress(self, message: Message, scope: Scope) -> None:
        given = [(name, value) for name, value in message["headers"] if name != REQUEST_ID]
        present = {name for name, _ in given}
        added = [header for header in self._headers if header[0] not in present]
        message["headers"] = [*given, (REQUEST_ID, scope["kc.request_id"].encode()), *scope.get(TOLD, ()), *added]


def problem_of(error: Exception) -> Problem:
    """Return what a fault is answered with: while the database is away, to come again."""
    if is_passing(error):
        return Problem("not-now", headers={"Retry-After": str(NotNow.retry_after)})
    return Problem("internal-error")


def where(error: Exception) -> str:
    """Return the place in the code where an error arose, without any value."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[:-4:-1])


def request_id(given: str | None) -> str:
    """Keep a caller's request id if it is a UUID, else make one."""
    try:
        return str(UUID(given)) if given else str(uuid4())
    except ValueError:
        return str(uuid4())


def _method(scope: Mapping[str, Any]) -> str:
    """Return the method if it is one of HTTP's: a caller may send any word."""
    return scope["method"] if scope["method"] in METHODS else "OTHER"


def _route(scope: Mapping[str, Any]) -> str:
    """Return the route's template; a path that is none of ours has none."""
    return str(scope.get("root_path", "") + getattr(scope.get("route"), "path", "-"))


def _note(scope: Mapping[str, Any], status: int, seconds: float) -> None:
    """Write the access log: the route's template only, for a path may name a member."""
    method, route = _method(scope), _route(scope)
    metrics.REQUESTS.labels(method, route, status).inc()
    metrics.REQUEST_SECONDS.labels(method, route).observe(seconds)
    if route.startswith("/callbacks/") and status < REFUSED:
        return  # providers call back by the hundred a second; what was taken is counted where it is appended
    log().info(
        "request", route=route, method=method, status=status, ms=round(seconds * 1000, 1),
        request_id=scope["kc.request_id"],
    )  # fmt: skip
