from datetime import timedelta

from app.db import erasing
from channels.signals import Status
from tests.app.pipeline.world import NINE

AN_HOUR = timedelta(hours=1)


async def settled(world):
    """Ana's text, whose time to be erased has come."""
    message = await world.sent()
    await world.receipt(message, Status.DELIVERED)
    await world.at(NINE + timedelta(hours=25))


async def take(world):
    async with world.services.database.transaction(None) as tx:
        return await erasing.take(tx.session, back_in=AN_HOUR, limit=10)


async def test_what_was_taken_comes_back_unless_it_is_settled(world):
    await settled(world)
    [row] = await take(world)
    assert (row.channel, row.provider, row.account, row.agency_id) == ("sms", "fake-sms", "", world.agency.id)
    assert await take(world) == []
    await world.at(NINE + timedelta(hours=27))
    assert [one.id for one in await take(world)] == [row.id]


async def test_what_is_done_does_not_come_back(world):
    await settled(world)
    [row] = await take(world)
    async with world.services.database.transaction(None) as tx:
        await erasing.done(tx.session, [])
        await erasing.done(tx.session, [(row.id, row.period, True)])
    await world.at(NINE + timedelta(days=9))
    assert await take(world) == []
    [held] = await world.rows("SELECT erased_at IS NOT NULL AS erased FROM attempt")
    assert held.erased


async def test_what_is_given_up_was_not_erased(world):
    await settled(world)
    [row] = await take(world)
    async with world.services.database.transaction(None) as tx:
        await erasing.done(tx.session, [(row.id, row.period, False)])
    [held] = await world.rows("SELECT erase_at, erased_at FROM attempt")
    assert held == (None, None)
