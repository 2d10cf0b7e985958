from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from app.rules.facts import MemberUpdated, RenewalChanged, RenewalDue, RenewalStatus
from app.rules.folding import Applied
from app.rules.folding_renewals import OPEN_STATUSES, RENEWED, is_guess
from app.rules.record import Renewal
from tests.app.rules.folding_world import apply_one, event, month, told

FEBRUARY, MARCH, APRIL = month(1), month(2), month(3)
PACKET, DONE = RenewalStatus.PACKET_MAILED, RenewalStatus.RENEWED


def due(hour, when=FEBRUARY, **terms: Any):
    return event(hour, MemberUpdated(renewals=(RenewalDue("medi_cal", when, **terms),)))


def changed(hour, status, when=FEBRUARY, **more: Any):
    return event(hour, RenewalChanged("medi_cal", when, RenewalStatus(status), **more))


def stands(member, when=FEBRUARY, program="medi_cal"):
    """Where a month's renewal stands."""
    renewal = member.renewals.get((program, when))
    return renewal and renewal.status


def test_a_month_that_the_county_names_is_upcoming():
    assert stands(told(due(1))) == "upcoming"
    assert stands(told(changed(1, "upcoming"))) == "upcoming"


def test_a_moved_month_cancels_the_open_one_and_opens_another():
    member = told(due(1), changed(2, "upcoming", MARCH))
    assert (stands(member), stands(member, MARCH)) == ("canceled", "upcoming")


@pytest.mark.parametrize("status", sorted(set(RenewalStatus) - OPEN_STATUSES))
def test_a_moved_month_leaves_what_is_over_as_it_is(status):
    assert stands(told(changed(1, status), due(2, MARCH))) == status


def test_a_month_that_comes_back_is_open_again():
    assert stands(told(due(1), due(2, MARCH), due(3))) == "upcoming"


def test_the_same_month_again_keeps_where_the_renewal_stands():
    assert stands(told(due(1), changed(2, PACKET), due(3))) == PACKET


def test_an_event_for_a_month_that_is_not_held_opens_it_and_keeps_its_dates():
    days = {
        "packet_mailed_on": date(2026, 12, 1), "due_on": date(2027, 2, 28), "requested_on": date(2026, 12, 2),
        "effective_on": date(2027, 3, 1),
    }  # fmt: skip
    member = told(changed(1, PACKET, **days), changed(2, "form_received"))
    renewal = member.renewals["medi_cal", FEBRUARY]
    assert {name: getattr(renewal, name) for name in days} == days


def test_a_renewal_that_names_the_next_month_opens_it():
    member = told(due(1), changed(2, DONE, next_renewal_month=APRIL))
    assert (stands(member), stands(member, APRIL)) == (DONE, "upcoming")


def test_programs_are_apart():
    member = told(due(1), event(2, MemberUpdated(renewals=(RenewalDue("ccs", MARCH),))))
    assert (stands(member), stands(member, MARCH, "ccs")) == ("upcoming", "upcoming")


def test_a_packet_that_is_heard_of_after_the_renewal_is_stale():
    member = told(due(1), changed(5, DONE))
    assert apply_one(changed(3, PACKET), member) is Applied.STALE
    assert apply_one(due(4), member) is Applied.STALE
    assert stands(member) == DONE


def test_a_renewal_that_is_heard_of_after_a_later_file_still_stops_the_reminder():
    member = told(due(1), due(5))
    assert apply_one(changed(3, DONE), member) is Applied.CHANGED
    assert stands(member) == DONE


def test_an_end_that_is_heard_of_after_the_month_moved_still_counts_and_a_letter_does_not():
    assert stands(told(due(5, MARCH), changed(3, DONE))) == DONE
    letter = told(due(5, MARCH))
    assert apply_one(changed(3, PACKET), letter) is Applied.STALE
    assert stands(letter) is None


def test_a_month_that_the_county_spoke_of_later_is_not_canceled_by_an_older_move():
    assert stands(told(changed(5, PACKET), due(3, MARCH))) == PACKET


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_cycle_and_owner_belong_to_the_program_and_outlast_a_move(order):
    said = [due(1, cycle_months=6, owner="ssa"), due(2, MARCH)]
    renewal = told(*(said[place] for place in order)).renewals["medi_cal", MARCH]
    assert (renewal.cycle_months, renewal.owner) == (6, "ssa")


def test_without_a_word_a_program_is_renewed_yearly_by_the_county():
    renewal = told(due(1)).renewals["medi_cal", FEBRUARY]
    assert (renewal.cycle_months, renewal.owner) == (12, "county")


# --- the month that follows a renewal ---------------------------------------------------------


def follows(member, program="medi_cal"):
    """The months that nobody named and that follow from the cycle."""
    ours = [one for one in member.renewals.values() if one.program == program]
    return [one.month for one in ours if is_guess(member.stamps, one)]


@pytest.mark.parametrize("status", sorted(RENEWED))
@pytest.mark.parametrize(("cycle", "following"), [(12, date(2028, 3, 1)), (6, date(2027, 9, 1))])
def test_after_a_renewal_the_next_month_follows_by_the_cycle(status, cycle, following):
    member = told(due(1, MARCH, cycle_months=cycle, owner="ssa"), changed(2, status, MARCH))
    renewal = member.renewals["medi_cal", following]
    assert (renewal.status, renewal.cycle, renewal.owner) == ("unknown", cycle, "ssa")
    assert follows(member) == [following]


