"""Brakes against pumping and guessing."""

import asyncio
import itertools
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address

from app.pipeline.pumping import Scope
from app.rules.facts import Channel
from app.rules.network import Network, prefix_of
from tests.app.pipeline.world import NUMBER

HOUR = timedelta(hours=1)


def network(address="203.0.113.9"):
    return Network(ip_address(address), prefix_of(ip_address(address)))


async def takes(world, times, *, limit=3, key=b"k", window=HOUR):
    async with world.services.database.transaction(world.agency.id) as tx:
        return [
            await world.services.counters.take(tx, "test/hour", key, limit=limit, window=window) for _ in range(times)
        ]


async def test_what_is_beyond_the_limit_is_refused(world):
    assert await takes(world, 5) == [True, True, True, False, False]
    assert await takes(world, 1, key=b"another") == [True]
    assert await takes(world, 1, limit=0, key=b"none at all") == [False]


async def test_who_is_refused_is_not_counted(world):
    await takes(world, 9)
    [row] = await world.rows("SELECT n FROM brake_count")
    assert row.n == 3


async def test_a_new_window_opens_slowly(world):
    """Three codes before midnight and three after it would be six within a minute."""
    day = timedelta(days=1)
    await takes(world, 3, window=day)
    await world.rows("UPDATE brake_count SET begins_at = begins_at - interval '1 day'")
    allowed = (await takes(world, 3, window=day)).count(True)
    await world.rows("UPDATE brake_count SET begins_at = begins_at - interval '2 days'")
    assert allowed < 3
    assert await takes(world, 3, window=day) == [True, True, True]


async def test_many_at_once_stay_within_the_limit(world):
    found = await asyncio.gather(*(takes(world, 1) for _ in range(8)))
    assert sum(one[0] for one in found) == 3


_numbers = itertools.count(2_000_000)


async def a_code(world, address="203.0.113.9", number=""):
    """Ask for a code to a number that nobody asked for before, unless one is said."""
    number = number or f"+1714{next(_numbers)}"
    asker = network(address) if address else None
    return await world.services.counters.a_code(world.agency.id, Channel.SMS, number, asker)


async def test_a_network_asks_for_ten_codes_an_hour_and_its_neighbours_for_fifty_a_day(world):
    assert [await a_code(world) for _ in range(11)] == [None] * 10 + [Scope.CODES_NETWORK_HOUR]
    for last in range(10, 14):
        for _ in range(10):
            await a_code(world, f"203.0.113.{last}")
    assert await a_code(world, "203.0.113.200") is Scope.CODES_PREFIX_DAY
    assert await a_code(world, "203.0.114.200") is None


async def test_a_number_gets_three_codes_a_day_from_wherever_they_are_asked_for(world):
    found = [await a_code(world, f"203.0.{place}.9", NUMBER) for place in range(4)]
    assert found == [None, None, None, Scope.CODES_NUMBER_DAY]


async def test_who_is_refused_burns_nobody_elses_codes(world):
    for _ in range(10):
        await a_code(world)
    await a_code(world, number=NUMBER)
    assert not await world.rows("SELECT scope FROM brake_count WHERE n > 10")
    assert await a_code(world, "198.51.100.1", NUMBER) is None


async def test_an_agency_whose_codes_are_used_up_pauses_and_raises_one_alarm(world, monkeypatch):
    counters = world.services.counters
    monkeypatch.setattr(counters, "caps", replace(counters.caps, codes_agency_hour=2))
    assert [await a_code(world, "") for _ in range(4)] == [None, None, Scope.CODES_AGENCY_HOUR, Scope.CODES_AGENCY_HOUR]
    [alarm] = await world.rows("SELECT kind, n FROM alarm")
    assert (alarm.kind, alarm.n) == ("codes_paused", 2)


async def test_a_number_has_one_count_however_it_is_asked_for(world):
    counters = world.services.counters
    assert counters.number(Channel.SMS, NUMBER) == counters.number(Channel.VOICE, NUMBER)
    assert counters.number(Channel.EMAIL, "Ana@example.org") == counters.number(Channel.EMAIL, "ana@example.org")


async def test_no_address_is_readable_in_the_counts(world):
    await a_code(world)
    for row in await world.rows("SELECT b::text AS text FROM brake_count b"):
        assert "203.0.113" not in row.text


async def test_what_cannot_matter_any_more_is_forgotten(world):
    await takes(world, 1)
    await world.services.keeping.drop_old()
    assert len(await world.rows("SELECT n FROM brake_count")) == 1
    await world.rows("UPDATE brake_count SET begins_at = begins_at - interval '3 days'")
    await world.services.keeping.drop_old()
    assert await world.rows("SELECT n FROM brake_count") == []
