"""Where things are: the data folder, and the database, embedded unless an address is set."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from app.db.embedded import EmbeddedPostgres
from app.db.schema import answers
from app.errors import BadSettings, NotReady
from app.logs import log
from app.settings import Settings

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds between two tries to reach the database at the start; twice as long each time, up to the longest."""


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """Hand out the database's address; the embedded server runs as long as anyone uses it."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    if settings.live:
        raise BadSettings("live mode needs KEEPCOVERED_DATABASE_URL")
    with EmbeddedPostgres(folder(settings) / "postgres") as server:
        yield server.url


@asynccontextmanager
async def open_database_url(settings: Settings) -> AsyncIterator[str]:
    """The same without blocking the event loop."""
    held = database_url(settings)
    url = await asyncio.to_thread(held.__enter__)
    try:
        yield url
    finally:
        await asyncio.to_thread(held.__exit__, None, None, None)


async def until_it_answers(url: str, patience: float) -> None:
    """Wait for the database, which may be starting just like we are; raises `NotReady` when that takes too long."""
    loop, pause = asyncio.get_running_loop(), FIRST_PAUSE
    end = loop.time() + patience
    while not await asyncio.to_thread(answers, url):
        if loop.time() + pause > end:
            raise NotReady("the database does not answer; is it running, and is KEEPCOVERED_DATABASE_URL right?")
        log().warning("waiting for the database")
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def erase_database(data_dir: Path) -> None:
    """Remove the embedded database of a data folder, if nobody else uses it."""
    EmbeddedPostgres(data_dir / "postgres").erase()


def folder(settings: Settings) -> Path:
    """Return the data folder, made if it is not there."""
    if settings.data_dir is None:
        raise BadSettings("KEEPCOVERED_DATA_DIR is not set")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return settings.data_dir
