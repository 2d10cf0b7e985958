"""`python -m tests.bench.planning`: a season's forecast and planning with all ladders, and what one event costs.

The people are made by SQL: three channels, six languages, places in three zones, a tenth who share a phone with
another, renewals over twelve months in every status. Everybody is planned from nothing; then one day after the
other is planned, a month's first days among them, on which a whole cohort comes within the horizon; then single
events and batches of a thousand. The database's time is the CPU that all its processes used.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from statistics import median
from typing import Annotated, Any, Final

import psycopg
import typer

from app.db import clock
from app.db.embedded import EmbeddedPostgres
from app.queue import quiet_logs
from app.settings import read_settings
from app.wiring import Services, migrate, open_services
from tests.bench import gauge, page
from tests.bench.population import AGENCY

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAYS = 10
"""They go over the day on which the steps of March's renewals that begin on its first come within the horizon."""
SINGLES, BATCHES, BATCH = 200, 5, 1_000
MONTHS, MONDAY, NOISY = 3, 0, 0.2
FORECAST, FORECAST_AGAIN = "forecast of three months, nothing planned", "the same, everything planned"
FIRST, ORDINARY, WEEKLY = (
    "everybody planned from nothing",
    "an ordinary day",
    "a Monday, on which all is looked through",
)
ENTERING, EVENT, THOUSAND = "a day on which a month comes near", "one event", "1,000 events in one pass"
WANTED = {
    FORECAST: "< 30 s, < 500 MB", FORECAST_AGAIN: "< 30 s, < 500 MB", FIRST: "", ORDINARY: "< 60 s", WEEKLY: "< 60 s",
    ENTERING: "< 60 s", EVENT: "< 20 ms of database time", THOUSAND: "one pass",
}  # fmt: skip
ID: Final = "cast('00000000-0000-7000-8000-' || lpad(to_hex(n * 4 + {}), 12, '0') AS uuid)"
MEMBER, PHONE, EMAIL, RENEWAL = (ID.format(number) for number in range(4))
PEOPLE = f"""
    INSERT INTO member (agency_id, id, key_sealed, language_written, language_spoken, created_at, updated_at)
    SELECT %(agency)s, {MEMBER}, '', language, language, %(now)s, %(now)s FROM generate_series(1, %(size)s) n
     CROSS JOIN LATERAL (SELECT (ARRAY['en', 'es', 'vi', 'zh-Hans', 'zh-Hant', 'ko'])[1 + n %% 6] AS language) l;
    INSERT INTO contact_point (agency_id, id, member_id, kind, value_sealed, value_index, rank, line_kind, zone, place)
    SELECT %(agency)s, {PHONE}, {MEMBER}, 'phone', '', sha256(int8send(n - CASE WHEN n %% 10 = 0 THEN 1 ELSE 0 END)), 1,
           'mobile', split_part(place, ';', 1), place FROM generate_series(1, %(size)s) n
     CROSS JOIN LATERAL (SELECT CASE n %% 20 WHEN 0 THEN 'America/New_York;NY' WHEN 1 THEN 'America/Phoenix;AZ'
                                ELSE 'America/Los_Angeles;CA' END AS place) p;
    INSERT INTO contact_point (agency_id, id, member_id, kind, value_sealed, value_index, rank, place)
    SELECT %(agency)s, {EMAIL}, {MEMBER}, 'email', '', sha256(int8send(-n)), 1, 'America/Los_Angeles;CA'
      FROM generate_series(1, %(size)s) n WHERE n %% 10 <> 3;
    INSERT INTO consent_state (agency_id, member_id, address_index, channel, purpose, granted, at)
    SELECT agency_id, member_id, value_index, channel, 'renewal', true, %(now)s
      FROM contact_point JOIN (VALUES ('phone', 'sms'), ('phone', 'voice'), ('email', 'email')) k (kind, channel)
           USING (kind) WHERE channel <> 'voice' OR get_byte(value_index, 0) < 128;
    INSERT INTO renewal (agency_id, id, member_id, program, renewal_month, status, status_on, effective_on,
           packet_mailed_on)
    SELECT %(agency)s, {RENEWAL}, {MEMBER}, 'medi_cal', month, status,
           CASE WHEN status IN ('auto_renewed', 'renewed', 'ineligible') THEN %(today)s - 3 END,
           CASE WHEN status = 'discontinued_procedural' THEN month + 29 END,
           CASE WHEN status = 'packet_mailed' THEN month - 60 END
      FROM generate_series(1, %(size)s) n
     CROSS JOIN LATERAL (SELECT cast(%(month)s + make_interval(months => cast(n %% 12 AS integer)) AS date) AS month) m
     CROSS JOIN LATERAL (SELECT CASE
         WHEN n %% 12 = 0 THEN (ARRAY['renewed', 'renewed', 'discontinued_procedural', 'ineligible'])[1 + n / 12 %% 4]
         WHEN n %% 12 < 4 THEN (ARRAY['auto_renewed', 'auto_renewed', 'upcoming', 'packet_mailed'])[1 + n / 12 %% 4]
         ELSE 'upcoming' END AS status) s
"""  # noqa: S608
MARK = "INSERT INTO replan SELECT agency_id, id FROM renewal"
DRAWN = "SELECT id FROM renewal ORDER BY md5(cast(id AS text)) LIMIT %(count)s"
PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- planning: begin -->", "<!-- planning: end -->"
HEADINGS = ("what", "wanted for 1,000,000")
Figure = dict[str, float]
Sizes = Annotated[str, typer.Option(help="How many people, one run for each, separated by commas.")]
Write = Annotated[bool, typer.Option("--write", help="Put the table into the page of figures.")]


