from datetime import time

import pytest

from app.rules.contact_hours import contact_hours_problems, contact_windows, skip_days_problems
from schedules.windows import EVERY_DAY, WINDOWS, ContactWindow


def test_an_agency_has_its_own_hours_by_channel():
    table = {
        "sms": "10:00-18:00",
        "voice": {"hours": "10:00-17:00", "days": "monday-friday"},
        "email": {"days": "monday"},
    }
    assert contact_hours_problems(table) == []
    assert contact_windows(table) == {
        "sms": ContactWindow(time(10), time(18), EVERY_DAY),
        "voice": ContactWindow(time(10), time(17), frozenset(range(5))),
        "email": ContactWindow(time(9), time(20), frozenset({0})),
    }


def test_hours_without_days_keep_the_days_of_the_house():
    assert contact_windows({"voice": "10:00-17:00"})["voice"].weekdays == WINDOWS["voice"].weekdays


@pytest.mark.parametrize(
    ("channel", "value", "said"),
    [
        ("fax", "09:00-20:00", "`contact_hours.fax` is not a known channel"),
        ("sms", "9 to 5", "`contact_hours.sms` must be hours such as"),
        ("sms", 9, "`contact_hours.sms` must be hours such as"),
        ("sms", {"hours": "09:00-20:00", "colour": "red"}, "`contact_hours.sms` must be hours such as"),
        ("sms", {"days": "weekdays"}, "`contact_hours.sms` must be hours such as"),
        ("sms", ["09:00-20:00"], "`contact_hours.sms` must be hours such as"),
        ("sms", "04:00-12:00", "`contact_hours.sms` must lie between 05:00 and 21:00"),
        ("email", "12:00-22:00", "`contact_hours.email` must lie between 05:00 and 21:00"),
        ("sms", "06:00-09:30", "`contact_hours.sms` must have an hour between 09:00 and 20:00"),
        ("voice", "18:30-20:00", "`contact_hours.voice` must have an hour between 10:00 and 19:00"),
        ("voice", {"days": "sunday"}, "`contact_hours.voice` must have one of monday, tuesday"),
    ],
)
def test_every_mistake_has_its_sentence(channel, value, said):
    (problem,) = contact_hours_problems({channel: value})
    assert problem.startswith(said)


def test_days_to_skip_are_days_of_a_month():
    assert skip_days_problems([22]) == skip_days_problems([]) == []
    for days in ([0], [32], ["22"], [True], [2.5]):
        assert skip_days_problems(days) == ["`skip_days` must be days of the month, 1 to 31, such as [22]"]
    assert skip_days_problems(range(1, 20)) == ["`skip_days` may have 15 days at most"]
