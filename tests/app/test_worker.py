import asyncio
from types import SimpleNamespace

import psycopg
import pytest

from app.queue import Job, open_queue, ring
from app.worker import FIRST_PAUSE, work, working

CUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Bell:
    """A stage that can be waited for."""

    def __init__(self):
        self.rung = asyncio.Event()

    async def wake(self):
        self.rung.set()

    tick = wake

    async def heard(self):
        await asyncio.wait_for(self.rung.wait(), 10)


@pytest.fixture
def dispatch():
    return Bell()


@pytest.fixture
def upkeep():
    return Bell()


@pytest.fixture
async def services(database_url, dispatch, upkeep):
    async with open_queue(database_url).open_async() as queue:
        lanes = (SimpleNamespace(claims=None), SimpleNamespace(claims=None))
        yield SimpleNamespace(queue=queue, dispatch=dispatch, upkeep=upkeep, delivery=lanes[0], ahead=lanes[1])


def jobs(url):
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT task_name, status FROM procrastinate_jobs").fetchall()


async def test_jobs_are_done_as_they_come_and_done_ones_are_forgotten(services, dispatch, upkeep, database_url):
    await ring(services.queue, Job.DISPATCH)
    async with working(services):
        await dispatch.heard()
        await ring(services.queue, Job.UPKEEP)
        await upkeep.heard()
    assert jobs(database_url) == []


async def test_a_worker_of_some_jobs_leaves_the_others(services, dispatch, upkeep, database_url):
    await ring(services.queue, Job.DISPATCH)
    await ring(services.queue, Job.UPKEEP)
    worker = asyncio.create_task(work(services, asyncio.Event(), only=[Job.UPKEEP]))
    await upkeep.heard()
    worker.cancel()
    await asyncio.wait([worker])
    assert not dispatch.rung.is_set()
    assert jobs(database_url) == [("dispatch", "todo")]


async def test_a_stop_waits_for_what_is_being_done(services, dispatch, upkeep, database_url):
    begun, finish = asyncio.Event(), asyncio.Event()

    async def slowly():
        begun.set()
        await finish.wait()
        upkeep.rung.set()

    dispatch.wake = slowly
    await ring(services.queue, Job.DISPATCH)
    async with working(services):
        await asyncio.wait_for(begun.wait(), 10)
        asyncio.get_running_loop().call_later(0.05, finish.set)
    assert upkeep.rung.is_set()
    assert jobs(database_url) == []


async def test_a_worker_that_is_told_to_stop_claims_no_more_and_finishes_what_it_has(services, dispatch, upkeep):
    begun, finish = asyncio.Event(), asyncio.Event()

    async def slowly():
        begun.set()
        await finish.wait()
        upkeep.rung.set()

    dispatch.wake = slowly
    await ring(services.queue, Job.DISPATCH)
    async with working(services) as stop:
        await asyncio.wait_for(begun.wait(), 10)
        assert (services.delivery.claims, services.ahead.claims) == (True, True)
        stop()
        while services.delivery.claims:
            await asyncio.sleep(0)
        assert services.ahead.claims is False
        finish.set()
    assert upkeep.rung.is_set()


async def test_a_worker_whose_connections_are_cut_takes_its_queue_up_again(services, dispatch, upkeep, database_url):
    async with working(services):
        await ring(services.queue, Job.DISPATCH)
        await dispatch.heard()
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(CUT)
        await asyncio.sleep(FIRST_PAUSE)
        await ring(services.queue, Job.UPKEEP)
        await upkeep.heard()
        assert services.delivery.claims is True
