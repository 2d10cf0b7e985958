from datetime import UTC, date, datetime

import psycopg
import pytest

from app.db import clock
from app.pipeline.keeping import Keeping
from app.rules.retention import Kept
from tests.app.db.said import attempt, message, receipt
from tests.app.db.standing import standing_in

NOVEMBER = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
async def place(own_url):
    """A database of the test's own: it changes the tables' shape."""
    async with standing_in(own_url) as opened:
        await at(opened, NOVEMBER)
        yield opened


async def at(place, moment):
    async with place.session(None) as session:
        await clock.set_to(session, moment)


def keeping(place, *, months=12):
    kept = Kept(
        messages=36, attempts=36, receipts=12, replies=36, signups=1, reports=84, months_each=months, ahead=12
    )  # fmt: skip
    return Keeping(place.database, kept)


def parts(place, table="message"):
    rows = place.rows("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' ORDER BY 1")
    return [row["relname"] for row in rows if row["relname"].startswith(f"{table}_")]


async def test_there_are_partitions_for_what_ended_lately_and_a_year_ahead(place):
    assert await keeping(place).make_ahead() == 6
    assert parts(place) == ["message_2026_01", "message_2027_01", "message_other"]
    assert await keeping(place).make_ahead() == 0


async def test_partitions_may_be_narrower_from_some_day_on(place):
    await keeping(place).make_ahead()
    await at(place, datetime(2027, 5, 2, tzinfo=UTC))
    await keeping(place, months=6).make_ahead()
    assert parts(place) == ["message_2026_01", "message_2027_01", "message_2028_01", "message_other"]


async def test_what_is_said_in_good_time_never_strays(place):
    await keeping(place).run()
    message(place)
    assert place.rows("SELECT tableoid::regclass::text AS part FROM message") == [{"part": "message_2027_01"}]


async def test_each_kind_is_dropped_when_its_own_time_is_over(place):
    receipt(place, attempt(place, message(place)))
    await keeping(place).make_ahead()
    await at(place, datetime(2029, 1, 2, tzinfo=UTC))
    await keeping(place).run()
    assert "receipt_2027_01" not in parts(place, "receipt")
    assert ("message_2027_01" in parts(place), "attempt_2027_01" in parts(place, "attempt")) == (True, True)
    await at(place, datetime(2031, 1, 2, tzinfo=UTC))
    await keeping(place).run()
    assert place.rows("SELECT 1 FROM message UNION ALL SELECT 1 FROM attempt UNION ALL SELECT 1 FROM receipt") == []
    assert "message_2027_01" not in parts(place)


async def test_the_counts_outlive_the_messages(place):
    message(place, status="delivered")
    await keeping(place).make_ahead()
    await at(place, datetime(2031, 1, 2, tzinfo=UTC))
    await keeping(place).run()
    assert place.rows("SELECT sum(n) AS n FROM report_delta") == [{"n": 1}]
    await at(place, datetime(2035, 1, 2, tzinfo=UTC))
    await keeping(place).run()
    assert place.rows("SELECT sum(n) AS n FROM report_delta") == [{"n": None}]


async def test_what_strayed_to_an_odd_month_is_forgotten_too(place):
    message(place, period=date(2019, 1, 1))
    message(place)
    await keeping(place).run()
    assert [row["period"] for row in place.rows("SELECT period FROM message")] == [date(2027, 2, 1)]


async def test_a_busy_table_is_left_for_the_next_tick(place):
    with psycopg.connect(place.url) as other:
        other.execute("SELECT 1 FROM message")
        assert await keeping(place).make_ahead() == 4
    assert await keeping(place).make_ahead() == 2


async def test_a_busy_partition_is_dropped_by_the_next_tick(place):
    await keeping(place).make_ahead()
    await at(place, datetime(2035, 1, 2, tzinfo=UTC))
    with psycopg.connect(place.url) as other:
        other.execute("SELECT 1 FROM receipt")
        assert await keeping(place).drop_old() == 4
    assert await keeping(place).drop_old() == 2
