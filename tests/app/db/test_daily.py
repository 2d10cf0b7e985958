from datetime import date, timedelta

import pytest

from app.db import daily, drafting
from app.pipeline.drafting import HORIZON
from app.pipeline.laying_out import may_begin
from app.rules.facts import MilestoneSet, RenewalChanged, RenewalDue, RenewalStatus
from tests.app.pipeline.world import FEBRUARY, NOW, a_member

LOST = RenewalChanged("medi_cal", FEBRUARY, RenewalStatus("discontinued_procedural"), effective_on=date(2026, 9, 1))


@pytest.fixture
def one_reminder():
    """All ladders that are shipped."""


async def ranges(world, tx, until):
    rules = await world.services.planning.drafting.rules(tx.session, world.agency)
    return may_begin(rules, rules.day(tx.now), rules.day(until))


async def marked(world, until=HORIZON):
    async with world.services.database.transaction(None) as tx:
        await daily.mark(tx.session, world.agency.id, await ranges(world, tx, tx.now + until), rfi_days=30)
    return len(await world.rows("SELECT 1 FROM replan"))


async def test_what_has_a_step_within_the_horizon_and_no_message_is_marked(world):
    await world.tell(a_member())
    await world.rows("DELETE FROM replan")
    assert await marked(world) == 1


async def test_what_has_its_messages_is_not_marked_canceled_ones_included(world):
    await world.planned()
    await world.texts_us("STOP")
    assert await marked(world) == 0


async def test_what_begins_after_the_horizon_is_not_marked(world):
    await world.tell(a_member(renewals=(RenewalDue("medi_cal", date(2027, 9, 1)),)))
    await world.rows("DELETE FROM replan")
    assert await marked(world) == 0
    assert await marked(world, timedelta(days=200)) == 1


async def test_a_cure_period_ends_after_its_days_and_what_follows_is_planned(world):
    await world.tell(a_member(), LOST)
    await world.rows("DELETE FROM replan")
    async with world.services.database.transaction(None) as tx:
        assert await daily.end_cures(tx.session, world.agency.id, cure_days=90, today=date(2026, 11, 30)) == 0
        assert await daily.end_cures(tx.session, world.agency.id, cure_days=90, today=date(2026, 12, 1)) == 1
    [row] = await world.rows("SELECT status, status_on FROM renewal WHERE occasion = 'renewal'")
    assert (row.status, row.status_on) == ("cure_expired", date(2026, 12, 1))
    assert len(await world.rows("SELECT 1 FROM replan")) == 1


async def test_the_next_end_of_a_cure_period_is_found(world):
    await world.tell(a_member(), LOST)
    async with world.services.database.transaction(None) as tx:
        assert await daily.next_cure_end(tx.session, cure_days=90, today=date(2026, 11, 30)) == date(2026, 9, 1)
        assert await daily.next_cure_end(tx.session, cure_days=90, today=date(2026, 12, 1)) is None


async def test_the_next_care_plan_is_opened_once_a_year_on(world):
    await world.tell(a_member(), MilestoneSet("annual_care_plan", "ccs", date(2024, 2, 29)))
    async with world.services.database.transaction(None) as tx:
        for _ in range(2):
            await daily.open_care_plans(tx.session, world.agency.id, NOW.date())
    found = await world.rows(
        "SELECT on_date, renewal_month FROM renewal WHERE occasion = 'annual_care_plan' ORDER BY 1"
    )
    assert [row.on_date for row in found] == [date(2024, 2, 29), date(2027, 2, 28)]


async def test_every_occasion_that_is_open_is_chosen_once(world):
    await world.tell(a_member(), LOST, MilestoneSet("continuity_end", "medi_cal", date(2027, 1, 5)))
    await world.tell(a_member(renewals=(RenewalDue("medi_cal", date(2030, 9, 1)),)), subject="M-2")
    await world.rows("DELETE FROM replan")
    async with world.services.database.transaction(world.agency.id) as tx:
        await drafting.begin(tx.session)
        until = tx.now + HORIZON
        await daily.choose_open(
            tx.session, world.agency.id, await ranges(world, tx, until), rfi_days=30, cure_days=90,
            today=NOW.date(), until=until.date(),
        )  # fmt: skip
        chosen = [row.renewal_id for row in await tx.session.all(CHOSEN)]
    assert len(chosen) == len(set(chosen)) == 2


CHOSEN = drafting.text("SELECT renewal_id FROM chosen")


async def test_the_day_up_to_which_was_planned_is_remembered(world):
    async with world.services.database.transaction(None) as tx:
        assert await daily.planned_until(tx.session, world.agency.id) is None
        await daily.planned(tx.session, world.agency.id, date(2027, 3, 1))
        assert await daily.planned_until(tx.session, world.agency.id) == date(2027, 3, 1)
