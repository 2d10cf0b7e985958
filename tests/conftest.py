"""What tests stand on: real PostgreSQL, a fresh database each, and the whole service with its simulator."""

import asyncio
import socket
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from app.db.embedded import EmbeddedPostgres
from app.db.schema import upgrade
from app.queue import quiet_logs
from app.settings import Settings, read_settings
from app.wiring import Services, open_services

TEMPLATE = "shape"
AGENCY = """
code = "orange"
name = "Orange County Social Services Agency"
county_code = "30"
phone = "+18002819799"
languages = ["en", "es", "vi", "zh-Hans", "zh-Hant", "ko"]
postal_address = "500 N. State College Blvd, Orange, CA 92868"
[senders]
sms = "+17145550100"
voice = "+17145550101"
email = "Medi-Cal renewals <renewals@orange.example.org>"
"""


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of this test process, gone with it."""
    root = Path(tempfile.mkdtemp(prefix="keepcovered-test-"))
    with EmbeddedPostgres(root, durable=False) as running:
        with psycopg.connect(running.url_for("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        upgrade(running.url_for(TEMPLATE))
        yield running
        running.erase()


@pytest.fixture
def database_url(server: EmbeddedPostgres) -> Iterator[str]:
    """The address of a fresh database with the whole schema."""
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(server.url_for("postgres"), autocommit=True) as connection:
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(make.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
        yield server.url_for(name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def port() -> int:
    """A free port on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def settings(tmp_path: Path, port: int) -> Settings:
    """Sandbox settings over a folder of the test's own."""
    quiet_logs()
    return read_settings(tmp_path, f"http://127.0.0.1:{port}")


@pytest.fixture
async def services(settings: Settings, database_url: str) -> AsyncIterator[Services]:
    """Every stage over a fresh database, with the shipped templates; nothing runs by itself."""
    async with open_services(settings, database_url) as opened:
        await opened.wording.publish()
        yield opened


@pytest.fixture
async def agency(services: Services):
    """An ordinary county that sends on all three channels."""
    return await services.tenancy.add(AGENCY)


@asynccontextmanager
async def listening(services: Services, port: int) -> AsyncIterator[None]:
    """The HTTP process on its port, simulator included, for as long as the block lasts."""
    from app.main import build_app, server_of

    web = server_of(build_app(services), "127.0.0.1", port)
    serving = asyncio.create_task(web.serve())
    while not web.started:
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        web.should_exit = True
        await serving


@pytest.fixture
async def live(services: Services, port: int) -> AsyncIterator[Services]:
    """The services with the HTTP process listening, so that the simulator can be talked to."""
    async with listening(services, port):
        yield services
