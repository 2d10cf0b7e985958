import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.db import clock
from app.queue import Job
from tests.app.db.standing import standing_in

WHO = text("SELECT current_user AS role, current_setting('kc.agency') AS agency")
CODES = text("SELECT code FROM agency ORDER BY code")
FORGET = text("UPDATE agency SET code = 'gone'")
JOBS = "SELECT task_name, args FROM procrastinate_jobs"


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened


async def test_a_transaction_for_one_agency_is_fenced_in_and_one_for_all_is_not(place):
    async with place.session(place.orange) as session:
        assert (await session.first(WHO)) == ("kc_app", str(place.orange))
        assert await session.all(CODES) == [("orange",)]
    async with place.session(None) as session:
        assert (await session.first(WHO)) == ("kc_engine", "")
        assert await session.all(CODES) == [("fresno",), ("orange",)]


async def test_the_fence_ends_with_its_transaction_even_on_the_same_connection(place):
    for agency, code in ((place.orange, "orange"), (place.fresno, "fresno"), (place.orange, "orange")):
        async with place.session(agency) as session:
            assert await session.all(CODES) == [(code,)]


async def test_transactions_of_two_agencies_at_once_do_not_meet(place):
    async def codes(agency):
        async with place.session(agency) as session:
            return [row.code for row in await session.all(CODES)]

    asked = [place.orange, place.fresno] * 3
    assert await asyncio.gather(*map(codes, asked)) == [["orange"], ["fresno"]] * 3


async def test_rows_and_the_jobs_they_cause_commit_together(place):
    async with place.database.transaction(place.orange) as tx:
        await tx.enqueue(Job.PLAN, agency="a")
        assert place.rows(JOBS) == []
    assert place.rows(JOBS) == [{"task_name": "plan", "args": {"agency": "a"}}]


async def test_rows_and_the_jobs_they_cause_roll_back_together(place):
    async def fail():
        async with place.database.transaction(None) as tx:
            await tx.enqueue(Job.PLAN, agency="a")
            await tx.session.run(FORGET)

    with pytest.raises(Exception, match="agency_code_key"):
        await fail()
    assert place.rows(JOBS) == []
    assert [row["code"] for row in place.rows("SELECT code FROM agency ORDER BY code")] == ["fresno", "orange"]


async def test_run_says_how_many_rows_it_touched(place):
    async with place.session(None) as session:
        assert await session.run(text("UPDATE agency SET timezone = timezone")) == 2
        assert await session.run(text("UPDATE agency SET timezone = timezone WHERE code = :code"), code="none") == 0
        assert await session.first(text("SELECT 1 WHERE false")) is None


async def test_business_time_runs_ahead_and_machine_time_does_not(place):
    async with place.session(None) as session:
        before = session.machine_now
        await clock.set_to(session, datetime(2035, 1, 1, tzinfo=UTC))
    async with place.database.transaction(place.orange) as tx:
        assert tx.now == tx.session.now
        assert timedelta() <= tx.now - datetime(2035, 1, 1, tzinfo=UTC) < timedelta(minutes=1)
        assert timedelta() <= tx.session.machine_now - before < timedelta(minutes=1)


async def test_the_schema_is_out_of_reach(place):
    async with place.session(None) as session:
        with pytest.raises(ProgrammingError, match="must be owner"):
            await session.run(text("DROP TABLE agency"))
