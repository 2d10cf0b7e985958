import asyncio

import pytest

from app.db import rates
from tests.app.db.standing import standing_in

LANE = "orange/sms"
PASS = "UPDATE rate_limit SET taken_until = taken_until - make_interval(secs => %s)"


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened


@pytest.fixture
def take(place):
    async def of(want, key=LANE, rate=1.0, burst=10.0):
        async with place.session(place.orange) as session:
            return await rates.take(session, key, rate=rate, burst=burst, want=want)

    return of


async def test_a_full_budget_gives_what_is_wanted_up_to_its_burst(take):
    assert await take(4) == 4
    assert await take(100) == 6
    assert await take(1) == 0


async def test_tokens_come_back_with_time_and_never_pile_up_beyond_the_burst(take, place):
    assert await take(10) == 10
    place.run(PASS, 3.01)
    assert await take(10) == 3
    place.run(PASS, 10_000)
    assert await take(100) == 10


async def test_lanes_have_budgets_of_their_own(take):
    assert [await take(10), await take(10, key="fresno/sms")] == [10, 10]


async def test_workers_that_ask_at_once_get_no_more_than_there_is(take):
    granted = await asyncio.gather(*(take(4, rate=0.001) for _ in range(4)))
    assert sorted(granted) == [0, 2, 4, 4]


async def test_what_turned_out_longer_is_charged_afterwards(take, place):
    assert await take(5) == 5
    async with place.session(place.orange) as session:
        await rates.charge(session, LANE, rate=1.0, tokens=3)
    assert await take(10) == 2


async def test_a_charge_beyond_the_budget_is_waited_for(take, place):
    assert await take(10) == 10
    async with place.session(place.orange) as session:
        await rates.charge(session, LANE, rate=1.0, tokens=20)
    place.run(PASS, 20)
    assert await take(10) == 0
    place.run(PASS, 5.01)
    assert await take(10) == 5


async def test_tokens_of_a_transaction_that_rolls_back_are_given_back(take, place):
    assert await take(1) == 1

    async def fail():
        async with place.session(place.orange) as session:
            await rates.take(session, LANE, rate=1.0, burst=10.0, want=9)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await fail()
    assert await take(100) == 9
