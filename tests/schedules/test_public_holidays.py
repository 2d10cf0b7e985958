from datetime import date, timedelta

import pytest

from schedules.places import STATES
from schedules.public_holidays import holiday


@pytest.mark.parametrize(
    ("state", "day", "name"),
    [
        ("CA", date(2026, 12, 25), "Christmas Day"),
        ("CA", date(2026, 11, 26), "Thanksgiving Day"),
        ("CA", date(2026, 11, 27), "Day After Thanksgiving"),
        ("CA", date(2027, 3, 31), "Cesar Chavez Day"),
        ("", date(2027, 3, 31), ""),
        ("", date(2026, 7, 3), "Independence Day (observed)"),
        ("CA", date(2027, 12, 31), "New Year's Day (observed)"),
        ("CA", date(2026, 12, 24), ""),
    ],
)
def test_a_day_is_a_holiday_or_not(state, day, name):
    assert holiday(state, day) == name


@pytest.mark.parametrize("state", sorted(STATES))
def test_every_state_keeps_the_new_year(state):
    assert holiday(state, date(2027, 1, 1))


def test_a_year_has_enough_working_days_left():
    days = [date(2026, 1, 1) + timedelta(days=day) for day in range(365)]
    assert 10 <= sum(bool(holiday("CA", day)) for day in days) <= 25
