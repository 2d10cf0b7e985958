"""What is measured, put up: a durable PostgreSQL of our own, the sink, the people, and the worker."""

import asyncio
import json
import select
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from app.db import clock
from app.db.embedded import EmbeddedPostgres
from app.db.sealed import BlindIndex, KeyRing
from app.rules.agency import Agency
from app.settings import key_bytes
from app.wiring import migrate, open_services
from tests.bench import gauge, population
from tests.bench.sink import Sink, running_sink
from tests.bench.worker import sandbox

ROOT = Path(__file__).parents[2]
LOOK_EVERY = 0.5
FAR = 100
"""Milliseconds after which the far provider answers."""
PREPARE = """
CREATE SCHEMA bench;
CREATE TABLE bench.bare (LIKE message INCLUDING ALL);
CREATE TABLE bench.planned (LIKE message);
"""
EMPTY = "TRUNCATE message, attempt, receipt, replan"
MARK = "INSERT INTO replan (agency_id, renewal_id) SELECT agency_id, id FROM renewal"
SETTLE = ("VACUUM ANALYZE message, attempt, replan", "CHECKPOINT")
BARE_INSERT = """
    INSERT INTO bench.bare (period, agency_id, kind, member_id, renewal_id, step, channel, contact_point_id, template,
           template_version_id, language, zone, status, month, first_due_at, due_at, deadline_at, created_at)
    SELECT '2027-02-01', %(agency)s, 'reminder', gen_random_uuid(), gen_random_uuid(), 'renewal_two_months', 'sms',
           gen_random_uuid(), 'renewal_two_months', %(agency)s, 'en', 'America/Los_Angeles', 'planned', '2026-12-01',
           '2026-12-01 17:00+00', '2026-12-01 17:00+00', '2027-01-15 08:00+00', now()
      FROM generate_series(1, %(rows)s)
"""


@dataclass(slots=True)
class Worker:
    """The measured process, as its parent sees it."""

    process: subprocess.Popen[str]
    memory: list[dict[str, float]] = field(default_factory=list)
    """Looks at its memory while it obeys."""

    def obey(self, command: str, count: int = 0) -> dict[str, Any]:
        """Have a command carried out and return its answer."""
        self.tell({"do": command, "count": count})
        return self.answer()

    def tell(self, what: dict[str, Any]) -> None:
        """Write a line to it."""
        if self.process.stdin is not None:
            self.process.stdin.write(json.dumps(what) + "\n")
            self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """Wait for its answer, looking at its memory meanwhile."""
        words = self.process.stdout
        while words and not select.select([words], [], [], LOOK_EVERY)[0]:
            self.memory.append(gauge.memory(self.process.pid))
        line = words.readline() if words else ""
        if not line:
            raise RuntimeError("the worker ended; see its words above")
        self.memory.append(gauge.memory(self.process.pid))
        found: dict[str, Any] = json.loads(line)
        return found


@dataclass(frozen=True, slots=True)
class Stand:
    """Everything in place: the database to be reset by, the sink, the worker, and whom they are for."""

    connection: psycopg.Connection
    sink: Sink
    worker: Worker
    bare: Worker
    """A second process, for the bare loop and for what is measured without a lane."""
    far: Worker
    """A third one, whose provider answers after a while."""
    agency: Agency
    groups: dict[str, int]
    """The process trees that are measured, by name."""
    another: Callable[[], AbstractContextManager[Worker]] = field(repr=False)
    """Starts one more worker."""
    neighbour: Callable[[int], UUID] = field(repr=False)
    """Adds another agency with so many people, whose renewals are to be planned."""

    def run(self, *statements: str, **values: object) -> int:
        """Run statements outside any transaction and return how many rows the last one touched."""
        return [self.connection.execute(statement, values or None).rowcount for statement in statements][-1]

    def to_be_planned(self) -> None:
        """Mark every renewal to be planned, with nothing planned yet."""
        self.run(EMPTY, MARK, *SETTLE)

    def keep_the_plan(self) -> None:
        """Remember what is planned, to be put back by `to_be_sent`."""
        self.run("TRUNCATE bench.planned", "INSERT INTO bench.planned SELECT * FROM message")

    def to_be_sent(self) -> None:
        """Put back what was planned, all of it due."""
        self.run(EMPTY, "INSERT INTO message SELECT * FROM bench.planned", *SETTLE)

    def insert_bare(self, rows: int) -> int:
        """Insert rows into a table like `message` and nothing else."""
        return self.run(BARE_INSERT, agency=self.agency.id, rows=rows)

    def waiting(self, channel: str) -> int:
        """Return how many messages of a channel are due and still planned."""
        asked = "SELECT count(*) FROM message WHERE channel = %s AND status = 'planned' AND due_at < %s"
        [(count,)] = self.connection.execute(asked, [channel, population.DUE + timedelta(hours=12)]).fetchall()
        return int(count)


