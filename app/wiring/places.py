"""Where things are: the data folder, and the database, embedded unless an address is set."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from app.db.embedded import EmbeddedPostgres
from app.errors import BadSettings
from app.settings import Settings


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


def erase_database(data_dir: Path) -> None:
    """Remove the embedded database of a data folder, if nobody else uses it."""
    EmbeddedPostgres(data_dir / "postgres").erase()


def folder(settings: Settings) -> Path:
    """Return the data folder, made if it is not there."""
    if settings.data_dir is None:
        raise BadSettings("KEEPCOVERED_DATA_DIR is not set")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return settings.data_dir
