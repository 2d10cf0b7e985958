"""Serves an ASGI application on loopback: a stand-in for a provider."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to whoever runs us."""
        yield


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:  # noqa: ANN401  (any ASGI application)
    """Serve the application on a free port of this machine, and hand out its address."""
    with contextlib.closing(socket.socket()) as place:
        place.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1, http="httptools"
        )
        server = _Server(config)
        task = asyncio.create_task(server.serve(sockets=[place]))
        try:
            await _ready(server, task)
            yield f"http://127.0.0.1:{place.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


async def _ready(server: uvicorn.Server, task: asyncio.Task[None]) -> None:
    while not server.started and not task.done():  # noqa: ASYNC110  (uvicorn has no event for it)
        await asyncio.sleep(0.005)
