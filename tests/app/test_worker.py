import asyncio
from types import SimpleNamespace

import psycopg
import pytest

from app.queue import Job, open_queue, ring
from app.worker import work, working


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
        yield SimpleNamespace(queue=queue, dispatch=dispatch, upkeep=upkeep)


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
    worker = asyncio.create_task(work(services, only=[Job.UPKEEP], signals=False))
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
