"""`python -m tests.bench.forecast`: how long a forecast of many people takes, and how much memory this process has.

The people are made by SQL: every channel and language, renewals over the next twelve months, a tenth without
consent. It is forecast with nothing planned, without and with a call centre; then everything is planned by the
same rules and forecast again; then single newcomers are planned among all the others.
"""

import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Annotated, Any, Final

import psycopg
import typer

from app.db import clock
from app.db.embedded import EmbeddedPostgres
from app.queue import quiet_logs
from app.rules.agency import Agency
from app.settings import read_settings
from app.wiring import Services, migrate, open_services
from tests.bench.population import AGENCY

NOW = datetime(2026, 11, 2, 20, tzinfo=UTC)
CALLS: Final = "[call_centre]\ncalls_per_hour = {}\n"
SINGLES: Final = 20
LANGUAGES: Final = "(ARRAY['en', 'es', 'vi', 'zh-Hans', 'ko'])[1 + n %% 5]"
PEOPLE = f"""
    INSERT INTO member (agency_id, id, ref_index, key_sealed, language_written, language_spoken, created_at, updated_at)
    SELECT %(agency)s, id, int8send(n), '\\x00', {LANGUAGES}, {LANGUAGES}, %(now)s, %(now)s FROM bench_person;
    INSERT INTO contact_point (agency_id, id, member_id, kind, value_sealed, value_index, rank, line_kind, zone, place)
    SELECT %(agency)s, gen_random_uuid(), id, kind, '\\x00', int8send(n * 2 + which), 1, line, zone, zone || ';CA'
      FROM bench_person CROSS JOIN (VALUES (0, 'phone', 'mobile'), (1, 'email', 'unknown')) point (which, kind, line)
     CROSS JOIN LATERAL (SELECT CASE n %% 20 WHEN 0 THEN 'America/New_York' ELSE 'America/Los_Angeles' END AS zone) z;
    INSERT INTO consent_state (agency_id, member_id, address_index, channel, purpose, granted, at)
    SELECT %(agency)s, id, int8send(n * 2 + which), channel, 'renewal', true, %(now)s
      FROM bench_person CROSS JOIN (VALUES (0, 'sms'), (0, 'voice'), (1, 'email')) yes (which, channel)
     WHERE n %% 10 > 0;
    INSERT INTO renewal (agency_id, id, member_id, program, renewal_month, status)
    SELECT %(agency)s, gen_random_uuid(), id, 'medi_cal',
           '2026-12-01'::date + make_interval(months => cast(n %% 12 AS int)),
           'upcoming' FROM bench_person
"""  # noqa: S608
MAKE = "CREATE TABLE bench_person AS SELECT gen_random_uuid() AS id, n FROM generate_series(%(first)s, %(last)s) n"
MARK = "INSERT INTO replan SELECT agency_id, id FROM renewal WHERE member_id IN (SELECT id FROM bench_person)"
Size = Annotated[int, typer.Option(help="How many people.", min=100)]
Months = Annotated[int, typer.Option(help="How many months are forecast.", min=1)]


def main(size: Size = 10_000, months: Months = 3) -> None:
    """Measure forecasts, and print the figures as JSON."""
    quiet_logs()
    with (
        tempfile.TemporaryDirectory(prefix="keepcovered-bench-") as made,
        EmbeddedPostgres(Path(made), durable=True) as server,
    ):
        try:
            asyncio.run(_measure(Path(made), server.url, size, months))
        finally:
            server.erase()


async def _measure(folder: Path, url: str, size: int, months: int) -> None:
    settings = read_settings(folder, "http://127.0.0.1:8000")
    await migrate(settings, url)
    async with open_services(settings, url) as services:
        async with services.database.transaction(None) as tx:
            await clock.set_to(tx.session, NOW)
        agency = await _agency(services)
        await asyncio.to_thread(_fill, url, agency, 1, size)
        calls = max(size * 0.002, 1)

        async def forecast(owner: Agency) -> int:
            found = await services.forecasting.months(owner, months)
            say(fits=found.fits, changes=list(found.changes))
            return int(found.totals["messages"])

        await clocked("forecast, nothing planned, no limits", lambda: forecast(agency))
        limited = await _agency(services, CALLS.format(calls))
        await clocked("forecast, nothing planned, call centre", lambda: forecast(limited))
        await asyncio.to_thread(_run, url, MARK)
        await clocked("plan everything, call centre", lambda: services.planning.agency(agency.id))
        await asyncio.to_thread(_run, url, "VACUUM ANALYZE")
        await clocked("forecast, all planned, call centre", lambda: forecast(limited))
        await clocked("a day's planning, call centre", services.planning.daily)
        for name, toml in {"call centre": CALLS.format(calls), "no limits": ""}.items():
            await _agency(services, toml)
            await _singles(services, url, agency, size, name)
            size += SINGLES


async def _singles(services: Services, url: str, agency: Agency, size: int, name: str) -> None:
    """Plan newcomers one by one."""
    took = []
    for number in range(size + 1, size + SINGLES + 1):
        await asyncio.to_thread(_fill, url, agency, number, number)
        await asyncio.to_thread(_run, url, MARK)
        began = time.perf_counter()
        await services.planning.agency(agency.id)
        took.append(time.perf_counter() - began)
    say(what=f"one newcomer, {name}", milliseconds=round(1000 * median(took), 1))


async def _agency(services: Services, toml: str = "") -> Agency:
    found = await services.tenancy.add(AGENCY.partition("[rates]")[0] + toml)
    if not isinstance(found, Agency):
        raise TypeError(found)
    return found


def _fill(url: str, agency: Agency, first: int, last: int) -> None:
    _run(url, "DROP TABLE IF EXISTS bench_person")
    _run(url, MAKE, first=first, last=last)
    for statement in PEOPLE.split(";\n"):
        _run(url, statement, agency=agency.id, now=NOW)
    if last > first:
        _run(url, "VACUUM ANALYZE")


def _run(url: str, statement: str, **values: Any) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        if values and "generate_series" in statement:
            statement = statement % values  # a table is made without parameters
            values = {}
        connection.execute(statement, values or None)


async def clocked(what: str, work: Callable[[], Awaitable[int]]) -> None:
    """Say how long something took and how much memory this process has had at most."""
    began, cpu = time.perf_counter(), time.process_time()
    done = await work()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    seconds, own = time.perf_counter() - began, time.process_time() - cpu
    say(what=what, done=done, seconds=round(seconds, 2), own_cpu=round(own, 2), megabytes=memory)


def say(**figures: Any) -> None:
    """Print a line of JSON."""
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    typer.run(main)
