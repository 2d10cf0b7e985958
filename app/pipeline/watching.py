"""Watching: what Prometheus is told, of this process and of the whole service."""

import asyncio
import time
from collections.abc import Callable, Sequence

from app import metrics
from app.db import watching
from app.db.transaction import Database
from app.logs import log

KEPT = 5.0
"""Seconds for which what the database told is told again: however many ask, it is asked that often."""
WITHIN = 3.0
"""Seconds that the database has to answer."""


class Watching:
    """Tells what is watched."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._clock = database, clock
        self._told: Sequence[metrics.Told] | None = None
        self._until = float("-inf")
        self._asking = asyncio.Lock()
        metrics.watch_pool(database.pool_use)

    async def text(self) -> bytes:
        """Return everything as Prometheus reads it; without its database the service still tells of itself."""
        async with self._asking:
            if self._clock() >= self._until:
                self._told = await self._ask()
                self._until = self._clock() + KEPT
        return metrics.own_text() + metrics.shared_text(self._told)

    async def _ask(self) -> Sequence[metrics.Told] | None:
        try:
            async with asyncio.timeout(WITHIN), self._database.transaction(None) as tx:
                return await watching.figures(tx.session)
        except Exception as error:  # noqa: BLE001  (whatever it is, what is watched must say so and not vanish)
            log().warning("nothing to watch", error=type(error).__name__)
            return None