def main(sizes: Sizes = "10000,100000", write: Write = False) -> None:  # noqa: FBT002  (a flag is a flag)
    """Measure forecasts and planning, and print the figures as JSON and a table."""
    quiet_logs()
    found = {}
    for size in map(int, sizes.split(",")):
        found[size] = _run(size)
        sys.stderr.write(json.dumps({size: found[size]}) + "\n")
    shown = table(found)
    if write:
        page.between(PAGE, BEGIN, END, shown)
    sys.stdout.write(shown + "\n")


def table(found: Mapping[int, Mapping[str, Any]]) -> str:
    """Return the figures of all sizes side by side."""
    rows = [[what, wanted, *(_cell(found[size][what]) for size in found)] for what, wanted in WANTED.items()]
    return page.markdown((*HEADINGS, *(f"{size:,} people" for size in found)), rows)


def _cell(figure: Figure) -> str:
    parts = [f"{figure['seconds']:,.3g} s", f"database {figure['database']:,.3g} s"]
    if figure.get("rows"):
        parts.append(f"{figure['rows']:,.0f} rows")
    if "memory" in figure:
        parts.append(f"{figure['memory']:,.0f} MiB")
    if figure.get("noise", 0) > NOISY:
        parts.append(f"others used {figure['noise']:.1f} cores")
    return ", ".join(parts)


def _run(size: int) -> dict[str, Figure]:
    with (
        tempfile.TemporaryDirectory(prefix="keepcovered-bench-") as made,
        EmbeddedPostgres(Path(made), durable=True) as server,
    ):
        try:
            return asyncio.run(_measure(Path(made), server, size))
        finally:
            server.erase()


