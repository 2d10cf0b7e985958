from datetime import timedelta

from app.db import brakes, switches
from app.rules.brakes import HOUR, Hour
from app.rules.switches import Scope, SwitchAsked, SwitchKind
from tests.app.pipeline.test_brakes import STOPS, handed, refused
from tests.app.pipeline.world import NINE, SMS, VOICE


async def hours(world):
    async with world.services.database.transaction(None) as tx:
        return await brakes.hours(tx.session, HOUR)


async def test_an_hour_is_counted_lane_by_lane(world):
    await handed(world, 5)
    await handed(world, 3, made=NINE - timedelta(hours=23))
    await refused(world, 2)
    await world.rows(STOPS, agency=world.agency.id, at=NINE, count=4)
    assert await hours(world) == {(world.agency.id, SMS): Hour(handed=8, refused=2, left=4, foreseen=5)}


async def test_codes_and_what_comes_later_do_not_count(world):
    await handed(world, 5)
    await handed(world, 5, at=NINE + timedelta(minutes=11))
    await world.rows("UPDATE message SET kind = 'code' WHERE handed_at = %(at)s", at=NINE)
    assert await hours(world) == {}


async def test_nothing_handed_over_is_nothing_to_judge(world):
    assert await hours(world) == {}


async def test_a_lane_is_braked_until_its_brake_is_lifted(world):
    asked = SwitchAsked(SwitchKind.BRAKE, "x", Scope(channel=SMS))
    async with world.services.database.transaction(world.agency.id) as tx:
        id_ = await switches.add(tx.session, world.agency.id, asked, "brake: refused")
        found = [await brakes.braked(tx.session, world.agency.id, channel) for channel in (SMS, VOICE)]
        await switches.lift(tx.session, world.agency.id, id_, "Lee")
        found.append(await brakes.braked(tx.session, world.agency.id, SMS))
    assert found == [True, False, False]
