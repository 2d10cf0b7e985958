import asyncio
from datetime import timedelta

from tests.app.pipeline.world import DEADLINE, SMS, TEN, VOICE

A_DAY = timedelta(days=1, minutes=1)
"""And a little, because the clock of the test goes on while it looks."""


async def a_household(world, count):
    """So many people at one number, who all agreed to calls."""
    for at in range(count):
        await world.planned(subject=f"M-{at}")


async def calls_on(world, moment):
    before = len(world.fakes[VOICE].sent)
    await world.at(moment)
    await world.deliver(VOICE)
    return len(world.fakes[VOICE].sent) - before


async def test_people_at_one_number_are_called_one_a_day(world):
    await a_household(world, 3)
    assert [await calls_on(world, TEN + days * A_DAY) for days in range(4)] == [1, 1, 1, 0]
    assert await world.end(VOICE) == "sent, sent, sent"


async def test_workers_that_claim_at_the_same_time_make_one_call_to_a_number(world, monkeypatch):
    monkeypatch.setattr("app.pipeline.delivery.BATCH", 1)
    world.fakes[VOICE].alone = False
    await a_household(world, 4)
    await world.at(TEN)
    await asyncio.gather(*(world.services.delivery.lane(world.agency.id, VOICE) for _ in range(4)))
    assert len(world.fakes[VOICE].sent) == 1


async def test_a_fourth_call_waits_until_the_first_is_thirty_days_old(world):
    await a_household(world, 4)
    assert [await calls_on(world, TEN + days * A_DAY) for days in range(30)] == [1, 1, 1] + [0] * 27
    assert await calls_on(world, TEN + 30 * A_DAY) == 1


async def test_a_call_that_could_not_be_made_before_its_deadline_ends_with_its_reason(world):
    await a_household(world, 4)
    for days in range(20, 15, -1):
        await calls_on(world, DEADLINE - days * A_DAY + timedelta(hours=12))
    assert sorted((await world.end(VOICE)).split(", ")) == ["expired called_often", "sent", "sent", "sent"]


async def test_texts_to_one_number_do_not_wait_for_each_other(world):
    await a_household(world, 3)
    await world.at(TEN)
    await world.deliver(SMS)
    assert len(world.fakes[SMS].sent) == 3
