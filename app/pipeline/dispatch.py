"""Dispatch: every few seconds, which lanes have something due? Rings a bell for each."""

from uuid import UUID

import procrastinate

from app.db import deliveries
from app.db.transaction import Database
from app.queue import Job, ring


class Dispatch:
    """Wakes delivery for the lanes that have due messages."""

    def __init__(self, database: Database, queue: procrastinate.App) -> None:
        self._database, self._queue = database, queue

    async def due(self) -> list[tuple[UUID, str]]:
        """Return the lanes (agency, channel) with something due now."""
        async with self._database.transaction(None) as tx:
            return await deliveries.due_lanes(tx.session)

    async def wake(self) -> int:
        """Enqueue a delivery job for each due lane; return how many."""
        lanes = await self.due()
        for agency, channel in lanes:
            await ring(self._queue, Job.DELIVER, agency=str(agency), channel=channel)
        return len(lanes)
