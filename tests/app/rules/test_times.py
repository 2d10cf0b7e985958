from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.times import AHEAD, back_off, too_far_ahead

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=30)


@pytest.mark.parametrize(
    ("moment", "business", "machine", "answer"),
    [
        (NOW + AHEAD, NOW, NOW, False),
        (NOW + AHEAD + timedelta(seconds=1), NOW, NOW, True),
        (LATER + AHEAD, LATER, NOW, False),
        (LATER + AHEAD, NOW, LATER, False),
        (LATER + AHEAD + timedelta(seconds=1), LATER, NOW, True),
        (NOW - timedelta(days=9999), NOW, NOW, False),
    ],
)
def test_an_event_may_be_five_minutes_ahead_of_the_later_of_both_clocks(moment, business, machine, answer):
    assert too_far_ahead(moment, business, machine) is answer


def test_the_wait_begins_at_thirty_seconds_and_doubles():
    assert [back_off(tries).total_seconds() for tries in range(4)] == [30, 60, 120, 240]


@given(st.integers(0, 10_000), st.none() | st.timedeltas(timedelta(), timedelta(days=1)))
def test_the_wait_is_never_shorter_than_asked_nor_longer_than_a_day(tries, asked):
    wait = back_off(tries, asked)
    assert (asked or timedelta(seconds=30)) <= wait <= timedelta(days=1)
