"""The planner in SQL against a planner of plain loops (`tests.app.pipeline.oracle`), over made-up counties."""

from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from app.db import drafting, planning
from schedules.places import parse_place
from tests.app.pipeline.generated import MOMENTS
from tests.app.pipeline.side_by_side import MESSAGES, OWN, differences, ladders, planned_county, rules_of
from tests.app.pipeline.world import a_member, an_event

AGAIN = "INSERT INTO replan SELECT agency_id, id FROM renewal ON CONFLICT DO NOTHING"


@pytest.fixture
def one_reminder(monkeypatch):
    monkeypatch.setattr("app.wiring.services.shipped_ladders", ladders)


@pytest.mark.parametrize(("seed", "now"), list(enumerate(MOMENTS)))
async def test_the_planner_in_sql_plans_what_the_plain_planner_plans(world, seed, now):
    _, said, found = await planned_county(world, seed, 60, now, brings=OWN)
    assert differences(said, found) == (set(), set())


@pytest.mark.parametrize(("seed", "now"), list(enumerate(MOMENTS[:2])))
async def test_planning_again_changes_nothing(world, seed, now):
    _, _, before = await planned_county(world, seed, 50, now)
    await world.rows(AGAIN)
    assert await world.plan() == 0
    assert sorted(await world.rows(MESSAGES)) == sorted(before)


@pytest.mark.parametrize(("seed", "now"), list(enumerate(MOMENTS[2:5])))
async def test_nobody_is_written_to_without_consent_outside_a_window_after_a_deadline_or_twice_on_a_day(
    world, seed, now
):
    await planned_county(world, seed, 60, now)
    await assert_nothing_is_wrong(world)


@pytest.mark.parametrize(("seed", "now"), list(enumerate(MOMENTS[1:3])))
async def test_whatever_changes_the_plan_is_right_again_and_planning_once_more_changes_nothing(world, seed, now):
    await planned_county(world, seed, 60, now)
    for changes in CHANGES:
        await world.rows(changes)
        await world.rows(AGAIN)
        await world.plan()
        await assert_nothing_is_wrong(world)
        before = sorted(await world.rows(MESSAGES))
        await world.rows(AGAIN)
        assert await world.plan() == 0
        assert sorted(await world.rows(MESSAGES)) == before


CHANGES = (
    "UPDATE consent_state SET granted = false WHERE get_byte(address_index, 0) < 60",
    "UPDATE renewal SET status = 'renewed' WHERE get_byte(uuid_send(id), 0) < 60",
    "UPDATE contact_point SET listed = false WHERE get_byte(uuid_send(id), 0) < 60",
    "UPDATE renewal SET status = 'packet_mailed', due_on = due_on + 9 WHERE get_byte(uuid_send(id), 0) < 100",
    "UPDATE contact_point SET listed = true, place = 'Pacific/Honolulu;HI' WHERE get_byte(uuid_send(id), 0) < 100",
    "UPDATE consent_state SET granted = true",
    "UPDATE member SET channels = ARRAY['email', 'sms'], status = 'active' WHERE get_byte(uuid_send(id), 0) < 100",
)


@pytest.mark.parametrize("seed", [3])
async def test_it_does_not_matter_whether_people_come_together_or_one_after_the_other(world, seed):
    now = MOMENTS[0]
    _, _, found = await planned_county(world, seed, 60, now)
    together = said_to(found)
    await world.rows("DELETE FROM message")
    renewals = sorted({row.renewal_id for row in found})
    for part in range(4):
        await world.rows(
            "INSERT INTO replan SELECT agency_id, id FROM renewal WHERE id = ANY(%(ids)s)", ids=renewals[part::4]
        )
        await world.plan()
    assert said_to(await world.rows(MESSAGES)) == together


def said_to(found):
    """Return who hears what, by one's own message or by that of another of the household."""
    return {
        (row.renewal_id, row.step, row.channel) for row in found if row.status == "planned" or row.reason == "household"
    }


async def test_a_household_of_more_chunks_than_one_is_planned_as_one(world, monkeypatch):
    monkeypatch.setattr("app.pipeline.planning.CHUNK", 20)
    _, said, found = await planned_county(world, 5, 50, MOMENTS[0])
    assert said_to(found) == {
        (row.renewal, row.step, row.channel) for row in said if row.status == "planned" or row.reason == "household"
    }


async def assert_nothing_is_wrong(world):
    """Look at everything that is planned: consent, windows, deadlines, days, and who hears it by whom."""
    rules = await rules_of(world)
    planned = await world.rows(PLANNED)
    assert planned
    for row in planned:
        assert row.granted
        assert row.listed
        assert row.due_at < row.deadline_at
        assert rules.calendar.why_closed(parse_place(row.place), row.channel, row.due_at) is None
    days = Counter((row.value_index, row.channel, row.due_at.astimezone(ZoneInfo(row.zone)).date()) for row in planned)
    assert set(days.values()) == {1}
    assert await world.rows(ASTRAY) == []


PLANNED = """
    SELECT m.*, cp.value_index, cp.listed, cs.granted FROM message m JOIN contact_point cp ON cp.id = m.contact_point_id
      JOIN consent_state cs ON (cs.member_id, cs.channel, cs.address_index) = (m.member_id, m.channel, cp.value_index)
     WHERE m.status = 'planned'
"""
ASTRAY = """
    SELECT m.id FROM message m JOIN contact_point cp ON cp.id = m.contact_point_id
      LEFT JOIN message led ON (led.id, led.language) = (m.bundled_into, m.language) AND led.status = 'planned'
      LEFT JOIN contact_point to_point ON to_point.id = led.contact_point_id AND to_point.value_index = cp.value_index
     WHERE m.status = 'skipped' AND m.reason = 'household' AND m.deadline_at > m.created_at + interval '1 hour'
       AND to_point.id IS NULL
"""


async def test_a_renewal_is_taken_by_one_planner(world):
    await world.apply(*(an_event(a_member(), f"M-{at}") for at in range(5)))
    database, agency = world.services.database, world.agency.id
    async with database.transaction(agency) as first, database.transaction(agency) as second:
        await drafting.begin(first.session)
        await drafting.begin(second.session)
        assert await planning.take(first.session, agency, 6) == 5
        assert await planning.take(second.session, agency, 10) == 0
    assert await world.rows("SELECT renewal_id FROM replan") == []


async def test_each_agency_that_waits_is_found(world):
    async with world.services.database.transaction(None) as tx:
        assert await planning.agencies_waiting(tx.session) == []
    await world.tell(a_member())
    async with world.services.database.transaction(None) as tx:
        assert await planning.agencies_waiting(tx.session) == [world.agency.id]
