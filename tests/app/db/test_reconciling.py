from datetime import timedelta

from app.db import reconciling
from channels.contract import Unclear
from tests.app.pipeline.world import NINE, SMS

LATER = NINE + timedelta(hours=1)


async def unclear(world):
    """Ana's text in doubt; return its attempt."""
    world.fakes[SMS].answer = lambda _: Unclear("time-out")
    message = await world.sent()
    return world.services.database.index.attempt(message.reference)


def engine(world):
    return world.services.database.transaction(None)


async def test_a_lease_that_ran_out_makes_an_intent_unclear_and_one_that_did_not_leaves_it(world):
    attempt = await unclear(world)
    await world.rows("UPDATE attempt SET state = 'intended', lease_until = now() + interval '30 s'")
    async with engine(world) as tx:
        assert await reconciling.end_leases(tx.session) == 0
        assert await reconciling.in_hand(tx.session) == 1
    await world.leases_run_out()
    async with engine(world) as tx:
        assert await reconciling.end_leases(tx.session) == 1
        assert await reconciling.in_hand(tx.session) == 0
    assert attempt is not None


async def test_verdicts_on_an_attempt_that_is_settled_already_change_nothing(world):
    attempt = await unclear(world)
    await world.rows("UPDATE attempt SET state = 'accepted'")
    await world.rows("UPDATE message SET status = 'delivered' WHERE channel = 'sms'")
    async with engine(world) as tx:
        await reconciling.found(tx.session, [(attempt, "P-9")])
        await reconciling.absent(tx.session, [(attempt, LATER)])
        await reconciling.unproven(tx.session, [attempt])
        await reconciling.look_again(tx.session, [(attempt, 1, LATER)])
    assert (await world.end(SMS), await world.attempts()) == ("delivered", ["accepted"])
    [row] = await world.rows("SELECT provider_id, looks FROM attempt")
    assert row == (None, 0)


async def test_no_verdicts_are_no_statements(world):
    async with engine(world) as tx:
        for settle in (reconciling.found, reconciling.absent, reconciling.unproven, reconciling.look_again):
            await settle(tx.session, [])


async def test_the_next_look_is_found(world):
    await unclear(world)
    async with engine(world) as tx:
        look = await reconciling.next_look(tx.session, NINE, LATER)
        assert timedelta(minutes=10) <= look - NINE < timedelta(minutes=11)
        assert await reconciling.next_look(tx.session, look, LATER) is None


async def test_what_was_handed_over_and_has_no_last_word_is_awaited(world):
    async with engine(world) as tx:
        begun = tx.session.machine_now
    await world.sent()
    async with engine(world) as tx:
        assert await reconciling.awaited(tx.session, begun) == 1
        assert await reconciling.awaited(tx.session, tx.session.machine_now) == 0
    await world.rows("UPDATE message SET status = 'delivered' WHERE channel = 'sms'")
    async with engine(world) as tx:
        assert await reconciling.awaited(tx.session, begun) == 0
