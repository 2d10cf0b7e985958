from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.retention import kept_since, spans
from schedules.months import add_months

DAYS = st.dates(date(2020, 1, 1), date(2060, 1, 1))
EACH = st.sampled_from([1, 2, 3, 4, 6, 12])


@given(DAYS, EACH, st.integers(0, 24))
def test_spans_follow_each_other_and_hold_today_and_every_month_ahead(today, each, ahead):
    found = spans(today, months_each=each, ahead=ahead)
    assert found[0][0] <= today
    assert found[-1][0] <= add_months(today.replace(day=1), ahead) < found[-1][1]
    assert [beyond for _, beyond in found[:-1]] == [first for first, _ in found[1:]]


@given(DAYS, DAYS, EACH)
def test_whoever_asks_and_whenever_gets_the_same_spans(one, other, each):
    mine, theirs = (set(spans(day, months_each=each, ahead=12)) for day in (one, other))
    assert not [(a, b) for a in mine - theirs for b in theirs - mine if a[0] < b[1] and b[0] < a[1]]


@pytest.mark.parametrize(
    ("today", "months", "since"),
    [
        (date(2029, 11, 22), 36, date(2026, 11, 1)),
        (date(2027, 1, 1), 1, date(2026, 12, 1)),
        (date(2027, 3, 31), 12, date(2026, 3, 1)),
    ],
)
def test_a_month_is_kept_for_so_many_months_after_it(today, months, since):
    assert kept_since(today, months) == since
