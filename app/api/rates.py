"""How many requests a key may send: counted in this process, told in every answer, and 429 beyond it.

The headers are those of the IETF's draft (`RateLimit-Policy`, `RateLimit`) and `Retry-After`.
"""

import time
from collections import OrderedDict
from typing import Final

from fastapi import Request

from app.api.problems import Problem
from app.rules.limits import Limit, Taken, take

LIMIT: Final = Limit(rate=3_000, burst=6_000)
"""Twice what one process takes at its best: it holds who runs wild, and nobody else."""
POLICY: Final = f'"requests";q={LIMIT.burst};w={LIMIT.burst / LIMIT.rate:.0f}'
TOLD: Final = "kc.headers"
"""Where the edge finds headers that belong to every answer of a request, problems too."""
MOST_KEYS: Final = 10_000


class Counts:
    """What each key has used up; whoever was not seen for longest is forgotten first."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._until: OrderedDict[str, float] = OrderedDict()

    def take(self, key: str, now: float) -> Taken:
        """Count one request of a key."""
        taken = take(self._limit, self._until.get(key, 0.0), now)
        self._until[key] = taken.taken_until
        self._until.move_to_end(key)
        if len(self._until) > MOST_KEYS:
            self._until.popitem(last=False)
        return taken


def let_in(request: Request, key: str) -> None:
    """Count a request, and note what its answer says of that; raises `too-many-requests` beyond the limit."""
    counts: Counts = request.app.state.counts
    taken = counts.take(key, time.monotonic())
    reset = taken.wait or 1
    request.scope[TOLD] = [
        (b"ratelimit-policy", POLICY.encode()), (b"ratelimit", f'"requests";r={taken.remaining};t={reset}'.encode()),
    ]  # fmt: skip
    if not taken.allowed:
        raise Problem("too-many-requests", headers={"Retry-After": str(taken.wait)})
