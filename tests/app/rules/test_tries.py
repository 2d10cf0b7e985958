from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.tries import (
    ANOTHER_HOUR,
    BETWEEN_CALLS,
    CALLS,
    Go,
    Never,
    Wait,
    Waiting,
    another_try,
)

NOW = datetime(2026, 12, 3, 20, tzinfo=UTC)
DEADLINE = NOW + timedelta(days=30)
MOMENTS = st.datetimes(datetime(2026, 11, 1), datetime(2027, 2, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_what_nothing_speaks_against_goes():
    assert another_try(Waiting(DEADLINE), NOW, NOW) == Go()


def test_outside_its_window_it_waits_for_the_opening():
    opens = NOW + timedelta(hours=13)
    assert another_try(Waiting(DEADLINE), opens, NOW) == Wait(opens)


def test_what_a_rule_refuses_stays_what_it_is():
    assert another_try(Waiting(DEADLINE, refused="opted_out"), NOW, NOW) == Never()


def test_what_could_not_go_before_its_deadline_stays_what_it_is():
    assert another_try(Waiting(NOW), NOW, NOW) == Never()
    assert another_try(Waiting(DEADLINE), DEADLINE, NOW) == Never()


def test_a_number_gets_three_calls_and_no_more():
    assert another_try(Waiting(DEADLINE, calls=CALLS - 1), NOW, NOW) == Go()
    assert another_try(Waiting(DEADLINE, calls=CALLS), NOW, NOW) == Never()


def test_a_number_gets_one_call_a_day():
    called = NOW - timedelta(hours=3)
    until = called + BETWEEN_CALLS + ANOTHER_HOUR
    assert another_try(Waiting(DEADLINE, calls=1, called_at=called), NOW, NOW) == Wait(until)


@pytest.mark.parametrize(("last", "then"), [(10, 13), (12, 15), (13, 10), (18, 10)])
def test_a_call_that_its_window_moves_is_still_made_at_another_hour(last, then):
    saturday, monday = datetime(2026, 12, 5, tzinfo=UTC), datetime(2026, 12, 7, tzinfo=UTC)
    called = saturday + timedelta(hours=last)
    waiting = Waiting(DEADLINE, calls=1, called_at=called)
    found = another_try(waiting, monday + timedelta(hours=10), called + timedelta(hours=27))
    assert found == Wait(monday + timedelta(hours=then))


def test_the_same_hour_is_better_than_none_before_the_deadline():
    opens = NOW + timedelta(days=2)
    waiting = Waiting(opens + timedelta(hours=1), calls=1, called_at=NOW)
    assert another_try(waiting, opens, NOW + timedelta(days=1)) == Wait(opens)


@given(
    st.builds(
        Waiting, MOMENTS, st.sampled_from([None, "opted_out"]), st.integers(0, 5), st.one_of(st.none(), MOMENTS)
    ),
    MOMENTS, MOMENTS,
)  # fmt: skip
def test_nothing_ever_goes_against_a_rule_and_waiting_leads_on(waiting, opens, now):
    match another_try(waiting, opens, now):
        case Go():
            assert now < waiting.deadline
            assert opens <= now
            assert waiting.refused is None
            assert waiting.calls < CALLS
            assert waiting.called_at is None or now - waiting.called_at >= BETWEEN_CALLS
        case Wait(until):
            assert now < until < waiting.deadline
