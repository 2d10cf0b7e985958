"""What an event changes in what falls due for a member, and what is canceled with it."""

from datetime import date

import pytest

from app.db import clock
from app.rules.facts import Email, MemberLeft, MemberUpdated, MilestoneSet, RenewalChanged, RenewalDue, RenewalStatus
from tests.app.pipeline.world import ADDRESS, FEBRUARY, NOW, a_member, phone

IN_MAY, IN_JUNE = date(2027, 5, 17), date(2027, 6, 1)
TODAY = date(2026, 9, 30)
"""The day of every event that the world makes, by the clock of Los Angeles."""
CHILD = date(2008, 4, 9)
CCS_TOO = (RenewalDue("medi_cal", FEBRUARY), RenewalDue("ccs", FEBRUARY))


@pytest.fixture
def one_reminder():
    """All ladders, as they are shipped."""


def milestone(kind, on, program="medi_cal"):
    return MilestoneSet(kind, program, on)


def status(named, **more):
    return RenewalChanged("medi_cal", FEBRUARY, RenewalStatus(named), **more)


async def occasions(world):
    """What is held beside renewals: kind, program, day, status."""
    rows = await world.rows("SELECT * FROM renewal WHERE occasion <> 'renewal' ORDER BY occasion, on_date")
    assert all(row.renewal_month == row.on_date.replace(day=1) for row in rows)
    return [(row.occasion, row.program, row.on_date, row.status) for row in rows]


async def renewals(world):
    rows = await world.rows("SELECT * FROM renewal WHERE occasion = 'renewal' ORDER BY program, renewal_month")
    return {(row.program, row.renewal_month): row for row in rows}


@pytest.mark.parametrize(
    ("facts", "held"),
    [
        ([MilestoneSet("work_notice", "medi_cal", IN_MAY)], [("work_notice", "medi_cal", IN_MAY, "upcoming")]),
        ([MilestoneSet("annual_care_plan", "ccs", IN_MAY)], [("annual_care_plan", "ccs", IN_MAY, "upcoming")]),
        ([MilestoneSet("continuity_end", "ccs", IN_MAY)], [("continuity_end", "ccs", IN_MAY, "upcoming")]),
        ([MilestoneSet("age_out_26", "medi_cal", IN_MAY)], [("age_out_26", "medi_cal", IN_MAY, "upcoming")]),
        ([MilestoneSet("wedding", "medi_cal", IN_MAY)], []),
        ([a_member()], []),
        ([a_member(date_of_birth=CHILD)], [("age_out_19", "medi_cal", date(2027, 4, 1), "upcoming")]),
        ([a_member(date_of_birth=date(2006, 4, 9), renewals=CCS_TOO)],
         [("age_out_21", "ccs", date(2027, 4, 1), "upcoming")]),
        ([MemberLeft("moved", "19")], [("moved_county", "medi_cal", TODAY, "upcoming")]),
        ([MemberLeft("moved", "19"), a_member()], [("moved_county", "medi_cal", TODAY, "canceled")]),
        ([MemberLeft("removed")], []),
        ([MemberLeft("deceased")], []),
        ([status("renewed")], []),
        ([a_member(date_of_birth=CHILD), MemberUpdated(date_of_birth=None)],
         [("age_out_19", "medi_cal", date(2027, 4, 1), "canceled")]),
        ([milestone("work_notice", IN_MAY), milestone("work_notice", IN_JUNE)],
         [("work_notice", "medi_cal", IN_MAY, "canceled"), ("work_notice", "medi_cal", IN_JUNE, "upcoming")]),
        ([milestone("work_notice", IN_MAY), milestone("work_notice", None)],
         [("work_notice", "medi_cal", IN_MAY, "canceled")]),
    ],
)  # fmt: skip
async def test_each_event_says_what_falls_due(world, facts, held):
    for one in facts:
        await world.tell(one)
    assert await occasions(world) == held


async def test_events_of_one_batch_leave_only_what_the_last_of_them_says(world):
    await world.tell(milestone("work_notice", IN_MAY), milestone("work_notice", IN_JUNE))
    assert await occasions(world) == [("work_notice", "medi_cal", IN_JUNE, "upcoming")]


async def test_what_falls_due_is_marked_to_be_planned(world):
    await world.tell(milestone("work_notice", IN_MAY))
    marked = "SELECT r.occasion FROM replan p JOIN renewal r ON r.id = p.renewal_id"
    assert [row.occasion for row in await world.rows(marked)] == ["work_notice"]


async def test_a_planned_message_about_a_milestone_ends_when_it_is_taken_back(world):
    await world.planned(a_member(), milestone("work_notice", NOW.date()))
    await world.tell(milestone("work_notice", None))
    assert await ended_of(world, "work_notice") == {("canceled", "day_moved")}


async def test_who_moved_hears_of_the_move_and_of_nothing_else(world):
    await world.planned(a_member(), milestone("work_notice", NOW.date()))
    await world.tell(MemberLeft("moved", "19"), time=NOW)
    for occasion in ("work_notice", "renewal"):
        assert await ended_of(world, occasion) - {("expired", "deadline_passed")} == {("canceled", "member_moved")}
    await world.plan()
    assert ("planned", None) in await ended_of(world, "moved_county")
    await world.tell(a_member(), time=NOW.replace(minute=3))
    assert await ended_of(world, "moved_county") <= {("canceled", "day_moved"), ("skipped", "first_channel")}


