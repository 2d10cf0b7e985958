from datetime import timedelta

from app.db import switches
from app.rules.switches import Scope, SwitchAsked, SwitchKind
from tests.app.pipeline.world import NINE, NOW, SMS, VOICE

DAY = timedelta(days=1)


async def set_one(world, kind=SwitchKind.PAUSE, until=None, **scope):
    async with world.services.database.transaction(world.agency.id) as tx:
        return await switches.add(tx.session, world.agency.id, SwitchAsked(kind, "x", Scope(**scope), until), "Kim")


async def test_a_switch_is_in_force_until_its_end_or_until_it_is_lifted(world):
    await set_one(world, until=NOW + DAY, channel=SMS)
    async with world.services.database.transaction(world.agency.id) as tx:
        asked = [(SMS, NOW), (VOICE, NOW), (SMS, NOW + DAY)]
        found = [await switches.any_in_force(tx.session, world.agency.id, *one) for one in asked]
    assert found == [True, False, False]


async def test_a_stop_counts_before_a_pause_and_the_longest_before_shorter_ones(world):
    await world.planned()
    ids = [row.id for row in await world.messages() if row.channel == SMS]

    async def held():
        async with world.services.database.transaction(world.agency.id) as tx:
            return {(one.reason, one.until) for one in await switches.held_now(tx.session, world.agency.id, ids, NOW)}

    await set_one(world, until=NOW + DAY)
    await set_one(world, SwitchKind.HARDSHIP, until=NOW + 2 * DAY)
    assert await held() == {("hardship", NOW + 2 * DAY)}
    await set_one(world, SwitchKind.STOP, until=NOW + timedelta(hours=1))
    assert {reason for reason, _ in await held()} == {"stopped"}


async def test_nobody_is_held_longer_than_to_the_deadline(world):
    await world.planned()
    await set_one(world)
    row = await world.message(SMS)
    async with world.services.database.transaction(world.agency.id) as tx:
        [held] = await switches.held_now(tx.session, world.agency.id, [row.id], NOW)
        await switches.hold(tx.session, [])
        await switches.hold(tx.session, [held])
    assert held.until == row.deadline_at
    [after] = await world.rows("SELECT reason, due_at FROM message WHERE id = %(id)s", id=row.id)
    assert after == ("paused", row.deadline_at)


async def test_what_a_provider_holds_for_later_is_marked_to_be_withdrawn(world):
    await world.sent()
    await world.rows("UPDATE attempt SET send_at = %(at)s", at=NINE + DAY)
    id_ = await set_one(world, SwitchKind.STOP)
    async with world.services.database.transaction(world.agency.id) as tx:
        counts = [
            await switches.withdraw(tx.session, world.agency.id, id_, SwitchKind.STOP) for _ in range(2)
        ]  # fmt: skip
    assert counts == [1, 0]
    assert [row.withdraw_reason for row in await world.rows("SELECT withdraw_reason FROM attempt")] == ["stopped"]


async def test_another_agency_neither_sees_nor_feels_a_switch(world):
    id_, other = await set_one(world), world.services.tenancy
    text = 'code = "fresno"\nname = "F"\ncounty_code = "10"\nphone = "+15595550100"\nsenders = {sms = "+15595550101"}'
    fresno = await other.add(text)
    async with world.services.database.transaction(fresno.id) as tx:
        assert await switches.one(tx.session, world.agency.id, id_) is None
        assert not await switches.any_in_force(tx.session, fresno.id, SMS, NOW)


async def test_every_switch_in_force_is_found_with_its_agency(world):
    id_ = await set_one(world)
    async with world.services.database.transaction(None) as tx:
        assert [(row.id, row.code) for row in await switches.in_force(tx.session)] == [(id_, "orange")]
