from datetime import timedelta

from app.db import called
from tests.app.pipeline.world import EMAIL, NINE, OTHER_NUMBER, SMS, TEN, VOICE, a_member, phone

SINCE = NINE - timedelta(days=30)
DAY = timedelta(days=1)


async def addresses(world):
    rows = await world.rows(
        "SELECT c.value_index FROM contact_point c JOIN member m ON m.id = c.member_id"
        " WHERE c.kind = 'phone' ORDER BY m.created_at"
    )
    return [bytes(row.value_index) for row in rows]


async def lately(world, channel, since=SINCE):
    async with world.services.database.transaction(world.agency.id) as tx:
        asked = sorted(set(await addresses(world)))
        return await called.lately(tx.session, world.agency.id, channel, asked, since=since, at=NINE + DAY)


async def reached(world, channel):
    await world.planned()
    await world.planned(subject="M-2")
    await world.planned(a_member(phones=(phone(OTHER_NUMBER),)), subject="M-3")
    await world.rows(
        "UPDATE message SET status = 'canceled' WHERE member_id NOT IN (SELECT member_id FROM message"
        " WHERE channel = 'voice' ORDER BY created_at LIMIT 1)"
    )
    await world.at(TEN)
    await world.deliver(channel)


async def test_calls_are_counted_by_number_whoever_they_were_for(world):
    await reached(world, VOICE)
    first, second, third = await addresses(world)
    found = await lately(world, VOICE)
    assert first == second != third
    assert {number: len(times) for number, times in found.items()} == {first: 1}


async def test_texts_are_counted_by_number_and_not_as_calls(world):
    await reached(world, SMS)
    found = await lately(world, SMS)
    assert [len(times) for times in found.values()] == [1]
    assert await lately(world, VOICE) == await lately(world, EMAIL) == {}
    assert await lately(world, SMS, since=NINE + DAY) == {}


async def test_what_is_on_its_way_counts_now_and_what_did_not_arrive_not_at_all(world):
    await reached(world, SMS)
    [number] = set((await addresses(world))[:2])
    await world.rows("UPDATE message SET status = 'sending', handed_at = NULL WHERE status = 'sent'")
    assert await lately(world, SMS) == {number: [NINE + DAY]}
    await world.rows("UPDATE message SET status = 'undelivered' WHERE status = 'sending'")
    assert await lately(world, SMS) == {}


async def test_what_is_put_off_is_due_then(world):
    await world.planned()
    row, later = await world.message(VOICE), TEN + timedelta(days=1)
    async with world.services.database.transaction(world.agency.id) as tx:
        await called.put_off(tx.session, [])
        await called.put_off(tx.session, [(row.id, row.period, later)])
    assert (await world.message(VOICE)).due_at == later
