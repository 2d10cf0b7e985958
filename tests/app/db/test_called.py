from datetime import timedelta

from app.db import called
from tests.app.pipeline.world import NINE, OTHER_NUMBER, TEN, VOICE, a_member, phone

SINCE = NINE - timedelta(days=30)


async def points(world):
    return [row.contact_point_id for row in await world.messages() if row.channel == VOICE]


async def lately(world, session):
    return await called.lately(session, world.agency.id, await points(world), SINCE)


async def test_calls_are_counted_by_number_whoever_they_were_for(world):
    await world.planned()
    await world.planned(subject="M-2")
    await world.planned(a_member(phones=(phone(OTHER_NUMBER),)), subject="M-3")
    await world.rows(
        "UPDATE message SET status = 'canceled' WHERE member_id NOT IN (SELECT member_id FROM message"
        " WHERE channel = 'voice' ORDER BY created_at LIMIT 1)"
    )
    await world.at(TEN)
    await world.deliver(VOICE)
    async with world.services.database.transaction(world.agency.id) as tx:
        found = await lately(world, tx.session)
    first, second, third = (found[point] for point in await points(world))
    assert first is second
    assert (len(first), third) == (1, [])


async def test_what_is_put_off_is_due_then(world):
    await world.planned()
    row, later = await world.message(VOICE), TEN + timedelta(days=1)
    async with world.services.database.transaction(world.agency.id) as tx:
        await called.put_off(tx.session, [])
        await called.put_off(tx.session, [(row.id, row.period, later)])
    assert (await world.message(VOICE)).due_at == later
