from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.ladders.model import ORDINALS, Anchor, Offset
from schedules.windows import WEEKDAYS
from tests.schedules.ladders.ladder_world import SHIPPED, STEPS

LEAP_DAY = date(2028, 2, 29)
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
counts, months = st.integers(-400, 400), st.integers(-24, 24)
weekdays = st.sampled_from([f"{ordinal} {name}" for ordinal in ORDINALS for name in WEEKDAYS])


def the_day(anchor, constants=None, **offset):
    return Offset(Anchor.ON, **offset).day(anchor, constants or {})


@pytest.mark.parametrize(
    ("anchor", "offset", "day"),
    [
        pytest.param((2027, 2, 1), {"months": -2}, (2026, 12, 1), id="months back over a year's end"),
        pytest.param((2027, 2, 1), {"months": -1, "days": 13}, (2027, 1, 14), id="months, then days"),
        pytest.param((2027, 3, 31), {"months": -1}, (2027, 2, 28), id="a month without such a day gives its last"),
        pytest.param((2028, 3, 31), {"months": -1}, (2028, 2, 29), id="in a leap year too"),
        pytest.param((2028, 2, 29), {"months": 12}, (2029, 2, 28), id="a year after a leap day"),
        pytest.param((2028, 2, 29), {"days": 365}, (2029, 2, 28), id="365 days after a leap day"),
        pytest.param((2027, 2, 1), {"weekday": "first monday"}, (2027, 2, 1), id="the first may be the first"),
        pytest.param((2027, 2, 28), {"weekday": "second tuesday"}, (2027, 2, 9), id="a weekday of the day's month"),
        pytest.param((2027, 2, 1), {"weekday": "last sunday"}, (2027, 2, 28), id="the last"),
        pytest.param((2027, 2, 1), {"months": -1, "weekday": "last friday", "days": 3}, (2027, 2, 1), id="all three"),
    ],
)
def test_an_offset_names_a_day(anchor, offset, day):
    assert the_day(date(*anchor), **offset) == date(*day)


def test_a_constant_counts_days_and_days_more():
    known = {"cure_days": 90}
    assert the_day(date(2027, 2, 28), known, days="cure_days") == date(2027, 5, 29)
    assert the_day(date(2027, 2, 28), known, days="cure_days + 15") == date(2027, 6, 13)
    assert the_day(date(2027, 2, 28), known, days="cure_days+1") == date(2027, 5, 30)
    with pytest.raises(KeyError):
        the_day(LEAP_DAY, known, days="grace_days")


@given(days, months, counts)
def test_a_later_anchor_never_gives_an_earlier_day(day, count, more):
    assert the_day(day, months=count, days=more) <= the_day(day + timedelta(days=1), months=count, days=more)


@given(days, months)
def test_months_lead_into_the_month_that_they_count_to(day, count):
    moved = the_day(day, months=count)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == count
    assert moved.day == day.day or (moved + timedelta(days=1)).day == 1


@given(days, weekdays)
def test_a_named_weekday_is_that_weekday_of_the_month(day, named):
    found = the_day(day, weekday=named)
    assert (found.year, found.month, WEEKDAYS[found.weekday()]) == (day.year, day.month, named.split()[1])
    if named.startswith("last"):
        assert (found + timedelta(days=7)).month != day.month
    else:
        assert (found.day - 1) // 7 == ORDINALS.index(named.split()[0])


def test_a_status_may_have_other_words():
    step = STEPS["renewal_two_months"]
    assert (step.words("packet_mailed"), step.words("unknown")) == ("packet_reminder", "renewal_two_months")


def test_whatever_may_be_said_is_one_list():
    allowed = SHIPPED["ssi_renewal"].allowed()
    assert "ssi_two_months:ssa:12:upcoming" in allowed
    assert len(allowed) == len(set(allowed)) == 2 * 5


# --- what is shipped --------------------------------------------------------------------------


def test_the_default_is_two_months_before_and_says_nothing_to_those_who_are_done():
    step = STEPS["renewal_two_months"]
    assert (step.starts.months, step.starts.days, step.priority) == (-2, 0, 5)
    assert step.statuses == {"unknown", "upcoming", "packet_mailed", "information_requested", "restored"}


def test_who_is_renewed_by_social_security_hears_of_that_alone():
    assert [key for key, step in STEPS.items() if "ssa" in step.owners] == ["ssi_two_months"]


def test_both_cycles_have_the_same_months_and_every_answer():
    months = {key: step for key, step in STEPS.items() if step.anchor is Anchor.RENEWAL_MONTH}
    twelve, six = ({key for key, step in months.items() if step.cycles == {cycle}} for cycle in (12, 6))
    assert twelve == {
        "contact_details",
        *(f"renewal_{one}" for one in ("two_months", "one_month", "due_month", "last_chance")),
    }
    assert {key.replace("six_month", "renewal") for key in six} == twelve - {"contact_details"}
    assert len(six) == 4
    assert months.keys() - twelve - six == {"ssi_two_months"}
    assert all(step.cycles == {6, 12} for key, step in STEPS.items() if key not in months)


def test_nobody_who_is_renewed_hears_anything_more():
    assert [key for key, step in STEPS.items() if "renewed" in step.statuses] == []


def test_a_mailed_packet_is_never_answered_with_words_for_those_without_one():
    told = {step.words("packet_mailed") for step in STEPS.values() if "packet_mailed" in step.statuses}
    assert {"packet_reminder", "packet_due_month", "packet_last_chance", "ssi_renewal"} == told
