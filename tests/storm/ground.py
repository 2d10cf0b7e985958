"""The ground that a storm goes over: a durable PostgreSQL of its own, the providers, the county and its people."""

import asyncio
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg

from app.db.embedded import EmbeddedPostgres
from app.db.sealed import BlindIndex
from app.rules.agency import Agency
from app.settings import Settings, key_bytes, read_settings
from app.wiring import Services, migrate, open_services
from tests.storm.fleet import ROOT, until

COUNTY = """
code = "orange"
name = "Orange County Social Services Agency"
county_code = "30"
phone = "+18002819799"
languages = ["en"]
postal_address = "500 N. State College Blvd, Orange, CA 92868"
{more}
[senders]
sms = "+17145550100"
voice = "+17145550101"
email = "Medi-Cal renewals <renewals@orange.example.org>"
{senders}
[rates]
sms_segments_per_second = {texts}
calls_per_second = {calls}
emails_per_second = {mails}
"""
LADDER = """
name = "medi_cal_renewal"
occasion = "renewal"
programs = ["medi_cal"]
[[steps]]
key = "renewal_two_months"
template = "renewal_two_months"
from = { anchor = "renewal_month", months = -2 }
until = { anchor = "renewal_month", months = -1, days = 13 }
statuses = ["unknown", "upcoming", "packet_mailed", "information_requested", "restored"]
cycles = [12]
"""
STEP = "renewal_two_months"
MORNING = datetime(2026, 12, 1, 18, 5, tzinfo=UTC)
"""Five past ten in Los Angeles: texts, e-mails and calls may leave."""
HISTORY = """
CREATE SCHEMA storm;
CREATE SEQUENCE storm.seq;
CREATE TABLE storm.moves (seq bigint PRIMARY KEY DEFAULT nextval('storm.seq'), what text, id uuid, message uuid,
  old text, new text);
CREATE FUNCTION storm.message_moved() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO storm.moves (what, id, message, old, new)
  VALUES ('message', NEW.id, NEW.id, CASE TG_OP WHEN 'UPDATE' THEN OLD.status ELSE '' END, NEW.status);
  RETURN NULL; END $$;
CREATE FUNCTION storm.attempt_moved() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO storm.moves (what, id, message, old, new)
  VALUES ('attempt', NEW.id, NEW.message_id, CASE TG_OP WHEN 'UPDATE' THEN OLD.state ELSE '' END, NEW.state);
  RETURN NULL; END $$;
CREATE TRIGGER storm_made AFTER INSERT ON message FOR EACH ROW EXECUTE FUNCTION storm.message_moved();
CREATE TRIGGER storm_moved AFTER UPDATE ON message FOR EACH ROW
  WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION storm.message_moved();
CREATE TRIGGER storm_made AFTER INSERT ON attempt FOR EACH ROW EXECUTE FUNCTION storm.attempt_moved();
CREATE TRIGGER storm_moved AFTER UPDATE ON attempt FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION storm.attempt_moved();
"""
"""Keeps every status that a message and a try ever had, in the order in which they came."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast each lane may go, a second: slow enough that a batch is small and many of them are struck."""

    texts: int = 1_000
    calls: int = 1_000
    mails: int = 1_000


