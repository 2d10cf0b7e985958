"""A whole installation for the bench: a durable PostgreSQL of our own and a real `keepcovered api`, each a process."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from typing import Any
from urllib.error import URLError
from uuid import UUID

import psycopg

from app.db import clock
from app.db.embedded import EmbeddedPostgres
from app.db.sealed import BlindIndex
from app.rules.agency import Agency
from app.settings import Settings, key_bytes, read_settings
from app.wiring import migrate, open_services
from tests.bench import gauge
from tests.bench.population import AGENCY, DUE
from tests.bench.spoken import Voice

ROOT = Path(__file__).parents[2]
STARTS_WITHIN = 60
MAKE_ATTEMPTS = """
    WITH made AS (
      INSERT INTO message (period, agency_id, kind, channel, template, language, zone, status, month, first_due_at,
             due_at, deadline_at, created_at, handed_at, member_id, renewal_id, step, contact_point_id)
      SELECT '2027-02-01', %(agency)s, 'reminder', %(channel)s, 'renewal_two_months', 'en', 'America/Los_Angeles',
             'sent', '2026-12-01', now(), now(), now() + interval '30 days', now(), now(), gen_random_uuid(),
             gen_random_uuid(), 'renewal_two_months', gen_random_uuid()
        FROM generate_series(1, %(count)s) RETURNING id, period, agency_id, channel)
    INSERT INTO attempt (id, period, agency_id, message_id, number, state, channel, provider, provider_id, code,
           intended_at, intended_on_machine, lease_until, accepted_at, accepted_on_machine)
    SELECT gen_random_uuid(), period, agency_id, id, 1, 'accepted', channel, %(provider)s,
           %(prefix)s || replace(id::text, '-', ''), 'A2345678', now(), now(), now(), now(), now() FROM made
    RETURNING id, provider_id
"""


@dataclass(frozen=True, slots=True)
class House:
    """Everything in place, and what is measured of it."""

    connection: psycopg.Connection = field(repr=False)
    port: int
    agency: UUID
    voice: Voice
    groups: Mapping[str, int]
    """The process trees that are measured, by name."""

    def attempts(self, channel: str, provider: str, count: int) -> list[tuple[UUID, str]]:
        """Make messages that a provider accepted; return the attempt and the provider's id of each."""
        values = {"agency": self.agency, "channel": channel, "provider": provider, "count": count, "prefix": "SM"}
        made = self.connection.execute(MAKE_ATTEMPTS, values).fetchall()
        self.connection.execute("VACUUM ANALYZE message, attempt")
        return [(row[0], row[1]) for row in made]

    def count(self, what: str) -> int:
        """Return how many rows there are of something (`table WHERE …`)."""
        [(found,)] = self.connection.execute(f"SELECT count(*) FROM {what}").fetchall()  # type: ignore[call-overload]  # noqa: S608
        return int(found)

    def memory(self) -> float:
        """Return the MiB that the API's process holds."""
        return gauge.memory(self.groups["api"])["rss"]


@contextmanager
def open_house(*, worker: bool = False) -> Iterator[House]:
    """Put PostgreSQL and the API up, with a worker if wanted, and take them down again."""
    with (
        tempfile.TemporaryDirectory(prefix="keepcovered-house-") as made,
        EmbeddedPostgres(folder := Path(made), durable=True) as server,
    ):
        try:
            port = _free_port()
            settings = read_settings(folder, f"http://127.0.0.1:{port}")
            agency, key = asyncio.run(_prepare(settings, server.url))
            voice = Voice(key, settings, BlindIndex(key_bytes(settings.index_key.get_secret_value())))
            with (
                psycopg.connect(server.url, autocommit=True) as connection,
                _running(folder, server.url, "api", "--port", str(port)) as api,
                _running(folder, server.url, "worker") if worker else nullcontext(),
            ):
                _wait_for(f"http://127.0.0.1:{port}/healthz")
                postgres = int((server.home / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
                groups = {"api": api.pid, "postgres": postgres, "caller": os.getpid()}
                yield House(connection, port, agency.id, voice, groups)
        finally:
            server.erase()


async def _prepare(settings: Settings, url: str) -> tuple[Agency, str]:
    await migrate(settings, url)
    async with open_services(settings, url) as services:
        agency = await services.tenancy.add(AGENCY)
        if not isinstance(agency, Agency):
            raise TypeError(agency)
        async with services.database.transaction(None) as tx:
            await clock.set_to(tx.session, DUE)
        key = await services.tenancy.add_key(agency.id, name="bench", scopes=["admin"])
    return agency, key.text


@contextmanager
def _running(folder: Path, url: str, *words: str) -> Iterator[subprocess.Popen[Any]]:
    command = [sys.executable, "-m", "app.cli", *words, "--data", str(folder)]
    known = {**os.environ, "KEEPCOVERED_DATABASE_URL": url, "KEEPCOVERED_LOG_FORMAT": "json"}  # noqa: TID251
    with (folder / "log").open("a") as log, subprocess.Popen(command, cwd=ROOT, env=known, stderr=log) as process:  # noqa: S603
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(url: str) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  (our own address)
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError("the API did not start")


def _free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
