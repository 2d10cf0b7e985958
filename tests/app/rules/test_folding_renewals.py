from datetime import date
from typing import Any

import pytest

from app.rules.facts import MemberUpdated, RenewalChanged, RenewalDue, RenewalStatus
from app.rules.folding import Applied
from app.rules.folding_renewals import OPEN_STATUSES
from tests.app.rules.folding_world import apply_one, event, month, told

FEBRUARY, MARCH, APRIL = month(1), month(2), month(3)
PACKET, RENEWED = RenewalStatus.PACKET_MAILED, RenewalStatus.RENEWED


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
        "received_on": date(2026, 12, 3), "effective_on": date(2027, 3, 1),
    }  # fmt: skip
    member = told(changed(1, PACKET, **days), changed(2, "form_received"))
    renewal = member.renewals["medi_cal", FEBRUARY]
    assert {name: getattr(renewal, name) for name in days} == days


def test_a_renewal_that_names_the_next_month_opens_it():
    member = told(due(1), changed(2, RENEWED, next_renewal_month=APRIL))
    assert (stands(member), stands(member, APRIL)) == (RENEWED, "upcoming")


def test_programs_are_apart():
    member = told(due(1), event(2, MemberUpdated(renewals=(RenewalDue("ccs", MARCH),))))
    assert (stands(member), stands(member, MARCH, "ccs")) == ("upcoming", "upcoming")


def test_a_packet_that_is_heard_of_after_the_renewal_is_stale():
    member = told(due(1), changed(5, RENEWED))
    assert apply_one(changed(3, PACKET), member) is Applied.STALE
    assert apply_one(due(4), member) is Applied.STALE
    assert stands(member) == RENEWED


def test_a_renewal_that_is_heard_of_after_a_later_file_still_stops_the_reminder():
    member = told(due(1), due(5))
    assert apply_one(changed(3, RENEWED), member) is Applied.CHANGED
    assert stands(member) == RENEWED


def test_an_end_that_is_heard_of_after_the_month_moved_still_counts_and_a_letter_does_not():
    assert stands(told(due(5, MARCH), changed(3, RENEWED))) == RENEWED
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
