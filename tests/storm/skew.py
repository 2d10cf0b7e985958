"""A clock that is wrong: what a process reads by itself goes ahead of the machine's; the database's clock does not."""

import sys
import time
from datetime import datetime, timedelta

from app import wiring

SKEW = "KEEPCOVERED_STORM_SKEW"
"""The seconds, in the environment of a process of the nursery."""


def set_ahead(seconds: float) -> None:
    """Have every clock that this process reads go ahead by so much."""
    right, real_time, real_clock = wiring.machine_now, time.time, time.clock_gettime

    def wrong() -> datetime:
        return right() + timedelta(seconds=seconds)

    time.time = lambda: real_time() + seconds
    time.clock_gettime = lambda clock: real_clock(clock) + seconds
    for module in list(sys.modules.values()):
        if getattr(module, "machine_now", None) is right:
            setattr(module, "machine_now", wrong)  # noqa: B010  (whatever module it is)
