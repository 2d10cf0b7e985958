"""The providers as a process of their own, which no storm touches: what it took down is what really was sent.

Run:  python -m tests.storm.provider FOLDER PORT
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from app.settings import read_settings
from app.wiring import machine_now
from app.wiring.services import simulator

LATE = 12.0
"""Seconds by which a slow answer is late: longer than our patience, so that nobody hears it."""


def application(folder: Path) -> Starlette:
    """Return the providers over the book in a folder, which also holds their secrets."""
    simulated = simulator(read_settings(folder), machine_now, slow_by=LATE)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await simulated.start()
        try:
            yield
        finally:
            await simulated.stop()

    return Starlette(routes=[Mount("/sandbox", simulated.app)], lifespan=lifespan)


if __name__ == "__main__":
    uvicorn.run(
        application(Path(sys.argv[1])), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", lifespan="on",
        timeout_keep_alive=75,
    )  # fmt: skip