async def test_a_restored_coverage_ends_what_was_to_be_said_of_its_loss(world):
    lost = date(2026, 11, 1)
    await world.tell(a_member(renewals=(RenewalDue("medi_cal", lost),)))
    await world.tell(RenewalChanged("medi_cal", lost, RenewalStatus.DISCONTINUED_PROCEDURAL, effective_on=TODAY))
    await world.plan()
    assert ("planned", None) in await ended_of(world, "renewal")
    await world.tell(RenewalChanged("medi_cal", lost, RenewalStatus.RESTORED))
    assert await planned(world, "cure_%") == 0


async def ended_of(world, occasion):
    of_it = "SELECT m.status, m.reason FROM message m JOIN renewal r ON r.id = m.renewal_id"
    rows = await world.rows(f"{of_it} WHERE r.occasion = %(occasion)s", occasion=occasion)
    return {(row.status, row.reason) for row in rows}


async def planned(world, steps):
    [row] = await world.rows(
        "SELECT count(*) AS n FROM message WHERE status = 'planned' AND step LIKE %(steps)s", steps=steps
    )
    return row.n


# --- renewals ---------------------------------------------------------------------------------


async def test_a_six_month_cycle_holds_from_the_year_2027_on(world):
    december = date(2026, 12, 1)
    told = (RenewalDue("medi_cal", FEBRUARY, 6), RenewalDue("ccs", december, 6))
    await world.tell(a_member(renewals=told))
    held = await renewals(world)
    assert {key: (row.cycle_months, row.cycle) for key, row in held.items()} == {
        ("medi_cal", FEBRUARY): (6, 6), ("ccs", december): (6, 12),
    }  # fmt: skip


async def test_a_renewal_without_a_next_month_opens_the_one_that_follows(world):
    await world.tell(a_member(renewals=(RenewalDue("medi_cal", FEBRUARY, 6),)), status("renewed"))
    held = await renewals(world)
    assert {month: row.status for (_, month), row in held.items()} == {FEBRUARY: "renewed", date(2027, 8, 1): "unknown"}


async def test_a_status_is_kept_with_its_day_and_the_date_it_is_counted_from(world):
    await world.tell(status("discontinued_procedural"))
    [row] = (await renewals(world)).values()
    assert (row.status_on, row.effective_on) == (TODAY, date(2027, 2, 28))


# --- places -----------------------------------------------------------------------------------


async def places(world):
    rows = await world.rows("SELECT kind, place, zone FROM contact_point ORDER BY kind DESC")
    return [(row.place, row.zone) for row in rows]


async def test_every_contact_point_has_a_place_and_the_month_of_birth_stays_readable(world):
    await world.tell(a_member(date_of_birth=CHILD, zip="92868"))
    assert await places(world) == [("America/Los_Angeles;CA", "America/Los_Angeles")] * 2
    assert [row.born_in for row in await world.rows("SELECT born_in FROM member")] == [date(2008, 4, 1)]


async def test_a_new_zip_code_or_zone_moves_the_numbers_that_are_held(world):
    await world.tell(a_member(phones=(phone("+12125550003"),), emails=(Email(ADDRESS),)))
    assert await places(world) == [("America/New_York;NY", "America/New_York"), (";", None)]
    await world.tell(MemberUpdated(zip="92868"))
    zones = "America/Los_Angeles"
    assert await places(world) == [(f"{zones}|America/New_York;CA|NY", zones), (f"{zones};CA", zones)]
    await world.tell(MemberUpdated(zip=None, timezone="America/Denver"))
    assert await places(world) == [
        ("America/Denver|America/New_York;NY", "America/New_York"), ("America/Denver;", None),
    ]  # fmt: skip


async def test_a_number_from_before_places_were_kept_gets_one_with_the_next_change(world):
    await world.tell(a_member())
    await world.rows("UPDATE contact_point SET place = NULL")
    await world.tell(MemberUpdated(first_name="Eva"))
    assert [place for place, _ in await places(world)] == ["America/Los_Angeles;CA", ";"]


async def test_members_from_before_all_this_was_kept_are_completed_without_an_event(world):
    told = a_member(date_of_birth=CHILD, phones=(phone("+13055550107"),))
    await world.tell(told, milestone("annual_care_plan", IN_MAY))
    before = await occasions(world), await places(world)
    await world.rows("DELETE FROM replan")
    await world.rows("DELETE FROM renewal WHERE occasion <> 'renewal'")
    await world.rows("UPDATE contact_point SET place = NULL")
    await world.rows("UPDATE member SET born_in = NULL")
    assert await world.services.intake.catch_up() == 1
    assert (await occasions(world), await places(world)) == before
    assert [row.born_in for row in await world.rows("SELECT born_in FROM member")] == [date(2008, 4, 1)]
    assert len(await world.rows("SELECT renewal_id FROM replan")) == 3
    assert await world.services.intake.catch_up() == 0


async def test_a_birthday_of_long_ago_is_not_opened_late(world):
    async with world.services.database.transaction(None) as tx:
        await clock.set_to(tx.session, NOW.replace(year=2029))
    await world.tell(a_member(date_of_birth=CHILD))
    assert await occasions(world) == []
