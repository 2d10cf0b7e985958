from datetime import timedelta

import pytest

from app.db import withdrawing
from app.db.withdrawing import Mark
from tests.app.pipeline.holding import HALF_PAST_EIGHT, held
from tests.app.pipeline.world import NINE, SMS

MINUTE = timedelta(minutes=1)
ERASE = {"erasable": [], "erase_after": timedelta(days=1)}


@pytest.fixture
async def marked(world):
    """Ana's text, which a provider holds, is to be withdrawn because she is renewed."""
    await held(world)
    [row] = await world.rows("SELECT id, period FROM attempt")
    async with world.services.database.transaction(None) as tx:
        await withdrawing.mark(tx.session, [Mark(row.id, row.period, "renewed", held=True)])
    return row.id


def engine(world):
    return world.services.database.transaction(None)


async def taken(tx):
    return [row.id for row in await withdrawing.take(tx.session, back_in=MINUTE, limit=10)]


async def test_what_one_worker_asks_for_another_leaves_alone_until_the_first_must_have_died(world, marked):
    async with engine(world) as mine, engine(world) as theirs:
        assert (await taken(mine), await taken(theirs)) == ([marked], [])
    async with engine(world) as tx:
        assert await taken(tx) == []
    await world.at(HALF_PAST_EIGHT + 2 * MINUTE)
    async with engine(world) as tx:
        assert await taken(tx) == [marked]


async def test_what_is_gone_is_settled_once(world, marked):
    async with engine(world) as tx:
        [row] = await withdrawing.gone(tx.session, [marked], [], **ERASE)
        assert (row.agency_id, row.status, row.reason) == (world.agency.id, "canceled", "renewed")
        assert await withdrawing.gone(tx.session, [marked], [], **ERASE) == []


async def test_nothing_to_settle_asks_the_database_nothing():
    assert await withdrawing.gone(None, [], [], **ERASE) == []
    assert await withdrawing.confirm(None, []) == []
    for settle in (withdrawing.left, withdrawing.again, withdrawing.mark, withdrawing.plan_anew):
        await settle(None, [])
    await withdrawing.report_in_flight(None, [])


async def test_what_has_left_stays_sent_and_is_reported(world, marked):
    async with engine(world) as tx:
        await withdrawing.left(tx.session, [marked])
        assert await taken(tx) == []
    assert await world.end(SMS) == "sent in_flight_at_stop"


async def test_what_is_to_be_asked_again_waits_until_then(world, marked):
    async with engine(world) as tx:
        await withdrawing.again(tx.session, [(marked, NINE)])
        assert await taken(tx) == []
    await world.at(NINE)
    async with engine(world) as tx:
        assert await taken(tx) == [marked]
