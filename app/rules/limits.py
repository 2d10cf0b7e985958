"""How many requests a caller may send: so many a second, and so many at once after a pause (GCRA)."""

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True)
class Limit:
    """So many a second, and so many at once."""

    rate: float
    burst: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether a request may come in, how many more could at once, and in how many seconds the next one could."""

    allowed: bool
    taken_until: float
    """What is to be remembered of the caller: the moment up to which its share is used."""
    remaining: int
    wait: int


def take(limit: Limit, taken_until: float, now: float) -> Taken:
    """Take one request out of what a caller has left."""
    step, most = 1 / limit.rate, limit.burst / limit.rate
    used_up = max(taken_until, now) + step
    left = now + most - used_up
    if left < -step / 1000:  # a thousandth of a request is arithmetic, not a request
        return Taken(allowed=False, taken_until=taken_until, remaining=0, wait=max(1, ceil(-left)))
    return Taken(allowed=True, taken_until=used_up, remaining=int(left * limit.rate + 0.001), wait=0)