@contextmanager
def standing(size: int) -> Iterator[Stand]:
    """Put everything up, and take it down again."""
    with (
        tempfile.TemporaryDirectory(prefix="keepcovered-bench-") as made,
        EmbeddedPostgres(folder := Path(made), durable=True) as server,
        running_sink(folder) as sink,
        running_sink(folder, delay=FAR) as far_sink,
    ):
        try:
            agency = asyncio.run(_prepare(folder, server.url, sink.url))
            with (
                psycopg.connect(server.url, autocommit=True) as connection,
                _worker(folder, server.url, sink.url) as worker,
                _worker(folder, server.url, sink.url) as bare,
                _worker(folder, server.url, far_sink.url) as far,
            ):
                _fill(connection, folder, sink, agency, size)
                postgres = int((server.home / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
                groups = {
                    "worker": worker.process.pid,
                    "bare": bare.process.pid,
                    "far": far.process.pid,
                    "postgres": postgres,
                    "sink": sink.pid,
                    "far sink": far_sink.pid,
                }
                another = partial(_worker, folder, server.url, sink.url)
                neighbour = partial(_neighbour, connection, folder, server.url, sink)
                yield Stand(connection, sink, worker, bare, far, agency, groups, another, neighbour)
        finally:
            server.erase()


async def _prepare(folder: Path, url: str, sink: str) -> Agency:
    """Migrate, publish the templates, add the agency, and let it be the morning on which reminders go out."""
    settings = sandbox(folder, sink)
    await migrate(settings, url)
    async with open_services(settings, url) as services:
        agency = await services.tenancy.add(population.AGENCY)
        if not isinstance(agency, Agency):
            raise TypeError(agency)
        async with services.database.transaction(None) as tx:
            await clock.set_to(tx.session, population.DUE)
    return agency


def _fill(connection: psycopg.Connection, folder: Path, sink: Sink, agency: Agency, size: int) -> None:
    settings = sandbox(folder, sink.url)
    index = BlindIndex(key_bytes(settings.index_key.get_secret_value()))
    population.load(connection, population.County(agency.id, KeyRing(settings.key_ring), index), size)
    connection.execute(PREPARE)
    connection.execute("VACUUM ANALYZE")


def _neighbour(connection: psycopg.Connection, folder: Path, url: str, sink: Sink, size: int) -> UUID:
    """Add another agency with people of its own, whose renewals are to be planned; return its id."""
    settings = sandbox(folder, sink.url)

    async def add() -> Agency:
        async with open_services(settings, url) as services:
            added = await services.tenancy.add(population.NEIGHBOUR)
        if not isinstance(added, Agency):
            raise TypeError(added)
        return added

    agency = asyncio.run(add())
    index = BlindIndex(key_bytes(settings.index_key.get_secret_value()))
    population.load(connection, population.County(agency.id, KeyRing(settings.key_ring), index), size)
    connection.execute(f"{MARK} WHERE agency_id = %s", [agency.id])  # type: ignore[call-overload]
    return agency.id


@contextmanager
def _worker(folder: Path, url: str, sink: str) -> Iterator[Worker]:
    command = [sys.executable, "-m", "tests.bench.worker"]
    with subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=(folder / "log").open("a"), text=True
    ) as process:
        worker = Worker(process)
        worker.tell({"folder": str(folder), "database": url, "sink": sink})
        worker.answer()
        try:
            yield worker
        finally:
            if process.stdin is not None:
                process.stdin.close()
            process.wait(30)
