"""The renewals that follow, if all goes well."""

from datetime import date
from itertools import count
from uuid import UUID

import pytest

from app.rules.explaining.cycles import LOST, foreseen
from app.rules.facts import RenewalStatus
from app.rules.record import Renewal

ZERO = UUID(int=0)


def renewal(month, status=RenewalStatus.UPCOMING, program="medi_cal", cycle=12):
    return Renewal(ZERO, program, month, status, cycle_months=cycle, cycle=cycle)


def told(*renewals, since=date(2026, 11, 1), until=date(2028, 3, 1), cycle=lambda said, month: said):
    ids = count(1)
    found = foreseen(renewals, since=since, until=until, cycle=cycle, new_id=lambda: UUID(int=next(ids)))
    return [(one.program, f"{one.month:%Y-%m}", one.cycle, f"{one.after:%Y-%m}") for one in found]


def test_the_next_renewal_follows_by_the_cycle():
    assert told(renewal(date(2027, 2, 1))) == [("medi_cal", "2028-02", 12, "2027-02")]
    six = renewal(date(2027, 2, 1), cycle=6)
    assert [month for _, month, _, _ in told(six)] == ["2027-08", "2028-02"]


def test_only_the_last_renewal_of_a_program_counts_and_none_that_was_taken_back():
    held = renewal(date(2026, 2, 1)), renewal(date(2027, 2, 1)), renewal(date(2027, 9, 1), RenewalStatus.CANCELED)
    assert told(*held) == [("medi_cal", "2028-02", 12, "2027-02")]
    assert [one[0] for one in told(held[1], renewal(date(2027, 3, 1), program="ccs"))] == ["ccs", "medi_cal"]


def test_a_cycle_that_becomes_shorter_on_a_date_is_followed():
    shorter = told(renewal(date(2026, 2, 1)), cycle=lambda said, month: 6 if month >= date(2027, 1, 1) else said)
    assert [(month, cycle) for _, month, cycle, _ in shorter] == [("2027-02", 6), ("2027-08", 6), ("2028-02", 6)]


def test_months_that_are_past_are_not_foreseen():
    assert [month for _, month, _, _ in told(renewal(date(2023, 5, 1)))] == ["2027-05"]


@pytest.mark.parametrize("status", sorted(LOST))
def test_nothing_follows_a_loss(status):
    assert told(renewal(date(2027, 2, 1), status)) == []
