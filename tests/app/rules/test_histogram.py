import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.histogram import ERROR, SHORTEST, bucket, middle, percentile

SECONDS = st.floats(min_value=SHORTEST, max_value=1e6)


def exact(values, share):
    """The value of the nearest rank, as the database's own `percentile_disc` gives it."""
    return sorted(values)[max(math.ceil(share * len(values)), 1) - 1]


@given(SECONDS)
def test_the_middle_of_a_bucket_is_never_off_by_a_tenth(seconds):
    told = middle(bucket(seconds))
    assert max(told / seconds, seconds / told) <= (1 + ERROR) * (1 + 1e-9)
    assert ERROR < 0.1


@given(st.lists(SECONDS, min_size=1), st.sampled_from([0.0, 0.5, 0.95, 1.0]))
def test_a_percentile_is_that_of_all_values_within_the_buckets_error(values, share):
    told, wanted = percentile([(bucket(one), 1) for one in values], share), exact(values, share)
    assert told is not None
    assert max(told / wanted, wanted / told) <= (1 + ERROR) * (1 + 1e-9)


@given(st.lists(st.tuples(st.integers(-20, 40), st.integers(1, 9)), min_size=1))
def test_a_bucket_that_comes_in_parts_counts_as_one(counts):
    whole = {number: sum(count for one, count in counts if one == number) for number, _ in counts}
    assert percentile(counts, 0.5) == percentile(whole.items(), 0.5)


def test_nothing_counted_has_no_percentile():
    assert percentile([], 0.5) is None


@pytest.mark.parametrize("seconds", [0, 0.001, SHORTEST])
def test_what_took_no_time_counts_as_the_shortest(seconds):
    assert bucket(seconds) == bucket(SHORTEST)
