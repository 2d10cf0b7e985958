from datetime import timedelta

import pytest

from app.db import tries
from channels.signals import Status
from tests.app.pipeline.world import DEADLINE, NINE

WAIT = timedelta(hours=36)


@pytest.fixture
async def waiting(world):
    """Ana's text waits for another try."""
    message = await world.sent()
    await world.receipt(message, Status.UNDELIVERED, reason="handset_unreachable")
    await world.at(NINE + 2 * WAIT)


async def seen(world, session):
    allowed = world.services.ladders.shipped.allowed
    return await tries.waiting(session, allowed=allowed, calls_within=timedelta(days=30), limit=10)


async def test_what_one_worker_decides_another_does_not_see(world, waiting):
    database = world.services.database
    async with database.transaction(None) as mine, database.transaction(None) as theirs:
        assert len(await seen(world, mine.session)) == 1
        assert await seen(world, theirs.session) == []


async def test_it_waits_until_then_or_for_ever(world, waiting):
    async with world.services.database.transaction(None) as tx:
        [row] = await seen(world, tx.session)
        assert (row.refused, row.calls, row.called_at) == (None, 0, None)
        later = tx.now + WAIT
        await tries.wait(tx.session, [(row.id, row.period, later)])
        assert await seen(world, tx.session) == []
        assert await tries.next_try(tx.session, tx.now, DEADLINE) == later
        await tries.wait(tx.session, [(row.id, row.period, None)])
        assert await tries.next_try(tx.session, tx.now, DEADLINE) is None


async def test_going_twice_is_going_once(world, waiting):
    async with world.services.database.transaction(None) as tx:
        [row] = await seen(world, tx.session)
        for _ in range(2):
            await tries.go(tx.session, [row.id])
    [held] = await world.rows("SELECT status, again FROM message WHERE channel = 'sms'")
    assert held == ("planned", 1)


async def test_nothing_is_no_statement(world):
    async with world.services.database.transaction(None) as tx:
        await tries.go(tx.session, [])
        await tries.wait(tx.session, [])
