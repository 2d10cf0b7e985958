from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.facts import MemberLeft, MemberUpdated, MilestoneSet, RenewalDue
from app.rules.occasions import BY_MILESTONE, SAME_MOVE, Due, occasions_of, settle
from app.rules.record import Member
from schedules.ladders.model import Occasion
from tests.app.rules.folding_world import TOOLS, batched, event, in_batches, in_time, told

TODAY = date(2026, 11, 1)
MARCH, APRIL = date(2027, 3, 17), date(2027, 4, 2)
CCS, MEDI_CAL = "ccs", "medi_cal"
CARE_PLAN, WORK_NOTICE, MOVED = Occasion.ANNUAL_CARE_PLAN, Occasion.WORK_NOTICE, Occasion.MOVED_COUNTY


def born(day, *programs):
    renewals = tuple(RenewalDue(program, date(2027, 2, 1)) for program in programs or (MEDI_CAL,))
    return event(1, MemberUpdated(date_of_birth=day, renewals=renewals))


def milestone(hour, kind, on, program=MEDI_CAL):
    return event(hour, MilestoneSet(kind, program, on))


def falls_due(*events):
    return occasions_of(told(*events), TOOLS.zone)


def settled(member, today=TODAY):
    settle(member, zone=TOOLS.zone, today=today, new_id=uuid4)
    return member


def held(member):
    return sorted((one.occasion, one.on, one.status) for one in member.occasions)


# --- what falls due ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(BY_MILESTONE))
def test_a_milestone_that_we_speak_of_falls_due_on_its_day(kind):
    assert falls_due(milestone(1, kind, MARCH, CCS)) == {Due(kind, CCS, MARCH)}


@pytest.mark.parametrize("kind", ["wedding", "renewal", "moved_county"])
def test_any_other_milestone_is_kept_and_nothing_falls_due(kind):
    member = told(milestone(1, kind, MARCH))
    assert member.milestones == {f"{kind}:medi_cal": "2027-03-17"}
    assert occasions_of(member, TOOLS.zone) == set()


def test_a_milestone_that_is_removed_no_longer_falls_due():
    assert falls_due(milestone(1, WORK_NOTICE, MARCH), milestone(2, WORK_NOTICE, None)) == set()


def test_whoever_renews_medi_cal_leaves_the_childrens_rules_at_19_in_the_month_of_birth():
    assert falls_due(born(date(2008, 3, 17))) == {Due(Occasion.AGE_OUT_19, MEDI_CAL, date(2027, 3, 1))}


def test_whoever_has_the_childrens_programme_leaves_it_at_21_by_a_renewal_or_a_milestone_of_it():
    at_21 = Due(Occasion.AGE_OUT_21, CCS, date(2027, 3, 1))
    assert at_21 in falls_due(born(date(2006, 3, 17), CCS))
    assert at_21 in falls_due(born(date(2006, 3, 17)), milestone(2, "clinic", MARCH, CCS))
    assert at_21 not in falls_due(born(date(2006, 3, 17)))


def test_the_day_that_the_county_names_stands_before_the_one_we_reckon():
    named = milestone(2, Occasion.AGE_OUT_21, date(2027, 5, 31), CCS)
    of_21 = {due for due in falls_due(born(date(2006, 3, 17), CCS), named) if due.occasion == Occasion.AGE_OUT_21}
    assert of_21 == {Due(Occasion.AGE_OUT_21, CCS, date(2027, 5, 31))}


def test_without_a_date_of_birth_or_a_renewal_there_is_no_birthday():
    assert falls_due(born(None)) == set()
    assert falls_due(event(1, MemberUpdated(date_of_birth=date(2008, 3, 17)))) == set()


def test_who_is_born_on_a_leap_day_has_the_month_like_anybody():
    assert falls_due(born(date(2008, 2, 29))) == {Due(Occasion.AGE_OUT_19, MEDI_CAL, date(2027, 2, 1))}


def test_a_move_falls_due_on_its_day_by_the_agencys_clock():
    moved = event(-8, MemberLeft("moved", "19"))  # four in the morning in London, in California still the day before
    assert falls_due(moved) == {Due(MOVED, MEDI_CAL, date(2026, 10, 31))}


def test_a_move_is_about_the_programme_that_the_member_has():
    moved = event(2, MemberLeft("moved", "19"))
    assert Due(MOVED, CCS, date(2026, 11, 1)) in falls_due(born(None, CCS), moved)
    assert Due(MOVED, MEDI_CAL, date(2026, 11, 1)) in falls_due(born(None, CCS, MEDI_CAL), moved)


@pytest.mark.parametrize("facts", [MemberUpdated(), MemberLeft("removed"), MemberLeft("deceased")])
def test_who_is_back_or_gone_for_good_has_not_moved(facts):
    assert falls_due(event(1, MemberLeft("moved", "19")), event(2, facts)) == set()


# --- what is held of it -----------------------------------------------------------------------


