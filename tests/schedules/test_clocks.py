from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.clocks import ALL_DAY, Clock, DaysOff, Legal, Weekly, joined
from schedules.closed import Closed
from schedules.legal import LegalRule
from schedules.windows import EVERY_DAY, ContactWindow, Opening
from tests.schedules.calendar_world import ZONES

PACIFIC = ZoneInfo("America/Los_Angeles")
WORKDAY = Weekly("agency", ContactWindow(time(9), time(17), frozenset(range(5))))
NO_SUNDAYS = Legal(
    LegalRule("AL", frozenset({"sms"}), frozenset({6}), None, date(2026, 1, 1), date(2026, 12, 31), "A law")
)
CHRISTMAS = DaysOff("holiday", lambda day: "Christmas" if (day.month, day.day) == (12, 25) else "")
HOUR = tuple(datetime(2026, 12, 1, hour, tzinfo=UTC) for hour in range(24))


def opening(begin: int, end: int) -> Opening:
    return Opening(HOUR[begin], HOUR[end])


def test_a_weekly_rule_says_whether_it_is_the_day_or_the_hour():
    assert WORKDAY.hours(date(2026, 12, 1)) == (time(9), time(17))
    assert WORKDAY.closed(date(2026, 12, 1)) == Closed("agency_hours", "09:00-17:00")
    assert WORKDAY.hours(date(2026, 12, 6)) is None
    assert WORKDAY.closed(date(2026, 12, 6)) == Closed("agency_weekday", "Sundays")


def test_a_law_is_silent_on_days_that_it_is_not_about():
    assert NO_SUNDAYS.hours(date(2026, 12, 6)) is None
    assert NO_SUNDAYS.hours(date(2026, 12, 7)) == NO_SUNDAYS.hours(date(2027, 1, 3)) == ALL_DAY
    assert NO_SUNDAYS.closed(date(2026, 12, 6)) == Closed("law_weekday", "Sundays", "A law")


def test_the_first_rule_that_closes_a_moment_is_the_reason():
    both = Clock(PACIFIC, (CHRISTMAS, WORKDAY))
    assert both.why_closed(datetime(2026, 12, 25, 8, tzinfo=PACIFIC)) == Closed("holiday", "Christmas")
    assert both.why_closed(datetime(2026, 12, 24, 8, tzinfo=PACIFIC)) == Closed("agency_hours", "09:00-17:00")
    assert both.why_closed(datetime(2026, 12, 24, 9, tzinfo=PACIFIC)) is None
    assert both.why_closed(datetime(2026, 12, 24, 17, tzinfo=PACIFIC)) == Closed("agency_hours", "09:00-17:00")


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 3, 9), 24), (date(2026, 11, 1), 25)], ids=str
)
def test_a_whole_day_is_as_long_as_the_clocks_make_it(day, hours):
    (whole,) = Clock(PACIFIC, ()).stretches(day, day)
    assert (whole.closes_at - whole.opens_at).total_seconds() == hours * 3600


def test_days_that_touch_are_one_stretch():
    days = Clock(PACIFIC, (CHRISTMAS,)).stretches(date(2026, 12, 23), date(2026, 12, 27))
    assert [(one.opens_at.day, one.closes_at.day) for one in joined([days])] == [(23, 25), (26, 28)]


def test_an_hour_that_the_night_swallowed_has_no_stretch():
    swallowed = Weekly("agency", ContactWindow(time(2, 15), time(2, 45)))
    found = Clock(PACIFIC, (swallowed,)).stretches(date(2026, 3, 7), date(2026, 3, 9))
    assert [one.opens_at.astimezone(PACIFIC).day for one in found] == [7, 9]


def test_what_rows_have_in_common_is_left():
    one, other = [opening(1, 5), opening(8, 12)], [opening(0, 2), opening(4, 9), opening(11, 13)]
    assert joined([one, other]) == [opening(1, 2), opening(4, 5), opening(8, 9), opening(11, 12)]
    assert joined([one, other, [opening(3, 9)]]) == [opening(4, 5), opening(8, 9)]
    assert joined([one, []]) == []


@given(
    st.sampled_from(ZONES),
    st.dates(date(2026, 1, 1), date(2029, 1, 1)),
    st.integers(0, 22),
    st.integers(1, 60),
)
def test_a_stretch_never_leaves_its_hours_not_even_in_the_night_of_a_clock_change(zone, day, hour, minutes):
    window = ContactWindow(time(hour), time(hour + minutes // 60, minutes % 60), EVERY_DAY)
    for stretch in Clock(ZoneInfo(zone), (Weekly("agency", window),)).stretches(day, day):
        for share in range(4):
            within = stretch.opens_at + (stretch.closes_at - stretch.opens_at) * share // 4
            assert window.opens <= within.astimezone(ZoneInfo(zone)).time() < window.closes
