import pytest

from app.db import late
from app.db.deliveries import Result
from channels.contract import Accepted, Unclear
from tests.app.pipeline.test_upkeep import FIRST_LOOK, SECOND_LOOK, looks
from tests.app.pipeline.world import SMS


@pytest.fixture
async def absent(world):
    """Ana's text, which the provider's list did not have twice; return what its sender says when it wakes."""
    world.fakes[SMS].answer = lambda _: Unclear("time-out")
    await world.sent()
    await looks(world, FIRST_LOOK)
    await looks(world, SECOND_LOOK)
    [row] = await world.rows("SELECT id, message_id, period FROM attempt")
    world.fakes[SMS].answer = lambda _: Accepted("P-2", 1)
    return Result(row.id, row.message_id, row.period, "accepted", "sent", "P-1", 1)


async def taken(world, *results):
    async with world.services.database.transaction(world.agency.id) as tx:
        await late.taken(tx.session, results)
    return await world.rows(
        "SELECT state, late_at IS NOT NULL AS late, provider_id, proof FROM attempt ORDER BY number"
    )


async def test_what_was_taken_late_need_not_be_sent_again(world, absent):
    assert await taken(world, absent) == [("accepted", True, "P-1", "response")]
    await world.at(SECOND_LOOK + (SECOND_LOOK - FIRST_LOOK))
    assert (await world.deliver(SMS), await world.end(SMS), len(world.fakes[SMS].sent)) == (0, "sent", 1)


async def test_what_was_sent_again_meanwhile_keeps_its_second_attempt_and_shows_the_first(world, absent):
    await world.at(SECOND_LOOK + (SECOND_LOOK - FIRST_LOOK))
    await world.deliver(SMS)
    rows = await taken(world, absent)
    assert rows == [("absent", True, "P-1", "look-up"), ("accepted", False, "P-2", "response")]


async def test_other_outcomes_and_other_attempts_are_none_of_its_business(world, absent):
    await taken(world)
    assert (await taken(world, absent._replace(state="rejected")))[0].late is False
    await world.rows("UPDATE attempt SET state = 'rejected'")
    assert (await taken(world, absent))[0].late is False


async def test_what_was_taken_late_is_counted_by_provider(world, absent):
    await taken(world, absent)
    async with world.services.database.transaction(None) as tx:
        assert await late.recent(tx.session, FIRST_LOOK) == [("fake-sms", 1)]
        assert await late.recent(tx.session, tx.now) == []
