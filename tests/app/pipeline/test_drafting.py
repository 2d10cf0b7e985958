from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from app.rules.facts import MilestoneSet, RenewalChanged, RenewalDue, RenewalStatus
from tests.app.pipeline.world import FEBRUARY, NOW, a_member, phone

LOST = RenewalChanged("medi_cal", FEBRUARY, RenewalStatus("discontinued_procedural"), effective_on=date(2026, 10, 31))
AN_HOUR = timedelta(hours=1)
GONE_OUT = """
    UPDATE message SET status = 'delivered', handed_at = due_at WHERE status = 'planned' AND due_at <= %(now)s
"""
COMING = text("""
    SELECT step, channel, status, reason, cast(due_at AS date) AS day FROM draft WHERE due_at < :until AND due_at > :now
""")


@pytest.fixture
def one_reminder():
    """All ladders that are shipped."""


async def foreseen(world, until):
    """Return what a draft says of the time until then."""
    async with world.services.database.transaction(world.agency.id) as tx:
        await world.services.planning.drafting.draft(tx.session, world.agency, until)
        return sorted(map(tuple, await tx.session.all(COMING, until=until, now=tx.now + AN_HOUR)), key=str)


async def lived(world, until):
    """Plan turn by turn, and return what was planned for the time until then."""
    now = NOW
    while now < until:
        await world.services.planning.daily()
        now = min(until, await world.services.planning.next_turn())
        await world.rows(GONE_OUT, now=now)
        await world.at(now)
    rows = await world.rows(
        "SELECT step, channel, CASE status WHEN 'delivered' THEN 'planned' ELSE status END, reason,"
        " cast(due_at AS date) AS day FROM message WHERE due_at BETWEEN %(now)s AND %(until)s AND kind = 'reminder'",
        until=until, now=NOW + AN_HOUR,
    )  # fmt: skip
    return sorted(map(tuple, rows), key=str)


async def test_a_draft_of_half_a_year_is_what_the_days_then_plan(world):
    until = datetime(2027, 5, 10, tzinfo=UTC)
    await world.tell(a_member(), MilestoneSet("annual_care_plan", "ccs", date(2026, 11, 10)))
    await world.tell(a_member(phones=(phone("+17145550009"),)), LOST, subject="M-2")
    for number, month in enumerate((date(2027, 4, 1), date(2027, 6, 1), date(2027, 6, 1)), 3):
        await world.tell(a_member(renewals=(RenewalDue("medi_cal", month),)), subject=f"M-{number}")
    said = await foreseen(world, until)
    assert {step for step, *_ in said} >= {"apply_again", "renewal_two_months", "cure_30"}
    assert await world.messages() == []
    found = await lived(world, until)
    assert [row for row in found if row not in said] == [row for row in said if row not in found] == []
    assert len(found) == len(said)


async def test_a_care_plan_is_foreseen_a_year_on(world):
    await world.tell(a_member(), MilestoneSet("annual_care_plan", "ccs", date(2026, 11, 10)))
    steps = {step for step, *_, day in await foreseen(world, datetime(2028, 1, 1, tzinfo=UTC)) if day.year == 2027}
    assert {"care_plan_one_month", "care_plan_one_week"} <= steps


async def test_a_draft_after_planning_says_the_same(world):
    until = datetime(2027, 3, 1, tzinfo=UTC)
    await world.tell(a_member())
    before = await foreseen(world, until)
    await world.plan()
    assert await foreseen(world, until) == before
