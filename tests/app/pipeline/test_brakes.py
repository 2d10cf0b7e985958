import asyncio
from datetime import timedelta

from app.pipeline.brakes import Brakes
from app.rules.switches import SwitchKind
from tests.app.pipeline.world import NINE, NOW

ILL = """
    UPDATE message SET status = 'undelivered', reason = 'carrier_filtered', ended_at = %(at)s
     WHERE id IN (SELECT id FROM message WHERE channel = 'sms' LIMIT %(some)s)
"""
HANDED = """
    INSERT INTO message (period, agency_id, kind, channel, template, zone, status, month, first_due_at, due_at,
           deadline_at, created_at, handed_at)
    SELECT '2027-02-01', %(agency)s, 'reminder', %(channel)s, 'x', 'UTC', 'sent', '2026-12-01', %(at)s, %(at)s, %(at)s,
           %(made)s, %(at)s FROM generate_series(1, %(count)s)
"""
STOPS = """
    INSERT INTO address_stop (agency_id, address_index, channel, stopped, at)
    SELECT %(agency)s, sha256(cast(cast(number AS text) AS bytea)), channel, true, %(at)s
      FROM generate_series(1, %(count)s) number, (VALUES ('sms'), ('voice')) c (channel)
"""


async def handed(world, count, channel="sms", at=NINE, made=NOW):
    await world.rows(HANDED, agency=world.agency.id, channel=channel, at=at, made=made, count=count)
    await world.at(NINE + timedelta(minutes=10))


async def refused(world, some):
    await world.rows(ILL, at=NINE + timedelta(minutes=5), some=some)


async def braked(world):
    await Brakes(world.services.database).run()
    rows = await world.services.switches.every(world.agency.id)
    return {(row["channel"], row["set_by"]) for row in rows if row["kind"] == SwitchKind.BRAKE}


async def lift(world):
    for row in await world.services.switches.every(world.agency.id):
        await world.services.switches.lift(world.agency.id, row["id"], "Lee")


async def test_an_hour_in_which_carriers_refuse_holds_the_lane(world):
    await handed(world, 200)
    await handed(world, 200, channel="email")
    await refused(world, 30)
    assert await braked(world) == {("sms", "brake: refused")}
    [row] = await world.services.switches.every(world.agency.id)
    assert row["reason"] == "carriers refused 30 of 200 messages within an hour"


async def test_two_who_look_at_the_same_time_set_one_brake(world):
    await handed(world, 200)
    await refused(world, 30)
    looks = [Brakes(world.services.database).run() for _ in range(2)]
    assert sorted(await asyncio.gather(*looks)) == [0, 1]
    assert len(await world.services.switches.every(world.agency.id)) == 1


async def test_what_was_refused_at_once_counts_as_handed_over(world):
    await handed(world, 90)
    await world.rows("UPDATE message SET handed_at = NULL, status = 'failed', reason = 'blocked', ended_at = %(at)s "
                     "WHERE id IN (SELECT id FROM message LIMIT 20)", at=NINE)  # fmt: skip
    await handed(world, 10)
    assert await braked(world) == {("sms", "brake: refused")}


async def test_a_good_hour_and_one_long_past_hold_nothing(world):
    await handed(world, 200)
    await refused(world, 29)
    assert await braked(world) == set()
    await refused(world, 200)
    await world.at(NINE + timedelta(hours=2))
    assert await braked(world) == set()


async def test_many_who_stop_hold_texts_and_not_calls_that_nobody_complained_of(world):
    await handed(world, 200)
    await handed(world, 200, channel="voice")
    await world.rows(STOPS, agency=world.agency.id, at=NINE, count=30)
    assert await braked(world) == {("sms", "brake: opt_outs")}


async def test_more_than_a_day_old_plan_held_stops_the_lane_until_a_person_says_that_it_is_right(world):
    await handed(world, 100)
    await handed(world, 1_101, made=NINE - timedelta(hours=2))
    assert await braked(world) == {("sms", "brake: unforeseen")}
    await lift(world)
    await handed(world, 1_200, made=NINE, at=NINE + timedelta(minutes=20))
    await world.at(NINE + timedelta(minutes=30))
    assert await braked(world) == set()


async def test_a_brake_is_set_once_and_not_again_for_what_it_was_lifted_for(world):
    await handed(world, 200)
    await refused(world, 100)
    assert len(await braked(world)) == 1
    assert await Brakes(world.services.database).run() == 0
    await lift(world)
    assert await braked(world) == set()


async def test_after_it_was_lifted_what_follows_is_looked_at_anew(world):
    await handed(world, 200)
    await refused(world, 100)
    await braked(world)
    await lift(world)
    later = NINE + timedelta(minutes=20)
    await world.rows("DELETE FROM message")
    await handed(world, 100, at=later)
    await world.rows(ILL, at=later, some=15)
    await world.at(later + timedelta(minutes=1))
    assert await braked(world) == {("sms", "brake: refused")}


async def test_upkeep_looks_at_the_brakes(world):
    await handed(world, 200)
    await refused(world, 100)
    await world.services.upkeep.run()
    assert [row["kind"] for row in await world.services.switches.every(world.agency.id)] == ["brake"]


async def test_the_doctor_names_a_brake_and_how_to_lift_it(world):
    await handed(world, 200)
    await refused(world, 100)
    await braked(world)
    [found] = [one for one in await world.services.checkup.everything() if "brake on sms" in one.what]
    assert found.wrong
    assert "keepcovered switch resume" in found.mend
