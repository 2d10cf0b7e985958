from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.moments import parse_moment

NOW = datetime(2026, 12, 31, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P1D", datetime(2027, 1, 1, 10, 30, tzinfo=UTC)),
        ("-P1D", datetime(2026, 12, 30, 10, 30, tzinfo=UTC)),
        ("PT3H", datetime(2026, 12, 31, 13, 30, tzinfo=UTC)),
        ("P2W", datetime(2027, 1, 14, 10, 30, tzinfo=UTC)),
        ("P1M", datetime(2027, 1, 31, 10, 30, tzinfo=UTC)),
        ("P2M", datetime(2027, 2, 28, 10, 30, tzinfo=UTC)),
        ("-P1M", datetime(2026, 11, 30, 10, 30, tzinfo=UTC)),
        ("P1Y", datetime(2027, 12, 31, 10, 30, tzinfo=UTC)),
        ("P1DT12H", datetime(2027, 1, 1, 22, 30, tzinfo=UTC)),
        ("P1M1DT1M5S", datetime(2027, 2, 1, 10, 31, 5, tzinfo=UTC)),
        (" p1d ", datetime(2027, 1, 1, 10, 30, tzinfo=UTC)),
        ("PT0S", NOW),
        ("2026-12-01", datetime(2026, 12, 1, tzinfo=UTC)),
        ("2026-12-01T19:30:00Z", datetime(2026, 12, 1, 19, 30, tzinfo=UTC)),
        ("2026-12-01T19:30Z", datetime(2026, 12, 1, 19, 30, tzinfo=UTC)),
        ("2026-12-01t19:30:00.25z", datetime(2026, 12, 1, 19, 30, 0, 250_000, UTC)),
        ("2026-12-01T11:30:00-08:00", datetime(2026, 12, 1, 19, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_understood(text, expected):
    moment = parse_moment(text, NOW)
    assert moment == expected
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1DT",
        "P1H",
        "1D",
        "P-1D",
        "P1.5D",
        "tomorrow",
        "2026-12",
        "20261201",
        "2026-W49-2",
        "2026-12-01T19:30:00",
        "2026-12-01 19:30:00",
        "٢٠٢٦-١٢-٠١",
    ],
)
def test_what_is_no_moment_is_refused_with_the_way_to_write_one(text):
    with pytest.raises(ValueError, match=r"is not a moment: write a duration \(P1D"):
        parse_moment(text, NOW)


@pytest.mark.parametrize("text", ["2026-02-30", "2026-12-01T25:00:00Z", "P9999Y", "-P9999Y", "P9999999D"])
def test_what_no_calendar_has_is_refused_too(text):
    with pytest.raises(ValueError, match=r"is not in the calendar: write a duration \(P1D"):
        parse_moment(text, NOW)


@given(st.integers(0, 5_000), st.integers(0, 23), st.integers(0, 59))
def test_a_duration_there_and_back_ends_where_it_began(days, hours, minutes):
    text = f"P{days}DT{hours}H{minutes}M"
    there = parse_moment(text, NOW)
    assert there - NOW == timedelta(days=days, hours=hours, minutes=minutes)
    assert parse_moment(f"-{text}", there) == NOW


@given(st.timedeltas(timedelta(days=-9_000), timedelta(days=9_000)), st.integers(-14 * 60, 14 * 60))
def test_an_instant_written_in_any_zone_is_the_same_moment(after, offset):
    moment = (NOW + after).astimezone(timezone(timedelta(minutes=offset)))
    assert parse_moment(moment.isoformat(timespec="microseconds"), NOW) == moment


@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_a_plain_refusal(text):
    try:
        assert parse_moment(text, NOW).tzinfo is UTC
    except ValueError as refusal:
        assert "write a duration" in str(refusal)  # noqa: PT017
