import asyncio
from datetime import timedelta
from types import SimpleNamespace

import psycopg
import pytest
import structlog

from app import clock
from app.clock import fire, tick_forever
from app.queue import Job, open_queue
from schedules.timetable import TIMETABLE, Tick

SECOND = Tick("dispatch", timedelta(seconds=1))


@pytest.fixture
async def services(database_url):
    async with open_queue(database_url).open_async() as queue:
        yield SimpleNamespace(queue=queue)


@pytest.fixture
def jobs(database_url):
    def ask():
        with psycopg.connect(database_url) as connection:
            return [Job(name) for (name,) in connection.execute("SELECT task_name FROM procrastinate_jobs ORDER BY id")]

    return ask


async def test_a_tick_is_fired_once_however_often_the_clock_strikes(services, jobs):
    daily = next(tick for tick in TIMETABLE if tick.every == timedelta(days=1))
    for _ in range(3):
        await fire(services, daily)
    assert jobs() == [Job(daily.name)]


async def test_every_tick_of_the_timetable_can_be_fired(services, jobs):
    for tick in TIMETABLE:
        await fire(services, tick)
    assert set(jobs()) == {Job(tick.name) for tick in TIMETABLE}


async def test_a_tick_that_cannot_be_claimed_is_missed_and_nothing_breaks(services, monkeypatch):
    async def away(*_: object):
        raise psycopg.OperationalError("no route to db.example.org")

    monkeypatch.setattr(clock, "claim_tick", away)
    with structlog.testing.capture_logs() as said:
        await fire(services, SECOND)
    assert said == [{"event": "tick missed", "log_level": "warning", "tick": "dispatch", "error": "OperationalError"}]


async def test_the_clock_ticks_by_itself_until_it_is_stopped(services, monkeypatch):
    ticked = asyncio.Event()

    async def note(_, tick):
        assert tick is SECOND
        ticked.set()

    monkeypatch.setattr(clock, "TIMETABLE", (SECOND,))
    monkeypatch.setattr(clock, "fire", note)
    ticks = asyncio.create_task(tick_forever(services))
    await asyncio.wait_for(ticked.wait(), 10)
    ticks.cancel()
    await asyncio.wait([ticks])
    assert ticks.cancelled()
