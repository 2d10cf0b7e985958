"""What people choose of the way we remind them holds at once, whatever is planned, and whatever the county says."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.db import choices
from app.rules.chain import BEFORE_THE_FIRST, hash_of
from app.rules.choices import ChoiceFault, Chosen, Helper, Limits, Visit, Wanted
from app.rules.facts import MemberUpdated, RenewalDue
from app.rules.record import index_form
from tests.app.pipeline.world import (
    ADDRESS,
    EMAIL,
    FEBRUARY,
    NINE,
    NUMBER,
    SMS,
    VOICE,
    a_member,
    phone,
)

PACIFIC = ZoneInfo("America/Los_Angeles")


def visit_to(world, address=NUMBER, kind="phone"):
    """Come in by an address."""
    index = world.services.database.index.of(f"contact_point.{kind}", world.agency.id, index_form(kind, address))
    return Visit(world.agency.id, kind, address, index)


async def choose(world, *, helper=None, word=None, plan=True, visit=None, **changes):
    """Change some of the choices as the page does, and plan what waits."""
    visit = visit or visit_to(world)
    standing = await world.services.choices.standing(visit)
    limits = {name: value for name, value in changes.items() if name in Limits.__slots__}
    others = {name: value for name, value in changes.items() if name not in limits}
    chosen = replace(standing.chosen, limits=replace(standing.chosen.limits, **limits), **others)
    fault = await world.services.choices.save(visit, Wanted(chosen, helper, word), "en")
    if plan:
        await world.plan()
    return fault


async def lines(world):
    return [(row.what, row.basis) for row in await world.rows("SELECT what, basis FROM choice ORDER BY id")]


# --- hours --------------------------------------------------------------------------------------


async def test_what_is_planned_moves_into_the_hours_that_were_chosen(world):
    await world.planned()
    await choose(world, hours=(13, 15))
    assert {row.channel: row.due_at.astimezone(PACIFIC).hour for row in await world.messages()} == {
        "sms": 13, "email": 13, "voice": 13,
    }  # fmt: skip
    assert set((await world.ends()).values()) == {"planned"}


async def test_hours_that_the_law_forbids_open_nothing(world):
    await world.planned()
    await choose(world, hours=(17, 20))
    assert (await world.message(VOICE)).due_at.astimezone(PACIFIC).hour == 17
    fault = await choose(world, hours=(19, 20))
    assert fault is ChoiceFault.HOURS  # calls end at seven


async def test_no_wish_gives_the_first_time_back(world):
    await world.planned()
    await choose(world, hours=(13, 15))
    await choose(world, hours=None)
    assert (await world.message(SMS)).due_at == NINE


async def test_what_falls_due_before_it_is_planned_anew_waits_for_the_hours(world):
    await world.planned()
    await world.at(NINE)
    await choose(world, hours=(13, 15), plan=False)
    await world.deliver()
    assert not any(fake.sent for fake in world.fakes.values())
    await world.plan()
    await world.at(NINE + timedelta(hours=4))
    await world.deliver(SMS)
    assert len(world.fakes[SMS].sent) == 1


# --- pause --------------------------------------------------------------------------------------


async def test_a_pause_moves_what_is_planned_behind_it(world):
    await world.planned()
    await choose(world, paused_until=date(2026, 12, 14))
    assert (await world.message(SMS)).due_at == datetime(2026, 12, 14, 17, tzinfo=UTC)
    assert await world.end(SMS) == "planned"


async def test_what_would_come_too_late_after_a_pause_is_skipped_and_says_why(world):
    await world.planned()
    await choose(world, paused_until=date(2027, 1, 20))
    assert set((await world.ends()).values()) == {"canceled paused_by_member"}
    await choose(world, paused_until=None)
    assert [row.status for row in await world.messages() if row.channel == "sms"] == ["canceled", "planned"]


async def test_what_comes_up_during_a_pause_is_skipped_and_planned_once_it_is_lifted(world):
    await world.tell(a_member())
    await choose(world, paused_until=date(2027, 1, 20))
    assert await world.end(SMS) == "skipped paused_by_member"
    await choose(world, paused_until=None)
    assert await world.end(SMS) == "planned"
    assert (await world.message(SMS)).due_at == NINE


async def test_nothing_goes_out_in_a_pause_though_it_was_due(world):
    await world.planned()
    await world.at(NINE)
    await choose(world, paused_until=date(2026, 12, 10), plan=False)
    await world.deliver()
    assert not any(fake.sent for fake in world.fakes.values())


async def test_a_pause_that_is_over_narrows_nothing(world):
    await world.tell(a_member())
    await choose(world, paused_until=date(2026, 11, 20))
    assert (await world.message(SMS)).place.endswith(";;2026-11-20")
    await world.at(datetime(2026, 11, 25, 20, tzinfo=UTC))
    await world.planned(MemberUpdated(language_written="vi"))
    assert ";;" not in (await world.message(SMS)).place
    assert (await world.services.choices.standing(visit_to(world))).chosen.limits.paused_until is None


# --- programs, channels, languages --------------------------------------------------------------


async def test_who_wants_medi_cal_alone_hears_of_nothing_else(world):
    await world.tell(a_member())
    await choose(world, only_programs=("ccs",))
    assert set((await world.ends()).values()) == {"skipped program_not_wanted"}
    await choose(world, only_programs=("medi_cal",))
    assert set((await world.ends()).values()) == {"planned"}


async def test_what_is_planned_of_an_unwanted_program_is_canceled_at_once(world):
    await world.planned()
    await choose(world, only_programs=("ccs",), plan=False)
    assert set((await world.ends()).values()) == {"canceled program_not_wanted"}


async def test_a_channel_that_is_given_up_is_canceled_at_once(world):
    await world.planned()
    await choose(world, channels=(EMAIL,), plan=False)
    assert await world.ends() == {
        "sms": "canceled channel_not_chosen", "email": "planned", "voice": "canceled channel_not_chosen",
    }  # fmt: skip


async def test_a_channel_comes_back_with_a_yes_of_ones_own(world):
    await world.planned()
    await choose(world, channels=(EMAIL,))
    await world.signs_up(SMS, NUMBER)
    standing = await world.services.choices.standing(visit_to(world))
    assert standing.chosen.channels == (EMAIL, SMS)


async def test_what_is_planned_changes_its_language(world):
    await world.planned()
    await choose(world, read="vi", speak="ko")
    assert {row.channel: row.language for row in await world.messages()} == {"sms": "vi", "email": "vi", "voice": "ko"}


# --- whose word counts --------------------------------------------------------------------------


async def test_the_countys_feed_does_not_override_what_a_person_chose(world):
    await world.planned()
    await choose(world, read="vi", speak="vi", channels=(EMAIL, SMS), helper=Helper("Bo", "family"))
    later = await world.tell(
        MemberUpdated(language_written="ko", language_spoken="ko", channels=(VOICE,)),
        time=datetime(2026, 11, 2, 20, 1, tzinfo=UTC),
    )
    assert later == ["stale"]
    member = (await world.services.reporting.member(world.agency.id, "M-1")).member
    assert (member.language_written, member.channels[:2]) == ("vi", ["email", "sms"])
    assert member.private["representative_first_name"] == "Bo"


async def test_what_a_person_did_not_choose_the_county_still_tells(world):
    await world.planned()
    await choose(world, read="vi", speak="vi")
    told = await world.tell(
        MemberUpdated(first_name="Bo", channels=(SMS,)), time=datetime(2026, 11, 2, 20, 1, tzinfo=UTC)
    )
    assert told == ["applied"]


async def test_staff_who_are_asked_to_may_change_it(world):
    await world.planned()
    await choose(world, read="vi", speak="vi")
    told = await world.tell(
        MemberUpdated(language_written="ko"), time=datetime(2026, 11, 2, 20, 1, tzinfo=UTC), source="/v1/members"
    )
    assert told == ["applied"]


async def test_what_was_chosen_before_the_county_told_goes_with_the_person(world):
    await world.signs_up(SMS, NUMBER)
    await choose(world, hours=(10, 14), only_programs=("medi_cal",), word="Magnolia", read="ko")
    await world.tell(
        MemberUpdated(first_name="Ana", emails=a_member().emails, renewals=(RenewalDue("medi_cal", FEBRUARY),))
    )
    await world.tell(MemberUpdated(phones=(phone(),), language_written="es"))
    view = await world.services.reporting.member(world.agency.id, "M-1")
    assert view.limits == Limits((10, 14), None, ("medi_cal",))
    assert view.member.language_written == "ko"
    (row,) = await world.rows("SELECT safe_word_sealed IS NOT NULL AS kept FROM member WHERE ref_index IS NOT NULL")
    assert row.kept


# --- the lines ----------------------------------------------------------------------------------


async def test_each_change_is_a_line_for_everybody_at_the_address(world):
    await world.planned()
    await world.planned(a_member(emails=()), subject="M-2")
    await choose(world, hours=(10, 14))
    assert await lines(world) == [("hours", "preference_page")] * 2


async def test_the_lines_are_chained_and_can_be_checked(world):
    await world.planned()
    await choose(world, hours=(10, 14), word="Magnolia")
    await choose(world, paused_until=date(2026, 12, 14))
    async with world.services.database.transaction(world.agency.id) as tx:
        rows = await choices.lines(tx.session, world.agency.id)
        said = [choices.opened(tx.session, row) for row in rows]
    assert said == ["10-14", "set", "2026-12-14"]
    before = BEFORE_THE_FIRST
    for number, row in enumerate(rows, 1):
        before = hash_of(before, choices.linked(number, row))
        assert (row.number, bytes(row.hash)) == (number, before)


async def test_a_line_is_never_changed(world):
    await world.planned()
    await choose(world, hours=(10, 14))
    with pytest.raises(Exception, match="append"):
        await world.rows("UPDATE choice SET what = 'pause'")


async def test_the_word_and_the_helper_are_in_no_line(world):
    await world.planned()
    await choose(world, word="Magnolia", helper=Helper("Bo", "family"))
    async with world.services.database.transaction(world.agency.id) as tx:
        said = [choices.opened(tx.session, row) for row in await choices.lines(tx.session, world.agency.id)]
    assert said == ["family", "set"]


async def test_nobody_at_the_address_has_no_choices(world):
    assert await world.services.choices.standing(visit_to(world)) is None
    assert await world.services.choices.save(visit_to(world), Wanted(Chosen()), "en") is None


async def test_an_e_mail_address_opens_the_same_choices(world):
    await world.planned()
    standing = await world.services.choices.standing(visit_to(world, ADDRESS, "email"))
    assert standing.proven == (EMAIL,)
    assert set(standing.chosen.channels) == {SMS, VOICE, EMAIL}
