from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.timetable import TIMETABLE, tick_start

TICKS = {tick.name: tick for tick in TIMETABLE}
ticks = st.sampled_from(TIMETABLE)
START = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.timedeltas(timedelta(), timedelta(days=5 * 365)).map(lambda after: START + after)


def start_of(name: str, at: datetime) -> datetime:
    return datetime.fromtimestamp(tick_start(TICKS[name], at), UTC)


@pytest.mark.parametrize(
    ("name", "at", "expected"),
    [
        ("dispatch", datetime(2026, 12, 1, 9, 0, 4, 999_999, UTC), datetime(2026, 12, 1, 9, tzinfo=UTC)),
        ("dispatch", datetime(2026, 12, 1, 9, 0, 5, tzinfo=UTC), datetime(2026, 12, 1, 9, 0, 5, tzinfo=UTC)),
        ("upkeep", datetime(2026, 12, 1, 9, 0, 59, tzinfo=UTC), datetime(2026, 12, 1, 9, tzinfo=UTC)),
        ("sweep", datetime(2026, 12, 1, 9, 59, tzinfo=UTC), datetime(2026, 12, 1, 9, tzinfo=UTC)),
        ("planning", datetime(2026, 12, 1, 3, 9, 59, tzinfo=UTC), datetime(2026, 11, 30, 3, 10, tzinfo=UTC)),
        ("planning", datetime(2026, 12, 1, 3, 10, tzinfo=UTC), datetime(2026, 12, 1, 3, 10, tzinfo=UTC)),
    ],
)
def test_a_tick_is_named_by_the_start_of_its_period(name, at, expected):
    assert start_of(name, at) == expected


@given(ticks, moments)
def test_a_tick_has_begun_and_is_not_over(tick, at):
    begun = at - datetime.fromtimestamp(tick_start(tick, at), UTC)
    assert timedelta() <= begun < tick.every


@given(ticks, moments)
def test_all_moments_of_a_period_give_one_name(tick, at):
    start = tick_start(tick, at)
    assert tick_start(tick, datetime.fromtimestamp(start, UTC)) == start
    assert tick_start(tick, at + tick.every) == start + tick.every.total_seconds()


def test_every_tick_has_a_name_of_its_own_and_whole_seconds():
    assert len(TICKS) == len(TIMETABLE)
    assert all(tick.every % timedelta(seconds=1) == timedelta() for tick in TIMETABLE)
    assert all(timedelta() <= tick.offset < tick.every for tick in TIMETABLE)
