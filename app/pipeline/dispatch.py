"""Dispatch: every few seconds, which lanes have something due? Rings a bell for each."""

from uuid import UUID

import procrastinate

from app.db import ahead, deliveries
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

    async def ahead(self) -> list[tuple[UUID, str]]:
        """Return the lanes with something that may be handed over for later."""
        async with self._database.transaction(None) as tx:
            return await ahead.lanes(tx.session)

    async def wake(self) -> int:
        """Enqueue a delivery job for each due lane, and one for each that hands over ahead; return how many."""
        found = [(Job.DELIVER, lane) for lane in await self.due()] + [(Job.AHEAD, lane) for lane in await self.ahead()]
        for job, (agency, channel) in found:
            await ring(self._queue, job, agency=str(agency), channel=channel)
        return len(found)
