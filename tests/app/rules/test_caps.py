from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.rules.caps import WITHIN, Cap, next_turn

HERE = "America/Los_Angeles"
NOON = datetime(2026, 12, 1, 20, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ONE_A_DAY = Cap(1, 10)
MOMENTS = st.lists(
    st.integers(0, 30 * 24 * 60).map(lambda minutes: NOON - timedelta(minutes=minutes)), max_size=15
)  # fmt: skip
CAPS = st.builds(Cap, st.integers(1, 3), st.integers(3, 10), st.sampled_from([timedelta(), DAY]))
ZONES = st.sampled_from([HERE, "America/New_York", "Pacific/Honolulu", "Pacific/Guam"])


def test_an_address_that_was_left_alone_is_free():
    assert next_turn(ONE_A_DAY, [], NOON, HERE) == NOON


def test_a_day_is_over_at_midnight_where_the_person_is():
    assert next_turn(ONE_A_DAY, [NOON - HOUR], NOON, HERE) == datetime(2026, 12, 2, 8, tzinfo=UTC)
    assert next_turn(ONE_A_DAY, [NOON - HOUR], NOON, "Pacific/Guam") == datetime(2026, 12, 2, 14, tzinfo=UTC)
    assert next_turn(ONE_A_DAY, [datetime(2026, 12, 1, 7, 59, tzinfo=UTC)], NOON, HERE) == NOON


def test_the_night_on_which_clocks_change_is_one_night():
    saturday = datetime(2026, 11, 1, 1, tzinfo=UTC)
    assert next_turn(ONE_A_DAY, [saturday], saturday, HERE) == datetime(2026, 11, 1, 7, tzinfo=UTC)
    assert next_turn(ONE_A_DAY, [saturday + DAY], saturday + DAY, HERE) == datetime(2026, 11, 2, 8, tzinfo=UTC)


def test_a_full_month_is_free_when_the_oldest_is_thirty_days_old():
    before = [NOON - days * DAY for days in range(20, 10, -1)]
    assert next_turn(ONE_A_DAY, before, NOON, HERE) == before[0] + WITHIN


def test_calls_stay_a_day_apart_by_the_clock():
    assert next_turn(Cap(1, 3, DAY), [NOON - 20 * HOUR], NOON, HERE) == NOON + 4 * HOUR


@given(CAPS, MOMENTS, ZONES)
def test_whoever_waits_for_its_turn_keeps_every_cap(cap, before, zone):
    turn = next_turn(cap, before, NOON, zone)
    here = ZoneInfo(zone)
    assert turn >= NOON
    assert sum(one > turn - WITHIN for one in before) < cap.in_thirty_days
    assert sum(one.astimezone(here).date() == turn.astimezone(here).date() for one in before) < cap.a_day
    assert all(turn - one >= cap.apart for one in before)


@given(CAPS, MOMENTS, ZONES)
def test_nobody_waits_who_need_not(cap, before, zone):
    here, today = ZoneInfo(zone), NOON.astimezone(ZoneInfo(zone)).date()
    free = (
        len(before) < cap.in_thirty_days
        and sum(one.astimezone(here).date() == today for one in before) < cap.a_day
        and all(NOON - one >= cap.apart for one in before)
    )
    assert (next_turn(cap, before, NOON, zone) == NOON) >= free


@given(CAPS, MOMENTS, ZONES)
def test_asking_again_at_ones_turn_changes_nothing(cap, before, zone):
    turn = next_turn(cap, before, NOON, zone)
    still = [one for one in before if one > turn - WITHIN]
    assert next_turn(cap, still, turn, zone) == turn