def test_what_falls_due_is_opened_once():
    member = settled(told(milestone(1, WORK_NOTICE, MARCH)))
    (one,) = member.occasions
    assert (one.on, one.month, one.status, one.changed) == (MARCH, date(2027, 3, 1), "upcoming", True)
    one.changed = False
    assert settled(member).occasions == [one]
    assert not one.changed


def test_a_day_that_moves_within_its_month_moves_and_one_that_leaves_it_is_canceled_for_another():
    member = settled(told(milestone(1, WORK_NOTICE, MARCH)))
    settled(told(milestone(2, WORK_NOTICE, date(2027, 3, 20)), member=member))
    assert held(member) == [(WORK_NOTICE, date(2027, 3, 20), "upcoming")]
    settled(told(milestone(3, WORK_NOTICE, APRIL), member=member))
    assert held(member) == [(WORK_NOTICE, date(2027, 3, 20), "canceled"), (WORK_NOTICE, APRIL, "upcoming")]


def test_a_milestone_that_is_taken_back_is_canceled_and_one_that_returns_is_the_same_again():
    member = settled(told(milestone(1, WORK_NOTICE, MARCH)))
    first = member.occasions[0].id
    settled(told(milestone(2, WORK_NOTICE, None), member=member))
    assert held(member) == [(WORK_NOTICE, MARCH, "canceled")]
    settled(told(milestone(3, WORK_NOTICE, MARCH), member=member))
    assert [(one.id, one.status) for one in member.occasions] == [(first, "upcoming")]


@pytest.mark.parametrize(("today", "opened"), [(date(2027, 4, 30), True), (date(2027, 5, 1), False)])
def test_a_birthday_is_opened_until_a_month_after_its_own(today, opened):
    assert bool(settled(told(born(date(2008, 3, 17))), today).occasions) is opened


def test_a_birthday_that_has_passed_stays_as_it_was():
    member = settled(told(born(date(2008, 3, 17))))
    assert held(settled(member, date(2030, 1, 1))) == [(Occasion.AGE_OUT_19, date(2027, 3, 1), "upcoming")]


def test_a_care_plan_keeps_its_returns_in_later_years_as_long_as_its_month_stands():
    member = settled(told(milestone(1, CARE_PLAN, MARCH, CCS)))
    again = Due(CARE_PLAN, CCS, MARCH.replace(year=2028))
    member.occasions += settled(told(milestone(1, CARE_PLAN, again.on, CCS))).occasions
    assert held(settled(member)) == [(CARE_PLAN, MARCH, "upcoming"), (CARE_PLAN, again.on, "upcoming")]
    settled(told(milestone(2, CARE_PLAN, APRIL, CCS), member=member))
    assert [status for *_, status in held(member)] == ["canceled", "upcoming", "canceled"]


def test_a_move_that_is_told_again_soon_is_the_same_move():
    member = settled(told(event(1, MemberLeft("moved", "19"))))
    settled(told(event(24 * SAME_MOVE.days, MemberLeft("moved", "19")), member=member))
    assert held(member) == [(MOVED, date(2026, 11, 1), "upcoming")]


def test_who_comes_back_and_moves_again_hears_of_the_second_move():
    member = settled(told(event(1, MemberLeft("moved", "19"))))
    settled(told(event(2, MemberUpdated()), member=member))
    assert held(member) == [(MOVED, date(2026, 11, 1), "canceled")]
    settled(told(event(24 * 40, MemberLeft("moved", "19")), member=member))
    assert held(member) == [(MOVED, date(2026, 11, 1), "canceled"), (MOVED, date(2026, 12, 11), "upcoming")]


def test_a_second_move_in_the_month_of_the_first_takes_its_place():
    member = settled(told(event(1, MemberLeft("moved", "19"))))
    settled(told(event(2, MemberUpdated()), member=member))
    settled(told(event(24 * 20, MemberLeft("moved", "19")), member=member))
    assert held(member) == [(MOVED, date(2026, 11, 21), "upcoming")]


@given(batched())
def test_what_is_upcoming_is_what_falls_due_whatever_the_order_and_the_batches(some):
    in_order, batches = some
    at_once, one_by_one = settled(in_batches(batches)), Member(uuid4(), "M-1", new=True)
    for one in sorted(in_order, key=in_time):
        settled(told(one, member=one_by_one))
    assert upcoming(at_once) == upcoming(one_by_one) == occasions_of(one_by_one, TOOLS.zone) - past(one_by_one)


def past(member):
    return {due for due in occasions_of(member, TOOLS.zone) if due.on < date(2026, 10, 1)}


def upcoming(member):
    return {Due(Occasion(one.occasion), one.program, one.on) for one in member.occasions if one.status == "upcoming"}


@given(st.lists(st.sampled_from([*Occasion, "wedding"]), max_size=6), st.integers(1, 28))
def test_settling_again_changes_nothing(kinds, day):
    member = settled(told(*(milestone(hour, str(kind), date(2027, 3, day)) for hour, kind in enumerate(kinds))))
    before = held(member)
    assert held(settled(member)) == before