async def _measure(folder: Path, server: EmbeddedPostgres, size: int) -> dict[str, Figure]:
    settings = read_settings(folder, "http://127.0.0.1:8000")
    await migrate(settings, server.url)
    postgres = int((server.home / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
    async with open_services(settings, server.url) as services:
        await _at(services, NOW)
        agency = await services.tenancy.add(AGENCY.split("[rates]")[0])
        with psycopg.connect(server.url, autocommit=True) as connection:
            _fill(connection, agency.id, size)
            one = _Measured(services, connection, agency, postgres)
            figures = {FORECAST: await one.forecast(), FIRST: await one.first()}
            figures |= await one.days()
            figures |= {FORECAST_AGAIN: await one.forecast()}
            return figures | {EVENT: await one.events(SINGLES, 1), THOUSAND: await one.events(BATCHES, BATCH)}


def _fill(connection: psycopg.Connection, agency: Any, size: int) -> None:
    values = {"agency": agency, "size": size, "now": NOW - timedelta(days=1), "today": NOW.date(),
              "month": date(2026, 10, 1)}  # fmt: skip
    for statement in PEOPLE.split(";\n"):
        connection.execute(statement, {name: value for name, value in values.items() if f"%({name})s" in statement})
    connection.execute(MARK)
    connection.execute("VACUUM ANALYZE")


async def _at(services: Services, moment: datetime) -> None:
    async with services.database.transaction(None) as tx:
        await clock.set_to(tx.session, moment)


class _Measured:
    """What is measured, each as seconds, CPU seconds of the database, rows, and this process's memory in MiB."""

    def __init__(self, services: Services, connection: psycopg.Connection, agency: Any, postgres: int) -> None:
        self._services, self._connection, self._agency = services, connection, agency
        self._both = {"postgres": postgres, "process": os.getpid()}

    async def forecast(self) -> Figure:
        """Forecast the coming three months."""

        async def messages() -> int:
            return int((await self._services.forecasting.months(self._agency, MONTHS)).totals["messages"])

        return await self._clocked(messages)

    async def first(self) -> Figure:
        """Plan everybody from nothing."""
        found = await self._clocked(self._services.planning.waiting)
        self._connection.execute("VACUUM ANALYZE message")
        return found

    async def days(self) -> dict[str, Figure]:
        """Plan one day after the other; return an ordinary one, the weekly look at everything, and the longest."""
        ordinary, weekly, entering = list[Figure](), list[Figure](), list[Figure]()
        for moment in (NOW + timedelta(days=number) for number in range(1, DAYS + 1)):
            await _at(self._services, moment)
            one = await self._clocked(self._services.planning.daily)
            (entering if one["rows"] else weekly if moment.weekday() == MONDAY else ordinary).append(one)
        longest: Callable[[Figure], float] = itemgetter("seconds")
        return {
            ORDINARY: sorted(ordinary, key=longest)[len(ordinary) // 2],
            WEEKLY: max(weekly, key=longest), ENTERING: max(entering, key=longest),
        }  # fmt: skip

    async def events(self, rounds: int, count: int) -> Figure:
        """Plan again what so many events changed; the median, and what the database used for each round."""
        chosen = self._connection.execute(DRAWN, {"count": rounds * count}).fetchall()
        told, walls = gauge.read(self._both), list[float]()
        for number in range(rounds):
            ids = [id_ for (id_,) in chosen[number * count : (number + 1) * count]]
            self._connection.execute("INSERT INTO replan SELECT %s, unnest(%s::uuid[])", [self._agency.id, ids])
            begun = time.perf_counter()
            await self._services.planning.agency(self._agency.id)
            walls.append(time.perf_counter() - begun)
        used = gauge.read(self._both).since(told)
        return {"seconds": median(walls), "database": used.groups["postgres"] / rounds, "noise": used.noise}

    async def _clocked(self, work: Callable[[], Awaitable[int]]) -> Figure:
        told, begun = gauge.read(self._both), time.perf_counter()
        rows = await work()
        seconds = time.perf_counter() - begun
        used = gauge.read(self._both).since(told)
        return {
            "rows": rows, "seconds": seconds, "database": used.groups["postgres"],
            "memory": gauge.memory(os.getpid())["rss"], "noise": used.noise,
        }  # fmt: skip


if __name__ == "__main__":
    typer.run(main)
