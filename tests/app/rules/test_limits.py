"""How many requests a caller may send."""

from hypothesis import given
from hypothesis import strategies as st

from app.rules.limits import Limit, take

LIMIT = Limit(rate=10, burst=20)


def counted(moments, limit=LIMIT):
    """Return which of the requests at these moments come in."""
    until, found = 0.0, []
    for now in moments:
        taken = take(limit, until, now)
        until = taken.taken_until
        found.append(taken)
    return found


def test_after_a_pause_a_burst_comes_in_and_then_nothing():
    told = counted([100.0] * 25)
    assert [one.allowed for one in told] == [True] * 20 + [False] * 5
    assert [one.remaining for one in told[:20]] == list(range(19, -1, -1))


def test_who_is_refused_hears_when_to_come_again_and_may_then():
    *_, refused = counted([100.0] * 21)
    assert refused.wait == 1
    assert take(LIMIT, refused.taken_until, 100.0 + refused.wait).allowed


def test_a_refusal_costs_nothing():
    *_, first, second = counted([100.0] * 22)
    assert first.taken_until == second.taken_until


def test_whoever_keeps_to_the_rate_is_never_refused():
    assert all(one.allowed for one in counted(100 + number / 10 for number in range(500)))


@given(st.lists(st.floats(0, 0.3), min_size=1, max_size=200))
def test_no_more_than_the_burst_and_the_rate_come_in(pauses):
    moments = [100 + sum(pauses[: place + 1]) for place in range(len(pauses))]
    told = counted(moments)
    for begin in range(0, len(moments), 20):
        allowed = sum(one.allowed for one in told[begin:])
        assert allowed <= LIMIT.burst + LIMIT.rate * (moments[-1] - moments[begin]) + 1
