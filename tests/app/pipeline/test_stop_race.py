"""A stop that is written before the intent wins; one that comes after it is reported, and no third case exists."""

import asyncio
import random
from dataclasses import replace

import pytest

from tests.app.pipeline.world import EMAIL, NINE, SMS, a_member, phone, yes

PEOPLE = 14
NUMBERS = [f"+1714555{2000 + number}" for number in range(PEOPLE)]
ENDS = """
    SELECT cp.value_index, m.status, m.reason, count(a.id) FILTER (WHERE a.state = 'accepted') AS left
      FROM message m JOIN contact_point cp ON cp.id = m.contact_point_id LEFT JOIN attempt a ON a.message_id = m.id
     WHERE m.kind = 'reminder' AND m.channel = 'sms' GROUP BY m.id, 1, 2, 3
"""


async def a_while(turns):
    for _ in range(turns):
        await asyncio.sleep(0)


@pytest.mark.parametrize("seed", range(8))
async def test_claims_and_stops_in_any_order_leave_nothing_unsaid(world, seed):
    chance = random.Random(seed)  # noqa: S311  (a test)
    fake = world.fakes[SMS]
    fake.capabilities, fake.alone = replace(fake.capabilities, batch=chance.choice([1, 3, 100])), False
    for number, one in enumerate(NUMBERS):
        await world.tell(a_member(phones=(phone(one),), emails=(), consents=yes(SMS)), subject=f"M-{number}")
    await world.plan()
    await world.at(NINE)
    fake.meanwhile = lambda: a_while(chance.randrange(30))
    stopping = chance.sample(NUMBERS, chance.randrange(1, PEOPLE))

    async def stop(number):
        await a_while(chance.randrange(200))
        await world.texts_us(chance.choice(["STOP", "dừng", "leave me alone"]), sender=number)

    await asyncio.gather(world.deliver(SMS), *(stop(number) for number in stopping))
    await world.deliver(SMS)
    index = world.services.database.index
    ends = {bytes(row.value_index): row for row in await world.rows(ENDS)}
    for number in NUMBERS:
        end = ends[index.of("contact_point.phone", world.agency.id, number)]
        said = (end.status, end.reason, end.left)
        if number in stopping:
            assert said in {("canceled", "opted_out", 0), ("sent", "in_flight_at_stop", 1)}
        else:
            assert said == ("sent", None, 1)
    assert EMAIL not in {channel for channel, one in world.fakes.items() if one.sent}
