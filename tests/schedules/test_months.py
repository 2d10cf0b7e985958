from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.months import add_months, month_of, same_day

months = st.dates(date(1900, 1, 1), date(2200, 1, 1)).map(month_of)
counts = st.integers(-600, 600)


@pytest.mark.parametrize(
    ("month", "count", "expected"),
    [
        pytest.param(date(2027, 2, 1), -2, date(2026, 12, 1), id="back over the year's end"),
        pytest.param(date(2026, 11, 1), 2, date(2027, 1, 1), id="on over the year's end"),
        pytest.param(date(2026, 12, 1), 12, date(2027, 12, 1), id="a whole year"),
        pytest.param(date(2026, 12, 1), 0, date(2026, 12, 1), id="nowhere"),
    ],
)
def test_months_are_counted_over_the_ends_of_years(month, count, expected):
    assert add_months(month, count) == expected


@given(months, counts, counts)
def test_two_moves_are_one_move_of_their_sum(month, first, second):
    assert add_months(add_months(month, first), second) == add_months(month, first + second)


@given(months, counts)
def test_a_move_can_be_undone_and_keeps_to_first_days(month, count):
    moved = add_months(month, count)
    assert moved.day == 1
    assert add_months(moved, -count) == month


@given(st.dates())
def test_the_month_of_a_day_begins_it(day):
    month = month_of(day)
    assert (month.year, month.month, month.day) == (day.year, day.month, 1)
    assert month_of(month) == month


def test_the_month_of_a_moment_is_that_of_its_own_clock():
    moment = datetime(2026, 12, 1, 3, tzinfo=UTC)
    assert month_of(moment) == date(2026, 12, 1)
    assert month_of(moment.astimezone(ZoneInfo("America/Los_Angeles"))) == date(2026, 11, 1)


def test_a_month_beyond_the_calendar_is_refused():
    with pytest.raises(ValueError, match="year"):
        add_months(date(9999, 12, 1), 1)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2027, 1, 15), 1, date(2027, 2, 15)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 3, 31), -1, date(2028, 2, 29)),
    ],
)
def test_the_same_day_of_a_month_that_has_none_is_its_last(day, count, expected):
    assert same_day(day, count) == expected


def test_the_same_day_of_a_moment_keeps_its_hour():
    assert same_day(datetime(2026, 12, 31, 17, 30, tzinfo=UTC), 2) == datetime(2027, 2, 28, 17, 30, tzinfo=UTC)