def test_a_cycle_of_six_months_holds_from_its_day_on():
    member = told(due(1, FEBRUARY, cycle_months=6), changed(2, DONE))
    assert member.renewals["medi_cal", FEBRUARY].cycle == 12
    assert follows(member) == [date(2028, 2, 1)]
    assert member.renewals["medi_cal", date(2028, 2, 1)].cycle == 6


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_cycle_that_is_told_later_moves_the_month_that_follows(order):
    said = [changed(2, DONE, MARCH), due(3, MARCH, cycle_months=6)]
    member = told(*(said[place] for place in order))
    assert follows(member) == [date(2027, 9, 1)]
    assert stands(member, MARCH) == DONE


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("hour", [1, 3])
def test_a_later_month_that_the_county_names_goes_before_the_one_that_would_follow(order, hour):
    said = [changed(2, DONE), due(hour, date(2027, 11, 1))]
    member = told(*(said[place] for place in order))
    assert follows(member) == []
    assert stands(member, date(2027, 11, 1)) == "upcoming"
    assert stands(member, date(2028, 2, 1)) in {None, "canceled"}


def test_naming_the_renewed_month_again_leaves_the_month_that_follows():
    member = told(due(1), changed(2, DONE))
    assert apply_one(due(3), member) is Applied.UNCHANGED
    assert follows(member) == [date(2028, 2, 1)]


def test_the_county_speaking_of_the_month_that_follows_makes_it_a_month_like_any():
    member = told(changed(2, DONE), changed(3, PACKET, date(2028, 2, 1)))
    assert (stands(member, date(2028, 2, 1)), follows(member)) == (PACKET, [])
    assert follows(told(changed(4, DONE, date(2028, 2, 1)), member=member)) == [date(2029, 2, 1)]


def test_a_renewal_that_is_taken_back_takes_the_month_that_followed_with_it():
    member = told(changed(2, DONE), changed(3, "discontinued_procedural"))
    assert stands(member, date(2028, 2, 1)) == "canceled"
    assert follows(told(changed(4, DONE), member=member)) == [date(2028, 2, 1)]


def test_a_month_that_the_person_named_is_not_pushed_aside_by_one_that_would_follow():
    member = told(changed(1, PACKET))
    named = Renewal(uuid4(), "medi_cal", MARCH, RenewalStatus.UNKNOWN)
    member.renewals["medi_cal", MARCH] = named
    assert follows(told(changed(2, DONE), member=member)) == []
    assert named.status == "unknown"


# --- the days that steps are counted from -----------------------------------------------------


def test_a_status_has_the_day_of_the_event_that_set_it_by_the_agencys_clock():
    member = told(changed(16, PACKET))  # four in the morning of the second in London
    renewal = member.renewals["medi_cal", FEBRUARY]
    assert renewal.status_on == date(2026, 11, 1)
    told(changed(72, PACKET), member=member)
    assert renewal.status_on == date(2026, 11, 1)
    told(changed(96, DONE), member=member)
    assert renewal.status_on == date(2026, 11, 5)


@pytest.mark.parametrize(
    ("status", "name"),
    [(PACKET, "packet_mailed_on"), ("information_requested", "requested_on"), ("form_received", "received_on")],
)
def test_a_date_that_the_county_leaves_out_is_the_events_day(status, name):
    assert getattr(told(changed(24, status)).renewals["medi_cal", FEBRUARY], name) == date(2026, 11, 2)
    said = told(changed(24, status, **{name: date(2026, 10, 30)})).renewals["medi_cal", FEBRUARY]
    assert getattr(said, name) == date(2026, 10, 30)


@pytest.mark.parametrize("status", ["discontinued_procedural", "ineligible"])
@pytest.mark.parametrize(("when", "ended"), [(FEBRUARY, date(2027, 2, 28)), (date(2026, 10, 1), date(2026, 11, 2))])
def test_coverage_ends_with_its_month_or_on_the_day_of_a_later_event(status, when, ended):
    assert told(changed(24, status, when)).renewals["medi_cal", when].effective_on == ended


def test_a_loss_that_is_told_again_keeps_its_day():
    member = told(changed(1, "discontinued_procedural", date(2026, 9, 1)))
    told(changed(24 * 20, "discontinued_procedural", date(2026, 9, 1)), member=member)
    renewal = member.renewals["medi_cal", date(2026, 9, 1)]
    assert (renewal.effective_on, renewal.status_on) == (date(2026, 11, 1), date(2026, 11, 1))


@pytest.mark.parametrize(("said", "then"), [(None, "cure_expired"), (date(2026, 12, 1), "discontinued_procedural")])
def test_a_loss_that_is_told_again_after_its_cure_period_opens_no_second_one(said, then):
    lost = "discontinued_procedural"
    member = told(changed(1, lost, date(2026, 7, 1)))
    renewal = member.renewals["medi_cal", date(2026, 7, 1)]
    renewal.status = RenewalStatus.CURE_EXPIRED
    told(changed(24 * 60, lost, date(2026, 7, 1), effective_on=said), member=member)
    assert (renewal.status, renewal.effective_on) == (then, said or date(2026, 11, 1))


def test_a_loss_after_a_return_has_a_day_of_its_own():
    lost, back = "discontinued_procedural", "restored"
    member = told(*(changed(24 * day, status, date(2026, 9, 1)) for day, status in enumerate((lost, back, lost))))
    assert member.renewals["medi_cal", date(2026, 9, 1)].effective_on == date(2026, 11, 3)


def test_a_request_for_papers_is_not_due_when_the_packet_was():
    member = told(changed(1, PACKET, due_on=date(2027, 1, 31)), changed(2, "information_requested"))
    assert member.renewals["medi_cal", FEBRUARY].due_on is None