@dataclass(slots=True)
class Ground:
    """What stands when the storm begins."""

    folder: Path
    server: EmbeddedPostgres
    settings: Settings
    agency: Agency
    key: str = field(repr=False)
    api_port: int
    callback_port: int
    provider_port: int
    events_answered: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where the storm's own questions go."""
        return self.server.url

    @property
    def index(self) -> BlindIndex:
        """The index by which members and attempts are recognised."""
        return BlindIndex(key_bytes(self.settings.index_key.get_secret_value()))

    def env(self, provider_port: int | None = None) -> dict[str, str]:
        """Return the settings of a process that reaches the providers by a port of its own."""
        base = f"http://127.0.0.1:{provider_port or self.provider_port}/sandbox"
        return {
            "KEEPCOVERED_MODE": "sandbox", "KEEPCOVERED_DATA_DIR": str(self.folder / "app"),
            "KEEPCOVERED_DATABASE_URL": self.server.url, "KEEPCOVERED_LOG_FORMAT": "json",
            "KEEPCOVERED_PUBLIC_URL": f"http://127.0.0.1:{self.callback_port}",
            "KEEPCOVERED_TWILIO__BASE_URL": f"{base}/twilio", "KEEPCOVERED_SENDGRID__BASE_URL": f"{base}/sendgrid",
        }  # fmt: skip

    def ask(self, question: str, **values: object) -> Sequence[tuple[Any, ...]]:
        """Ask the database, on a connection that lasts as long as the question."""
        with psycopg.connect(self.url, autocommit=True, connect_timeout=10) as connection:
            asked = connection.execute(question, values)
            return asked.fetchall() if asked.description else []

    async def asked(self, question: str, **values: object) -> Sequence[tuple[Any, ...]]:
        """Ask without holding anybody up, again and again while the database is away."""
        for _ in range(100):
            try:
                return await asyncio.to_thread(self.ask, question, **values)
            except psycopg.OperationalError:
                await asyncio.sleep(0.2)
        return await asyncio.to_thread(self.ask, question, **values)

    async def let_pass(self, by: timedelta) -> None:
        """Let business time go on, and with it what the providers hold for later."""
        await self.asked("UPDATE business_clock SET ahead = ahead + %(by)s", by=by)
        await self.control("waits", {"seconds": by.total_seconds()})

    async def keep(self) -> None:
        """Have ready what a new month needs, as the daily tick does."""
        async with open_services(self.settings, self.url) as services:
            await services.keeping.make_ahead()

    async def a_day(self) -> None:
        """Plan for everybody, as the tick of each day does."""
        async with open_services(self.settings, self.url) as services:
            await services.planning.daily()

    async def another(self, code: str, *swaps: tuple[str, str]) -> "Ground":
        """Return the ground of one more agency: ours, with other words in its file."""
        toml = COUNTY.format(more="", senders="", texts=80, calls=40, mails=40)
        for before, after in (("orange", code), *swaps):
            toml = toml.replace(before, after)
        async with open_services(self.settings, self.url) as services:
            agency, key = await _added(services, toml)
        return replace(self, agency=agency, key=key)

    async def now(self) -> datetime:
        """Return business time."""
        [(now,)] = await self.asked("SELECT clock_timestamp() + ahead FROM business_clock")
        return now  # type: ignore[no-any-return]

    async def control(self, path: str, told: Mapping[str, Any] | None, *, method: str = "POST") -> httpx.Response:
        """Tell the providers' stand-in something."""
        async with httpx.AsyncClient(timeout=30) as client:
            url = f"http://127.0.0.1:{self.provider_port}/sandbox/{path}"
            return await client.request(method, url, json=told)

    def crash_database(self) -> None:
        """End PostgreSQL without a moment to put anything in order, then start it again."""
        pid = int((self.server.home / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, signal.SIGQUIT)
        while Path(f"/proc/{pid}").exists():
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                break
        self.server.start()


@asynccontextmanager
async def ground(
    folder: Path, *, rates: Rates = Rates(), more: str = "", senders: str = "", morning: datetime = MORNING
) -> AsyncIterator[Ground]:
    """Put everything up that no storm touches, and take it down again; `morning` is when business time begins."""
    app, providers = folder / "app", folder / "providers"
    api_port, callback_port, provider_port = (_free_port() for _ in range(3))
    settings = read_settings(app, f"http://127.0.0.1:{callback_port}")
    providers.mkdir()
    for secret in app.glob("sandbox-*.json"):  # the providers know us by the same secrets
        shutil.copy(secret, providers)
    toml = COUNTY.format(more=more, senders=senders, texts=rates.texts, calls=rates.calls, mails=rates.mails)
    with _database(folder) as server:
        agency, key = await _prepared(settings, server.url, toml)
        whole = Ground(folder, server, settings, agency, key, api_port, callback_port, provider_port)
        whole.ask(HISTORY)
        whole.ask("UPDATE business_clock SET ahead = %(morning)s - clock_timestamp()", morning=morning)
        await whole.keep()
        async with _providers(whole, providers):
            yield whole


@contextmanager
def _database(folder: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(folder, durable=True) as server:
        try:
            yield server
        finally:
            server.erase()


async def _prepared(settings: Settings, url: str, toml: str) -> tuple[Agency, str]:
    await migrate(settings, url)
    async with open_services(settings, url) as services:
        return await _added(services, toml)


async def _added(services: Services, toml: str) -> tuple[Agency, str]:
    agency = await services.tenancy.add(toml)
    if not isinstance(agency, Agency):
        raise TypeError(agency)
    await services.ladder_changes.add(agency, LADDER, file="storm.toml")
    key = await services.tenancy.add_key(agency.id, name="storm", scopes=["admin"])
    return agency, key.text


@asynccontextmanager
async def _providers(whole: Ground, folder: Path) -> AsyncIterator[None]:
    env = {**os.environ, "KEEPCOVERED_PUBLIC_URL": whole.settings.public_url}  # noqa: TID251
    with (whole.folder / "providers.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.storm.provider", str(folder), str(whole.provider_port), cwd=ROOT, env=env,
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        await until(lambda: answers(whole.provider_port), within=60, what="the providers did not start")
        yield
    finally:
        process.terminate()
        await process.wait()


async def answers(port: int) -> bool:
    """Say whether anybody listens on a port."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
