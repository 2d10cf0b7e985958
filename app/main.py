"""The HTTP process: API and pages, and in sandbox mode the simulated providers."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import FrameType
from typing import Any, Final

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.routing import Route
from starlette.types import Scope

from app.api import (
    broadcasts,
    callbacks,
    clips,
    county_events,
    forecast,
    health,
    member_history,
    members,
    messages,
    metrics,
    problems,
    proof,
    replies,
    reports,
    sandbox,
    signups,
    switches,
    webhooks,
)
from app.api.answers import answer
from app.api.documents import document
from app.api.edge import Edge
from app.api.rates import LIMIT, Counts
from app.pages import (
    docs,
    flyers,
    home,
    own_data,
    preferences,
    privacy,
    signup,
    signup_codes,
    unsubscribe,
    verify,
    way_in,
)
from app.pages.errors import OwnForms, PeoplePages
from app.pages.painting import STATIC
from app.pages.problem_kinds import problem_pages
from app.wiring import VERSION, Services

ROUTERS: Final = (
    member_history.router, proof.router, webhooks.router,
    members.router, messages.router, reports.router, signups.router,
    forecast.router,
    switches.router, replies.router,
    broadcasts.router,
    clips.router, health.router, metrics.router, home.router, docs.router, unsubscribe.router,
    privacy.router, verify.router,
    signup.router, signup_codes.router, flyers.router,
    preferences.router, way_in.router, own_data.router,
)  # fmt: skip
ABOUT: Final = "Reminds people to renew their Medi-Cal before they lose it: by text, e-mail and call, once, with proof."
KEEP_ALIVE: Final = 75
GRACE: Final = 10
"""Seconds that a stop waits for requests that are being answered."""


class Assets(StaticFiles):
    """Files that change only with the version."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Let browsers keep a file for an hour."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response


class Server(uvicorn.Server):
    """A server that stops on SIGINT and SIGTERM and returns, so that what stands around it can close."""

    on_stop: Callable[[], None] = staticmethod(lambda: None)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop, and say so."""
        self.on_stop()
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal; signals stay as they are outside the main thread."""
        loop, mine = asyncio.get_running_loop(), list[signal.Signals]()
        with contextlib.suppress(ValueError, RuntimeError, NotImplementedError):
            for one in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(one, self.handle_exit, one, None)
                mine.append(one)
        try:
            yield
        finally:
            for one in mine:
                loop.remove_signal_handler(one)


def build_app(services: Services) -> FastAPI:
    """Return the ASGI application over the stages."""
    app = FastAPI(
        title="KeepCovered", version=VERSION, description=ABOUT, docs_url=None, redoc_url=None, openapi_url=None,
        redirect_slashes=False, lifespan=_lifespan, telemetry={"tracing": False, "metrics": False, "logs": False},
    )  # fmt: skip
    app.state.services, app.state.live = services, services.settings.live
    app.state.counts = Counts(LIMIT)
    app.state.public_url = services.settings.public_url.rstrip("/")
    problems.install(app)
    app.router.routes.append(Route(county_events.PATH, county_events.CountyEvents(services)))
    app.mount(callbacks.PREFIX, callbacks.Callbacks(services, app.state.public_url))  # first: they are the busiest
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(problem_pages(problems.KINDS))
    app.add_api_route("/openapi.json", _openapi, include_in_schema=False)
    app.mount("/static", Assets(directory=STATIC))
    if services.simulator is not None:
        app.include_router(sandbox.router)
        app.mount("/sandbox", services.simulator.app)
    app.add_middleware(OwnForms)
    app.add_middleware(Edge, public_url=app.state.public_url)
    app.add_middleware(PeoplePages)  # outermost: what the edge catches becomes a page, too
    app.openapi = lambda: document(app)  # type: ignore[method-assign]  # FastAPI's own way to replace it
    return app


async def _openapi(request: Request) -> Response:
    return answer(request.app.openapi())


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    """Begin to listen for the stages' heartbeats; start and stop the simulated providers with the server."""
    await app.state.services.heartbeats.expect()
    simulator = app.state.services.simulator
    if simulator is None:
        yield {}
        return
    await simulator.start()
    try:
        yield {}
    finally:
        await simulator.stop()


def server_of(app: FastAPI, host: str, port: int) -> Server:
    """Return a server that is ready to be run."""
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, server_header=False, proxy_headers=False,
        lifespan="on", timeout_keep_alive=KEEP_ALIVE, timeout_graceful_shutdown=GRACE,
    )  # fmt: skip
    return Server(config)


async def serve(services: Services, host: str, port: int, *, on_stop: Callable[[], None] = lambda: None) -> None:
    """Serve until a signal or a cancel; requests that are being answered get their answer.

    `on_stop` hears of a signal at once, so that what stands around it can begin to stop, too.
    """
    server = server_of(build_app(services), host, port)
    server.on_stop = on_stop
    serving = asyncio.create_task(server.serve())
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await serving
