from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.rules.epochs import MOVED, OLDER, SENTENCES, Count, Server, why_held

HOME, MINE, OTHER = Server("7301", 1), UUID(int=1), UUID(int=2)
NUMBERS = st.integers(0, 2**40)


@given(NUMBERS, NUMBERS)
def test_a_database_is_older_exactly_when_it_counts_less_than_its_copy(number, copied):
    held = why_held(Count(MINE, number), HOME, Count(MINE, copied), HOME)
    assert held == (OLDER if copied > number else None)


@given(NUMBERS, NUMBERS)
def test_the_count_of_another_database_says_nothing(number, copied):
    assert why_held(Count(MINE, number), HOME, Count(OTHER, copied), HOME) is None


def test_another_server_or_timeline_is_a_reason_without_any_copy():
    for here in (Server("7302", 1), Server("7301", 2)):
        assert why_held(Count(MINE, 5), HOME, None, here) == MOVED
    assert why_held(Count(MINE, 5), HOME, None, HOME) is None


def test_each_reason_is_a_sentence():
    assert set(SENTENCES) == {OLDER, MOVED}
