"""Percentiles from counts by size: each doubling of the seconds has four buckets, so no answer is off by a tenth.

A bucket is `floor(4 · log2(seconds))`, and nothing is shorter than a hundredth of a second; the database counts by the
same rule as each message changes (`migrations`). What is told of a bucket is its middle, by ratio.
"""

import math
from collections.abc import Iterable
from typing import Final

BUCKETS_A_DOUBLING: Final = 4
SHORTEST: Final = 0.01
ERROR: Final = 2 ** (1 / (2 * BUCKETS_A_DOUBLING)) - 1
"""How far, as a share, what is told may be from the value that an exact ranking would give: 9.05 %."""


def bucket(seconds: float) -> int:
    """Return the bucket that counts this many seconds."""
    return math.floor(BUCKETS_A_DOUBLING * math.log2(max(seconds, SHORTEST)))


def middle(number: int) -> float:
    """Return the seconds that a bucket stands for: never further than `ERROR` from any that it counts."""
    return float(2 ** ((number + 0.5) / BUCKETS_A_DOUBLING))


def percentile(counts: Iterable[tuple[int, int]], share: float) -> float | None:
    """Return what so large a share of all stay within, from (bucket, count) pairs; a bucket may come repeatedly.

    It is the value of the nearest rank, as `percentile_disc` has it. Nothing counted has no percentile.
    """
    ordered = sorted(counts)
    rank, passed = math.ceil(share * sum(count for _, count in ordered)), 0
    for number, count in ordered:
        passed += count
        if passed >= max(rank, 1):
            return middle(number)
    return None
