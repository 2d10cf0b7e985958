"""Dispatch: every few seconds, who waits to be planned, and which lanes have something due? Rings a bell for each."""

from uuid import UUID

import procrastinate

from app.crashpoints import crashpoint
from app.db import ahead, deliveries, planning
from app.db.transaction import Database
from app.queue import Job, ring


class Dispatch:
    """Wakes planning for the agencies where somebody waits, and delivery for the lanes that have due messages."""

    def __init__(self, database: Database, queue: procrastinate.App) -> None:
        self._database, self._queue = database, queue

    async def unplanned(self) -> list[UUID]:
        """Return the agencies where somebody waits to be planned."""
        async with self._database.transaction(None) as tx:
            return await planning.agencies_marked(tx.session)

    async def due(self) -> list[tuple[UUID, str]]:
        """Return the lanes (agency, channel) with something due now."""
        async with self._database.transaction(None) as tx:
            return await deliveries.due_lanes(tx.session)

    async def ahead(self) -> list[tuple[UUID, str]]:
        """Return the lanes with something that may be handed over for later."""
        async with self._database.transaction(None) as tx:
            return await ahead.lanes(tx.session)

    async def wake(self) -> int:
        """Enqueue a delivery job for each due lane, and one for each that hands over ahead; return how many.

        Whoever marked somebody to be planned rang for it; should that bell be lost, this one is heard.
        """
        for agency in await self.unplanned():
            await ring(self._queue, Job.PLAN, agency=str(agency))
        found = [(Job.DELIVER, lane) for lane in await self.due()] + [(Job.AHEAD, lane) for lane in await self.ahead()]
        crashpoint("dispatch.found")
        for job, (owner, channel) in found:
            await ring(self._queue, job, agency=str(owner), channel=channel)
        crashpoint("dispatch.rang")
        return len(found)
