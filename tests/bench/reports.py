"""`python -m tests.bench.reports`: how long the deliveries report takes over so many reminders, beside counting them.

The reminders are made by SQL: twelve months with twenty days each, three channels, eighteen languages as common as
among members of Medi-Cal, six steps, every kind of end. They go into the real tables, so that the trigger counts them
as it counts everything; what it noted is rolled up as the tick does it. The table's other indexes are taken away
first, for the report reads none of them and ten million rows are there in minutes instead of an hour.
"""

import asyncio
import json
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Annotated, Any
from uuid import UUID

import psycopg
import typer

from app.db import clock
from app.db.embedded import EmbeddedPostgres
from app.pipeline.reporting import ReportAsked
from app.queue import quiet_logs
from app.settings import read_settings
from app.wiring import Services, migrate, open_services
from tests.bench.population import AGENCY

CHUNK = 250_000
ROUNDS = 15
NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)
YEAR = (date(2026, 2, 1), date(2027, 1, 1))
ASKED = {
    "totals": ((), YEAR),
    "by channel": (("channel",), YEAR),
    "by month and status": (("month", "status"), YEAR),
    "by channel, language, step": (("channel", "language", "step"), YEAR),
    "by day, one month": (("day",), (date(2026, 12, 1), date(2026, 12, 1))),
    "by day, the year": (("day",), YEAR),
}
BARE = """
    DO $$ DECLARE one text; BEGIN
      FOR one IN SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                  WHERE i.indrelid = 'message'::regclass AND NOT i.indisprimary LOOP
        EXECUTE 'DROP INDEX ' || one;
      END LOOP;
    END $$
"""
FILL = """
    INSERT INTO message (period, agency_id, kind, member_id, renewal_id, step, channel, contact_point_id, template,
           language, zone, place, status, reason, month, first_due_at, due_at, deadline_at, created_at, provider,
           segments, cost, handed_at, seconds)
    SELECT month + interval '2 months', %(agency)s, 'reminder', %(agency)s, %(agency)s, 'step_' || step, channel,
           %(agency)s, 'template_' || step, language, 'America/Los_Angeles', 'America/Los_Angeles;CA', status,
           CASE status WHEN 'skipped' THEN (ARRAY['no_consent', 'landline', 'opted_out'])[1 + n %% 3]
                WHEN 'undelivered' THEN (ARRAY['unreachable', 'carrier_filtered'])[1 + n %% 2]
                WHEN 'canceled' THEN 'renewed' END, month, due, due, due + interval '40 days', due,
           CASE WHEN handed THEN 'twilio' END, CASE WHEN handed THEN 2 ELSE 0 END,
           CASE WHEN handed THEN 0.0166 ELSE 0 END,
           CASE WHEN handed THEN due END, CASE status WHEN 'delivered' THEN exp(1.5 + random_normal()) END
      FROM generate_series(cast(%(first)s AS bigint), %(last)s) n
     CROSS JOIN LATERAL (SELECT cast(date '2026-02-01' + make_interval(months => cast(n %% 12 AS integer)) AS date)
                                  AS month,
                                (ARRAY['sms', 'email', 'voice'])[1 + n / 12 %% 3] AS channel, n / 36 %% 6 AS step,
                                cast(floor(power(random(), 3) * 18) AS integer) AS tongue, random() AS luck) a
     CROSS JOIN LATERAL (SELECT cast(month + make_interval(days => cast(n / 216 %% 20 AS integer), hours => 18)
                                     AS timestamptz) AS due, 'l' || tongue AS language,
                                CASE WHEN luck < .7 THEN 'delivered' WHEN luck < .8 THEN 'skipped'
                                     WHEN luck < .86 THEN 'canceled' WHEN luck < .92 THEN 'undelivered'
                                     WHEN luck < .97 THEN 'sent' ELSE 'planned' END AS status) b
     CROSS JOIN LATERAL (SELECT status IN ('delivered', 'undelivered', 'sent') AS handed) c
"""
COUNT = (
    "SELECT channel, status, count(*), percentile_disc(0.95) WITHIN GROUP (ORDER BY seconds) FROM message GROUP BY 1, 2"
)
CELLS = """
    SELECT (SELECT count(*) FROM report_month) AS month, (SELECT count(*) FROM report_day) AS day,
           pg_total_relation_size('report_month') + pg_total_relation_size('report_day') AS bytes
"""
Size = Annotated[int, typer.Option(help="How many reminders.", min=10_000)]


def main(size: Size = 1_000_000) -> None:
    """Measure the report, and print the figures as JSON."""
    quiet_logs()
    with (
        tempfile.TemporaryDirectory(prefix="keepcovered-bench-") as made,
        EmbeddedPostgres(Path(made), durable=False) as server,
    ):
        try:
            asyncio.run(_measure(Path(made), server, size))
        finally:
            server.erase()


async def _measure(folder: Path, server: EmbeddedPostgres, size: int) -> None:
    settings = read_settings(folder, "http://127.0.0.1:8000")
    await migrate(settings, server.url)
    async with open_services(settings, server.url) as services:
        agency = await services.tenancy.add(AGENCY)
        async with services.database.transaction(None) as tx:
            await clock.set_to(tx.session, NOW)
        await services.keeping.make_ahead()
        figures: dict[str, Any] = {"reminders": size}
        figures |= await _filled(services, server.url, agency.id, size)
        figures["milliseconds"] = {name: await _asked(services, agency.id, *one) for name, one in ASKED.items()}
        figures["differing cells of a month"] = await services.reporting.recounted(agency.id, date(2026, 12, 1))
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


async def _filled(services: Services, url: str, agency: UUID, size: int) -> dict[str, Any]:
    rolling = 0.0
    begun = time.perf_counter()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(BARE)
        for first in range(0, size, CHUNK):
            last = min(first + CHUNK, size) - 1
            await asyncio.to_thread(connection.execute, FILL, {"agency": agency, "first": first, "last": last})
            before = time.perf_counter()
            await services.reporting.roll_up()
            rolling += time.perf_counter() - before
        filling = time.perf_counter() - begun
        connection.execute("VACUUM ANALYZE report_day, report_month, report_delta")
        before = time.perf_counter()
        connection.execute(COUNT).fetchall()
        counting = time.perf_counter() - before
        [(months, days, size_of)] = connection.execute(CELLS).fetchall()
    return {
        "seconds to fill": round(filling, 1), "of these to roll up": round(rolling, 1),
        "cells of months": months, "cells of days": days, "MiB of cells": round(size_of / 2**20, 1),
        "seconds to count the rows themselves": round(counting, 2),
    }  # fmt: skip


async def _asked(services: Services, agency: UUID, axes: tuple[str, ...], span: tuple[date, date]) -> float:
    """Return the median milliseconds of a report."""
    took = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        await services.reporting.deliveries(agency, ReportAsked(*span, axes))
        took.append(time.perf_counter() - begun)
    return round(median(took) * 1e3, 1)


if __name__ == "__main__":
    typer.run(main)
