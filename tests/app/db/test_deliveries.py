import re
from datetime import timedelta
from uuid import uuid4

import pytest
from psycopg import AsyncClientCursor

from app.db import deliveries
from app.db.deliveries import Result
from tests.app.pipeline.test_delivery import many_planned
from tests.app.pipeline.world import DEADLINE, FEBRUARY, NINE, NOW, SMS, TEN


async def allowed(world):
    return world.services.ladders.shipped.allowed


async def due(world, session, limit=100):
    return await deliveries.due_paced(
        session,
        world.agency.id,
        SMS,
        allowed=await allowed(world),
        places=await deliveries.due_places(session, world.agency.id, SMS),
        limit=limit,
    )


async def test_what_one_worker_has_locked_another_does_not_see(world):
    await many_planned(world, 10)
    database = world.services.database
    async with database.transaction(world.agency.id) as mine, database.transaction(world.agency.id) as theirs:
        first, second = await due(world, mine.session, 6), await due(world, theirs.session, 6)
    assert (len(first), len(second)) == (6, 4)
    assert not {row.id for row in first} & {row.id for row in second}


async def test_the_longest_due_comes_first(world):
    await many_planned(world, 3)
    await world.rows("UPDATE message SET due_at = due_at - interval '1 hour' WHERE channel = 'sms' AND id = ("
                     "SELECT max(id::text)::uuid FROM message WHERE channel = 'sms')")  # fmt: skip
    async with world.services.database.transaction(world.agency.id) as tx:
        rows = await due(world, tx.session)
    assert rows[0].id == max((row.id for row in rows), key=str)


async def test_an_intent_is_either_whole_or_not_there(world):
    """If the process dies inside the transaction, neither status nor attempt is left."""
    await world.planned()
    await world.at(NINE)
    with pytest.raises(ZeroDivisionError):
        await dies_within(world)
    assert (await world.end(SMS), await world.attempts()) == ("planned", [])


async def dies_within(world):
    async with world.services.database.transaction(world.agency.id) as tx:
        [row] = await due(world, tx.session)
        await intend(tx.session, world, row)
        1 / 0  # noqa: B018


async def intend(session, world, row):
    attempt = uuid4()
    await deliveries.intend(
        session, world.agency.id, SMS, "fake", [(attempt, row.period, row.id, row.tries + 1, "C")],
        lease_until=session.machine_now, look_at=session.now,
    )  # fmt: skip
    return attempt


async def held(world):
    """Ana's text with a committed intent; return the result that its sender would record."""
    await world.planned()
    await world.at(NINE)
    async with world.services.database.transaction(world.agency.id) as tx:
        [row] = await due(world, tx.session)
        attempt = await intend(tx.session, world, row)
    return Result(attempt, row.id, FEBRUARY, "accepted", "sent", "P-1", 2, 0.01)


async def record(world, *results):
    async with world.services.database.transaction(world.agency.id) as tx:
        await deliveries.record(tx.session, results)


async def test_recording_again_changes_nothing(world):
    result = await held(world)
    await record(world, result)
    before = await world.message(SMS)
    await record(world, result)
    assert await world.message(SMS) == before
    assert (before.status, before.segments) == ("sent", 2)


async def test_recording_nothing_is_allowed(world):
    await record(world)
    assert await world.attempts() == []


async def test_what_ended_meanwhile_is_not_revived(world):
    result = await held(world)
    await world.rows("UPDATE message SET status = 'canceled', reason = 'opted_out' WHERE channel = 'sms'")
    await record(world, result)
    row = await world.message(SMS)
    assert (row.status, row.reason, row.segments) == ("canceled", "opted_out", 2)


async def test_only_planned_messages_end_by_a_rule(world):
    result = await held(world)
    async with world.services.database.transaction(world.agency.id) as tx:
        await deliveries.end(tx.session, [(result.message_id, FEBRUARY, "canceled", "renewed")])
    assert await world.end(SMS) == "sending"


async def test_the_next_moment_at_which_something_is_due_is_found(world):
    async with world.services.database.transaction(None) as tx:
        assert await deliveries.next_due(tx.session, NOW, DEADLINE) is None
    await world.planned()
    async with world.services.database.transaction(None) as tx:
        assert await deliveries.next_due(tx.session, NOW, DEADLINE) == NINE
        assert await deliveries.next_due(tx.session, NINE, DEADLINE) == TEN
        assert await deliveries.next_due(tx.session, NOW, NINE - timedelta(seconds=1)) is None


async def test_another_agencys_transaction_sees_nothing_due(world):
    await many_planned(world, 2)
    async with world.services.database.transaction(uuid4()) as tx:
        assert await due(world, tx.session) == []
        assert await deliveries.due_lanes(tx.session) == []


WRITTEN = {
    "a batch's intents": deliveries.INTEND,
    "attempts": deliveries.RECORD_ATTEMPTS,
    "messages": deliveries.RECORD_MESSAGES,
}


@pytest.mark.parametrize("statement", WRITTEN.values(), ids=WRITTEN)
async def test_a_batch_is_written_row_by_row_and_not_by_comparing_all_with_all(world, statement):
    """From its eleventh run on a connection the server plans a statement without looking at its values."""
    numbered = dict.fromkeys(re.findall(r"(?<!:):([a-z_]+)", statement.text))
    for number, name in enumerate(numbered, 1):
        numbered[name] = f"${number}"
    asked = re.sub(r"(?<!:):([a-z_]+)", lambda found: numbered[found[1]], statement.text)
    async with world.services.database.transaction(world.agency.id) as tx:
        await tx.session.all(deliveries.STEER, without=deliveries.FIND)
        raw = await tx.session.connection.get_raw_connection()
        async with AsyncClientCursor(raw.driver_connection) as cursor:
            await cursor.execute(f"EXPLAIN (GENERIC_PLAN) {asked}")
            plan = "\n".join(line for (line,) in await cursor.fetchall())
    assert "Seq Scan" not in plan
    assert all(".id" in how or "_id" in how for how in re.findall("Hash Cond: .*", plan)), plan
