"""Turns: a worker sends on each lane once at a time, and for a while; then whoever else waits has theirs.

A worker does a few jobs at once. Without turns, an agency with a million due (its lanes, rung again by each tick)
would hold them all until it is done, and another's few hundred would wait for it.
"""

import time
from collections.abc import Callable
from uuid import UUID

import procrastinate

from app.pipeline.delivery import Delivery
from app.queue import Job, ring
from app.rules.facts import Channel

TURN = 15.0
"""Seconds of the boot clock; long beside what it takes to open a lane anew (a look at all that is due on it)."""


class Turns:
    """Gives each lane its turn, and has it woken again, behind the others, where that was not enough."""

    def __init__(
        self, queue: procrastinate.App, *, delivery: Delivery, ahead: Delivery,
        boot_clock: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
    ) -> None:  # fmt: skip
        self._queue, self._boot_clock = queue, boot_clock
        self._delivery, self._ahead = delivery, ahead
        self._taken: set[tuple[Job, UUID, Channel]] = set()

    async def deliver(self, agency: UUID, channel: Channel) -> int:
        """Send what is due on a lane; return how many messages were tried."""
        return await self._take(self._delivery, Job.DELIVER, agency, channel)

    async def ahead(self, agency: UUID, channel: Channel) -> int:
        """Hand over what a provider is to hold for a lane; return how many messages were tried."""
        return await self._take(self._ahead, Job.AHEAD, agency, channel)

    async def _take(self, stage: Delivery, job: Job, agency: UUID, channel: Channel) -> int:
        lane, until = (job, agency, channel), self._boot_clock() + TURN
        if lane in self._taken:
            return 0
        self._taken.add(lane)
        try:
            tried = await stage.lane(agency, channel, until=until)
        finally:
            self._taken.discard(lane)
        if self._boot_clock() >= until:
            await ring(self._queue, job, agency=str(agency), channel=channel)
        return tried
