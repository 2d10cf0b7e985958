"""The timetable: which stage is woken how often.

Every replica may run it. A tick is named by the start of its period, so that it is claimed once.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Tick:
    """A named moment that comes back every so often, in whole seconds; `offset` is counted from midnight UTC."""

    name: str
    every: timedelta
    offset: timedelta = timedelta()


TIMETABLE: Final[tuple[Tick, ...]] = (
    Tick("dispatch", timedelta(seconds=5)),
    Tick("receipts", timedelta(seconds=10)),
    Tick("upkeep", timedelta(seconds=60)),
    Tick("reports", timedelta(seconds=30)),
    Tick("webhooks", timedelta(seconds=5)),
    Tick("ledger", timedelta(seconds=30), offset=timedelta(seconds=15)),
    Tick("sweep", timedelta(hours=1)),
    Tick("keeping", timedelta(hours=1), offset=timedelta(minutes=20)),
    Tick("planning", timedelta(days=1), offset=timedelta(hours=3, minutes=10)),
)


def tick_start(tick: Tick, at: datetime) -> int:
    """Return the last time not after `at` (machine time) at which the tick came, in Unix seconds."""
    return int(tick.offset.total_seconds()) + (at - EPOCH - tick.offset) // tick.every * int(tick.every.total_seconds())
