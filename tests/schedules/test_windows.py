from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.windows import WINDOWS, ContactWindow, Opening, next_opening, parse_hours, parse_weekdays

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
CLOCK_CHANGES = [datetime(*day, tzinfo=UTC) for day in ((2026, 11, 1), (2027, 3, 14), (2027, 11, 7))]

START = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.timedeltas(timedelta(), timedelta(days=5 * 365)).map(lambda after: START + after)
around_clock_changes = st.builds(
    lambda day, hours: day + hours,
    st.sampled_from(CLOCK_CHANGES),
    st.timedeltas(timedelta(hours=-30), timedelta(hours=60)),
)
odd_windows = st.builds(
    lambda one, other, days: ContactWindow(min(one, other), max(one, other), days),
    st.times(max_value=time(5)),
    st.times(min_value=time(5, 1)),
    st.frozensets(st.integers(0, 6), min_size=1),
) | st.builds(
    lambda minute, length: ContactWindow(time(0, minute), time(1 + length // 60, length % 60)),
    st.integers(0, 59),
    st.integers(1, 120),
)


def pacific(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PACIFIC)


def rest_of(opens: datetime, closes: datetime) -> Opening:
    return Opening(opens.astimezone(UTC), closes.astimezone(UTC))


@pytest.mark.parametrize(
    ("channel", "at", "opens", "closes"),
    [
        pytest.param("sms", (2026, 12, 1, 0), (2026, 12, 1, 9), (2026, 12, 1, 20), id="at midnight: at nine"),
        pytest.param("sms", (2026, 12, 1, 9), (2026, 12, 1, 9), (2026, 12, 1, 20), id="at nine: now"),
        pytest.param("sms", (2026, 12, 1, 13, 5), (2026, 12, 1, 13, 5), (2026, 12, 1, 20), id="at noon: now"),
        pytest.param("sms", (2026, 12, 1, 20), (2026, 12, 2, 9), (2026, 12, 2, 20), id="at eight: tomorrow"),
        pytest.param("email", (2026, 12, 31, 23), (2027, 1, 1, 9), (2027, 1, 1, 20), id="at the year's end: next year"),
        pytest.param("sms", (2026, 12, 6, 8), (2026, 12, 6, 9), (2026, 12, 6, 20), id="a text may come on a Sunday"),
        pytest.param("voice", (2026, 12, 5, 19), (2026, 12, 7, 10), (2026, 12, 7, 19), id="a call skips Sunday"),
        pytest.param("voice", (2026, 12, 6, 12), (2026, 12, 7, 10), (2026, 12, 7, 19), id="no call on Sunday noon"),
        pytest.param("voice", (2026, 12, 7, 9, 30), (2026, 12, 7, 10), (2026, 12, 7, 19), id="no call before ten"),
    ],
)
def test_a_message_waits_for_the_hours_of_its_channel(channel, at, opens, closes):
    assert next_opening(WINDOWS[channel], PACIFIC, pacific(*at)) == rest_of(pacific(*opens), pacific(*closes))


@pytest.mark.parametrize(
    ("night", "opens_utc"),
    [
        pytest.param(pacific(2026, 10, 31, 21), datetime(2026, 11, 1, 17, tzinfo=UTC), id="clocks go back 2026"),
        pytest.param(pacific(2027, 3, 13, 21), datetime(2027, 3, 14, 16, tzinfo=UTC), id="clocks go on 2027"),
        pytest.param(pacific(2027, 11, 6, 21), datetime(2027, 11, 7, 17, tzinfo=UTC), id="clocks go back 2027"),
    ],
)
def test_nine_is_nine_on_the_morning_after_the_clocks_changed(night, opens_utc):
    assert next_opening(WINDOWS["sms"], PACIFIC, night).opens_at == opens_utc


@pytest.mark.parametrize(
    ("zone", "opens_utc"),
    [
        ("America/Phoenix", datetime(2027, 7, 1, 16, tzinfo=UTC)),
        ("Pacific/Honolulu", datetime(2027, 7, 1, 19, tzinfo=UTC)),
        ("Pacific/Guam", datetime(2027, 6, 30, 23, tzinfo=UTC)),
    ],
)
def test_zones_without_daylight_saving_keep_their_hours_in_summer(zone, opens_utc):
    midnight = datetime(2027, 7, 1, tzinfo=ZoneInfo(zone))
    assert next_opening(WINDOWS["sms"], ZoneInfo(zone), midnight).opens_at == opens_utc


@given(st.sampled_from([*WINDOWS]), st.sampled_from(US_ZONES), moments | around_clock_changes)
def test_nobody_is_ever_reached_outside_the_hours(channel, zone, at):
    window, opening = WINDOWS[channel], next_opening(WINDOWS[channel], zone, at)
    opens, closes = opening.opens_at.astimezone(zone), opening.closes_at.astimezone(zone)
    assert opens.weekday() in window.weekdays
    assert window.opens <= opens.time() < window.closes
    assert (closes.date(), closes.time()) == (opens.date(), window.closes)


@given(st.sampled_from([*WINDOWS]), st.sampled_from(US_ZONES), moments | around_clock_changes)
def test_the_next_opening_is_soon_and_not_in_the_past_and_final(channel, zone, at):
    opening = next_opening(WINDOWS[channel], zone, at)
    assert at <= opening.opens_at < opening.closes_at
    assert opening.opens_at - at <= timedelta(hours=40)
    assert next_opening(WINDOWS[channel], zone, opening.opens_at) == opening
    assert opening.opens_at.tzinfo is UTC
    assert opening.closes_at.tzinfo is UTC


@given(st.sampled_from([*WINDOWS]), st.sampled_from(US_ZONES), moments)
def test_no_earlier_opening_was_missed(channel, zone, at):
    window, opens_at = WINDOWS[channel], next_opening(WINDOWS[channel], zone, at).opens_at
    while (at := at + timedelta(minutes=29)) < opens_at:
        local = at.astimezone(zone)
        assert not (local.weekday() in window.weekdays and window.opens <= local.time() < window.closes)


@given(odd_windows, st.sampled_from(US_ZONES), around_clock_changes, st.integers(0, 999))
def test_even_a_window_in_the_night_of_a_clock_change_never_leaves_its_hours(window, zone, at, thousandths):
    opening = next_opening(window, zone, at)
    within = opening.opens_at + (opening.closes_at - opening.opens_at) * thousandths // 1000
    assert within.astimezone(zone).weekday() in window.weekdays
    assert window.opens <= within.astimezone(zone).time() < window.closes


def test_a_window_that_a_night_swallowed_opens_a_week_later():
    lost = ContactWindow(time(2, 15), time(2, 45), frozenset({6}))
    opening = next_opening(lost, PACIFIC, pacific(2027, 3, 14, 0))
    assert opening.opens_at.astimezone(PACIFIC) == pacific(2027, 3, 21, 2, 15)


@pytest.mark.parametrize(
    ("opens", "closes", "weekdays"),
    [(9, 9, {0}), (20, 9, {0}), (9, 20, set()), (9, 20, {7})],
    ids=["empty", "over midnight", "no day", "an eighth day"],
)
def test_a_window_that_makes_no_sense_is_refused(opens, closes, weekdays):
    with pytest.raises(ValueError, match="a contact window"):
        ContactWindow(time(opens), time(closes), frozenset(weekdays))


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="without a zone"):
        next_opening(WINDOWS["sms"], PACIFIC, pacific(2026, 12, 1).replace(tzinfo=None))


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
