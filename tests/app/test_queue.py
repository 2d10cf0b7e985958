import logging
from contextlib import asynccontextmanager

import psycopg
import pytest

from app.queue import (
    Job,
    claim_tick,
    enqueue_on,
    open_queue,
    put_stalled_jobs_back,
    queue_of,
    queues,
    quiet_logs,
    ring,
)

STALL = """
    WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 minutes') RETURNING id)
    UPDATE procrastinate_jobs SET status = 'doing', worker_id = dead.id FROM dead
"""


@pytest.fixture
async def queue(database_url):
    opened = open_queue(database_url)
    async with opened.open_async():
        yield opened


@pytest.fixture
def waiting(database_url):
    """Ask which jobs wait, with their arguments."""

    def ask():
        with psycopg.connect(database_url) as connection:
            rows = connection.execute(
                "SELECT task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"
            )
            return [(Job(name), args) for name, args in rows]

    return ask


@asynccontextmanager
async def transaction(url):
    async with await psycopg.AsyncConnection.connect(url) as connection, connection.transaction():
        yield connection


async def test_a_job_exists_only_if_its_transaction_commits(queue, database_url, waiting):
    async with transaction(database_url) as connection:
        await enqueue_on(connection, queue, Job.PLAN, agency="a")
        assert waiting() == []
    assert waiting() == [(Job.PLAN, {"agency": "a"})]


async def test_a_job_is_gone_with_its_transaction(queue, database_url, waiting):
    async with transaction(database_url) as connection:
        await enqueue_on(connection, queue, Job.PLAN, agency="a")
        raise psycopg.Rollback
    assert waiting() == []


async def test_the_same_bell_is_not_rung_twice_while_it_waits(queue, waiting):
    for channel in ("sms", "sms", "voice"):
        await ring(queue, Job.DELIVER, agency="a", channel=channel)
    assert waiting() == [
        (Job.DELIVER, {"agency": "a", "channel": "sms"}),
        (Job.DELIVER, {"agency": "a", "channel": "voice"}),
    ]


async def test_a_tick_is_claimed_once_by_all_replicas(queue, database_url, waiting):
    replica = open_queue(database_url)
    async with replica.open_async():
        claimed = [await claim_tick(one, Job.DISPATCH, 1_800_000_000) for one in (queue, replica, queue)]
    assert claimed == [True, False, False]
    assert waiting() == [(Job.DISPATCH, {"timestamp": 1_800_000_000})]


async def test_the_next_tick_and_another_jobs_tick_are_claimed_by_themselves(queue):
    assert await claim_tick(queue, Job.DISPATCH, 1_800_000_000)
    assert await claim_tick(queue, Job.DISPATCH, 1_800_000_005)
    assert await claim_tick(queue, Job.UPKEEP, 1_800_000_005)


async def test_a_job_whose_worker_died_waits_again(queue, database_url, waiting):
    await ring(queue, Job.UPKEEP)
    with psycopg.connect(database_url) as connection:
        connection.execute(STALL)
    assert waiting() == []
    assert await put_stalled_jobs_back(queue) == 1
    assert waiting() == [(Job.UPKEEP, {})]
    assert await put_stalled_jobs_back(queue) == 0


async def test_a_job_whose_worker_died_goes_away_where_the_same_bell_waits_already(queue, database_url, waiting):
    await ring(queue, Job.DELIVER, agency="a", channel="sms")
    await ring(queue, Job.UPKEEP)
    with psycopg.connect(database_url) as connection:
        connection.execute(STALL)
    await ring(queue, Job.DELIVER, agency="a", channel="sms")
    assert await put_stalled_jobs_back(queue) == 1
    assert sorted(waiting()) == [(Job.DELIVER, {"agency": "a", "channel": "sms"}), (Job.UPKEEP, {})]
    assert await put_stalled_jobs_back(queue) == 0


def test_the_queue_logs_no_job_arguments():
    quiet_logs()
    assert not logging.getLogger("procrastinate.worker").isEnabledFor(logging.INFO)
    assert not logging.getLogger("apscheduler.scheduler").isEnabledFor(logging.INFO)


def test_a_lanes_jobs_have_a_queue_for_each_channel_so_that_workers_can_be_kept_for_one():
    assert queue_of(Job.DELIVER, {"agency": "a", "channel": "sms"}) == "deliver/sms"
    assert queue_of(Job.PLAN, {"agency": "a"}) == "plan"
    assert queues(["voice", "plan"], ("sms", "voice")) == ["plan", "deliver/voice", "ahead/voice"]
    assert queues(["deliver"], ("sms", "voice")) == ["deliver", "deliver/sms", "deliver/voice"]


def test_a_worker_of_everything_takes_what_an_older_release_put_in():
    assert set(queues([], ("sms",))) == {*Job, "deliver/sms", "ahead/sms"}
