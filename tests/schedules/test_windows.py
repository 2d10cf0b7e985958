from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.windows import WINDOWS, ContactWindow, instants, parse_hours, parse_weekdays

PACIFIC = ZoneInfo("America/Los_Angeles")
US_ZONES = [
    *map(
        ZoneInfo,
        (
            "America/New_York",
            "America/Detroit",
            "America/Kentucky/Louisville",
            "America/Indiana/Indianapolis",
            "America/Chicago",
            "America/Menominee",
            "America/North_Dakota/Center",
            "America/Denver",
            "America/Boise",
            "America/Phoenix",
            "America/Los_Angeles",
            "America/Anchorage",
            "America/Adak",
            "Pacific/Honolulu",
            "Pacific/Guam",
            "Pacific/Saipan",
            "Pacific/Pago_Pago",
            "America/Puerto_Rico",
            "America/St_Thomas",
        ),
    )
]
CLOCK_CHANGES = [date(2026, 11, 1), date(2027, 3, 14), date(2027, 11, 7)]
odd_hours = st.tuples(st.times(max_value=time(5)), st.times(min_value=time(5, 1))) | st.builds(
    lambda minute, length: (time(0, minute), time(1 + length // 60, length % 60)),
    st.integers(0, 59),
    st.integers(1, 120),
)


@pytest.mark.parametrize(
    ("morning", "opens_utc"),
    [
        pytest.param(date(2026, 11, 1), datetime(2026, 11, 1, 17, tzinfo=UTC), id="clocks go back 2026"),
        pytest.param(date(2027, 3, 14), datetime(2027, 3, 14, 16, tzinfo=UTC), id="clocks go on 2027"),
        pytest.param(date(2027, 11, 7), datetime(2027, 11, 7, 17, tzinfo=UTC), id="clocks go back 2027"),
    ],
)
def test_nine_is_nine_on_the_morning_after_the_clocks_changed(morning, opens_utc):
    assert instants(WINDOWS["sms"].opens, WINDOWS["sms"].closes, PACIFIC, morning)[0] == opens_utc


@given(odd_hours, st.sampled_from(US_ZONES), st.sampled_from(CLOCK_CHANGES), st.integers(0, 999))
def test_hours_in_the_night_of_a_clock_change_never_leave_their_window(hours, zone, day, thousandths):
    opens, closes = instants(*hours, zone, day)
    within = (opens + (closes - opens) * thousandths // 1000).astimezone(zone)
    assert opens >= closes or (within.date() == day and hours[0] <= within.time() < hours[1])


@pytest.mark.parametrize(
    ("opens", "closes", "weekdays"),
    [(9, 9, {0}), (20, 9, {0}), (9, 20, set()), (9, 20, {7})],
    ids=["empty", "over midnight", "no day", "an eighth day"],
)
def test_a_window_that_makes_no_sense_is_refused(opens, closes, weekdays):
    with pytest.raises(ValueError, match="a contact window"):
        ContactWindow(time(opens), time(closes), frozenset(weekdays))


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("09:00-20:00", (time(9), time(20))),
        ("00:00-23:59", (time(0), time(23, 59))),
        ("20:00-09:00", None),
        ("9-20", None),
        ("09:00-09:00", None),
        ("09:00-24:00", None),
        ("", None),
    ],
)
def test_hours_are_read_as_they_are_written(text, hours):
    assert parse_hours(text) == hours


@pytest.mark.parametrize(
    ("text", "weekdays"),
    [
        ("monday-friday", {0, 1, 2, 3, 4}),
        ("Sunday", {6}),
        (" saturday-sunday ", {5, 6}),
        ("sunday-monday", set()),
        ("weekdays", set()),
        ("monday-", set()),
        ("", set()),
    ],
)
def test_weekdays_are_read_as_they_are_written(text, weekdays):
    assert parse_weekdays(text) == weekdays
