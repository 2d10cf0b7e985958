import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.call_centre import CallCentre, call_centre_of, call_centre_problems

TABLE = {
    "calls_per_hour": 300,
    "hours": [
        {"days": "monday-friday", "hours": "08:00-12:30"},
        {"days": "monday-friday", "hours": "13:00-17:00", "calls_per_hour": 200},
        {"days": "saturday", "hours": "09:00-12:00", "calls_per_hour": 40.0},
    ],
    "call_back": {"sms": 0.05},
}


@pytest.mark.parametrize(
    ("weekday", "hour", "calls"),
    [(0, 7, 0), (0, 8, 300), (4, 12, 150), (0, 13, 200), (0, 16, 200), (0, 17, 0), (5, 9, 40), (5, 12, 0), (6, 10, 0)],
)
def test_a_call_centre_takes_so_many_calls_in_an_hour(weekday, hour, calls):
    assert call_centre_of(TABLE).capacity(weekday, hour) == calls


def test_one_number_is_good_for_every_hour_and_none_means_unknown():
    assert call_centre_of({"calls_per_hour": 300}).capacity(6, 3) == 300
    assert call_centre_of({}).capacity(0, 9) is None


@pytest.mark.parametrize(
    ("weekday", "hour", "calls"), [(0, 7, 0), (0, 8, 300), (4, 16, 150), (4, 17, 0), (5, 23, 300), (6, 10, 0)]
)
def test_without_hours_of_its_own_the_line_is_answered_in_the_office_hours(weekday, hour, calls):
    office = {"monday-friday": "08:00-16:30", "friday": "08:00-12:00", "saturday": "20:00-24:00"}
    assert call_centre_of({"calls_per_hour": 300}, office).capacity(weekday, hour) == calls
    assert call_centre_of({}, office) == CallCentre()
    assert call_centre_of(TABLE, office) == call_centre_of(TABLE)


def test_a_call_centre_that_says_nothing_is_none():
    assert [bool(call_centre_of(table)) for table in ({}, {"calls_per_hour": 1}, TABLE)] == [False, True, True]
    assert call_centre_of({}) == CallCentre()


def test_shares_of_those_who_call_back_are_ours_unless_the_agency_knows_better():
    centre = call_centre_of(TABLE)
    assert [centre.call_back(channel) for channel in ("sms", "email", "voice", "none")] == [0.05, 0.03, 0.10, 0.0]


def test_a_good_table_has_no_problems():
    assert call_centre_problems(TABLE) == call_centre_problems({}) == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"calls_per_hour": 0}, "`call_centre.calls_per_hour` must be a number above 0"),
        ({"calls_per_hour": "many"}, "`call_centre.calls_per_hour` must be a number above 0"),
        ({"calls_per_hour": True}, "`call_centre.calls_per_hour` must be a number above 0"),
        ({"lines": 5}, "`call_centre.lines` is not a known field"),
        ({"hours": "08:00-17:00"}, "`[[call_centre.hours]]` must be a table"),
        ({"hours": [{"hours": "8-17"}]}, '`call_centre.hours.hours` must be hours such as "08:00-17:00"'),
        ({"hours": [{"days": "monday"}]}, '`call_centre.hours.hours` must be hours such as "08:00-17:00"'),
        (
            {"hours": [{"days": "weekdays", "hours": "08:00-17:00"}]},
            '`call_centre.hours.days` has days such as "monday-friday" or "saturday", not \'weekdays\'',
        ),
        ({"hours": [{"hours": "08:00-17:00", "lines": 5}]}, "`call_centre.hours.lines` is not a known field"),
        ({"hours": [{"hours": "08:00-17:00", "calls_per_hour": -1}]}, "`call_centre.hours.calls_per_hour` must be"),
        ({"call_back": {"fax": 0.1}}, "`[call_centre.call_back]` may have sms, email and voice"),
        ({"call_back": 0.1}, "`[call_centre.call_back]` may have sms, email and voice"),
        ({"call_back": {"sms": 8}}, "`[call_centre.call_back]` has shares from 0 to 1"),
    ],
)
def test_every_mistake_has_its_sentence(more, said):
    (problem,) = call_centre_problems({"calls_per_hour": 300, **more})
    assert problem.startswith(said)


def test_hours_need_a_number_of_calls_from_somewhere():
    (problem,) = call_centre_problems({"hours": [{"hours": "08:00-17:00"}]})
    assert problem.startswith("`call_centre.hours.calls_per_hour` must be a number")


@given(st.integers(0, 6), st.integers(0, 23))
def test_an_hour_never_takes_more_than_all_its_tables_say(weekday, hour):
    calls = call_centre_of(TABLE).capacity(weekday, hour)
    assert calls is not None
    assert 0 <= calls <= 300
