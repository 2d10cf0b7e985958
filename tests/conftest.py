"""What tests stand on: real PostgreSQL, a fresh database each, and the whole service with its simulator."""

import asyncio
import socket
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import cache
from importlib.metadata import EntryPoints, entry_points
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import hypothesis
import psycopg
import pytest
from psycopg import sql

from app.db.embedded import EmbeddedPostgres
from app.db.schema import known_schema, upgrade
from app.db.sealed import BlindIndex, KeyRing
from app.db.transaction import Database
from app.pipeline.wording import Wording
from app.queue import open_queue, quiet_logs
from app.rules.wording_reading import parse_template
from app.settings import Settings, read_settings
from app.wiring import Services, open_services, shipped
from app.wiring.almanac import shipped_almanac
from app.wiring.recordings import shipped_shelf
from schedules.ladders.reading import parse_ladder

for name, examples in (("ours", 50), ("long", 2_000)):
    hypothesis.settings.register_profile(
        name, max_examples=examples, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
hypothesis.settings.load_profile("ours")
"""Whoever else uses the machine makes examples slow; that is no fault of the code. `make fuzz` takes the long one."""
TEMPLATE = "shape"
Cleaner = psycopg.Connection[Any]
FORGET = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET session_replication_role = replica;
    DO $$ DECLARE held record; BEGIN
      FOR held IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
         AND NOT relispartition
         AND relname NOT IN ('alembic_version', 'template_version', 'business_clock', 'schema_floor') LOOP
        EXECUTE format('DELETE FROM %I', held.relname);
      END LOOP;
    END $$;
    DELETE FROM template_version WHERE version > 1 OR agency_id IS NOT NULL;
    UPDATE business_clock SET ahead = '0';
"""
"""Makes a database as it was, all but the shipped words; whoever still holds something in it has to let go."""
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

ONE_REMINDER = """
name = "medi_cal_renewal"
programs = ["medi_cal"]
[[steps]]
key = "renewal_two_months"
template = "renewal_two_months"
from = { anchor = "renewal_month", months = -2 }
until = { anchor = "renewal_month", months = -1, days = 13 }
statuses = ["unknown", "upcoming", "packet_mailed", "information_requested", "restored"]
"""


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of this test process, gone with it."""
    root = Path(tempfile.mkdtemp(prefix="keepcovered-test-"))
    with EmbeddedPostgres(root, durable=False) as running:
        with psycopg.connect(running.url_for("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
            connection.execute("SET scram_iterations = 1")  # thousands of connections prove who they are
            connection.execute(sql.SQL("ALTER ROLE app PASSWORD {}").format(connection.info.password))
        upgrade(running.url_for(TEMPLATE))
        yield running
        running.erase()


def made(server: EmbeddedPostgres) -> str:
    """Make a database with the whole schema; it takes as long as twenty tests."""
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(server.url_for("postgres"), autocommit=True) as connection:
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(make.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
    return server.url_for(name)


@pytest.fixture
def own_url(server: EmbeddedPostgres) -> str:
    """The address of a database of the test's own, for those that change its very shape."""
    return made(server)


@pytest.fixture(scope="session")
def bare_url(server: EmbeddedPostgres) -> str:
    """The database of all tests that need no words."""
    return made(server)


@pytest.fixture(scope="session")
def shared_url(server: EmbeddedPostgres) -> str:
    """The database of all tests that need the shipped words."""
    url = made(server)
    asyncio.run(published(url))
    return url


async def published(url: str) -> None:
    """Load the shipped words into a database."""
    database = Database(url, queue=open_queue(url), ring=KeyRing([bytes(32)]), index=BlindIndex(bytes(32)))
    await Wording(database, shipped()).publish()
    await database.close()


@pytest.fixture(scope="session")
def cleaner() -> Iterator[Callable[[str], Cleaner]]:
    """Who empties a database: a connection kept for all tests, for a new one would have to learn every table anew."""
    kept: dict[str, Cleaner] = {}

    def of(url: str) -> Cleaner:
        if url not in kept or kept[url].broken:
            kept[url] = psycopg.connect(url, autocommit=True)
        return kept[url]

    yield of
    for connection in kept.values():
        connection.close()


@pytest.fixture
def database_url(bare_url: str, cleaner: Callable[[str], Cleaner]) -> str:
    """The address of a database without a row."""
    try:
        cleaner(bare_url).execute(FORGET)
    except psycopg.OperationalError:  # a test cut every connection, this one among them
        cleaner(bare_url).execute(FORGET)
    cleaner(bare_url).execute("DELETE FROM template_version")
    return bare_url


@pytest.fixture
def clean_url(shared_url: str, cleaner: Callable[[str], Cleaner]) -> str:
    """The address of a database without a row but the shipped words."""
    cleaner(shared_url).execute(FORGET)
    return shared_url


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


parsed_once, known_once, zones_once = cache(parse_template), cache(known_schema), cache(available_timezones)
shipped_once, almanac_once = cache(shipped), cache(shipped_almanac)
shelf_once, ladder_once = cache(shipped_shelf), cache(parse_ladder)


@cache
def packages_once(path: tuple[str, ...], group: str) -> EntryPoints:
    """Look through the installed packages, once for each `sys.path`."""
    return entry_points(group=group)


@pytest.fixture
def _read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is the same for all tests is read once: packages, time zones, words, ladders, dated tables, revisions."""
    monkeypatch.setattr("app.wiring.adapters.entry_points", lambda *, group: packages_once(tuple(sys.path), group))
    monkeypatch.setattr("app.rules.agency.available_timezones", zones_once)
    monkeypatch.setattr("app.pipeline.wording.parse_template", parsed_once)
    monkeypatch.setattr("app.pipeline.ladders.parse_ladder", ladder_once)
    monkeypatch.setattr("app.wiring.services.shipped", shipped_once)
    monkeypatch.setattr("app.wiring.services.shipped_almanac", almanac_once)
    monkeypatch.setattr(sys.modules[shipped_shelf.__module__], "shipped_shelf", shelf_once)
    monkeypatch.setattr("app.wiring.services.known_schema", known_once)
    monkeypatch.setattr("app.wiring.services.check_schema", lambda _: None)  # this very version made it


@pytest.fixture
def one_reminder(monkeypatch: pytest.MonkeyPatch) -> None:
    """One step, two months before, so that a test has one reminder a channel; who needs all ladders overrides this."""
    monkeypatch.setattr("app.wiring.services.shipped_ladders", lambda: {"medi_cal_renewal.toml": ONE_REMINDER})


@pytest.fixture
async def services(settings: Settings, clean_url: str, _read_once: None, one_reminder: None) -> AsyncIterator[Services]:
    """Every stage over an empty database with the shipped words; nothing runs by itself."""
    async with open_services(settings, clean_url) as opened:
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
