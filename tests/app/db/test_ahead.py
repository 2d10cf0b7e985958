from datetime import timedelta

from app.db import ahead
from app.db.ahead import Slot
from tests.app.pipeline.holding import HALF_PAST_EIGHT, MINUTE, hand_over, held, holding
from tests.app.pipeline.world import DEADLINE, NINE, NOW, SMS, a_member

AN_HOUR = timedelta(hours=1)


async def asked(world, question, *values):
    async with world.services.database.transaction(None) as tx:
        return await question(tx.session, *values)


async def test_what_is_handed_over_next_is_known_an_hour_ahead_of_its_time(world):
    await holding(world)
    await world.planned(a_member(emails=()))
    assert await asked(world, ahead.next_hand_over, NOW, DEADLINE) == NINE - AN_HOUR
    assert await asked(world, ahead.next_hand_over, NINE - AN_HOUR, NINE) is None


async def test_an_agency_that_never_hands_over_ahead_makes_no_stop(world):
    await world.planned()
    assert await asked(world, ahead.next_hand_over, NOW, DEADLINE) is None


async def test_what_a_provider_holds_leaves_at_its_time_and_is_awaited_until_its_receipt(world):
    await held(world)
    assert await asked(world, ahead.next_leaving, HALF_PAST_EIGHT, DEADLINE) == NINE
    assert await asked(world, ahead.next_leaving, NINE, DEADLINE) is None
    assert await asked(world, ahead.leaving, NINE - MINUTE) == 0
    await world.at(NINE)
    assert await asked(world, ahead.leaving, NINE - MINUTE) == 1
    assert await asked(world, ahead.leaving, NINE) == 0


async def test_two_workers_never_claim_the_same_reminder(world):
    await holding(world)
    await world.planned(a_member(emails=()))
    await world.at(HALF_PAST_EIGHT)
    slot, values = Slot(NINE - MINUTE, NINE), {"allowed": world.services.ladders.shipped.allowed, "limit": 10}
    database, agency = world.services.database, world.agency.id
    async with database.transaction(agency) as mine, database.transaction(agency) as theirs:
        places = await ahead.places(mine.session, agency, SMS, slot)
        first = await ahead.due_then(mine.session, agency, SMS, slot, places=places, **values)
        second = await ahead.due_then(theirs.session, agency, SMS, slot, places=places, **values)
    assert (len(places), len(first), len(second)) == (1, 1, 0)


async def test_what_was_handed_over_is_not_waiting_any_more(world):
    await held(world)
    assert await asked(world, ahead.lanes) == []
    assert await asked(world, ahead.next_due, world.agency.id, SMS, HALF_PAST_EIGHT, DEADLINE) is None
    assert await hand_over(world) == [0]
