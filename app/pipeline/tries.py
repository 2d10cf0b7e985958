"""Further tries: what left and did not arrive is planned once more, if its reason, its consent and the hour allow."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.db import tries
from app.db.transaction import Database, Row
from app.rules.facts import Channel
from app.rules.tries import CALLS_WITHIN, Go, Verdict, Wait, Waiting, another_try
from schedules.windows import WINDOWS, next_opening

AT_ONCE = 500
ROUNDS = 20
"""How many batches one pass works off; the next tick goes on."""


class Tries:
    """Plans further tries."""

    def __init__(self, database: Database, *, allowed_statuses: frozenset[str]) -> None:
        self._database, self._allowed = database, sorted(allowed_statuses)

    async def run(self) -> int:
        """Decide on all whose time has come; return how many were planned anew."""
        planned = 0
        for _ in range(ROUNDS):
            seen, going = await self._some()
            planned += going
            if seen < AT_ONCE:
                break
        return planned

    async def _some(self) -> tuple[int, int]:
        async with self._database.transaction(None) as tx:
            session = tx.session
            rows = await tries.waiting(session, allowed=self._allowed, calls_within=CALLS_WITHIN, limit=AT_ONCE)
            decided = [(row, _decide(row, tx.now)) for row in rows]
            going = [row.id for row, what in decided if isinstance(what, Go)]
            await tries.go(session, going)
            await tries.wait(session, _later(decided))
        return len(rows), len(going)


def _decide(row: Row[Any], now: datetime) -> Verdict:
    opens_at = next_opening(WINDOWS[Channel(row.channel)], ZoneInfo(row.zone), now).opens_at
    return another_try(Waiting(row.deadline_at, row.refused, row.calls, row.called_at), opens_at, now)


def _later(decided: Sequence[tuple[Row[Any], Verdict]]) -> list[tuple[Any, Any, datetime | None]]:
    return [
        (row.id, row.period, what.until if isinstance(what, Wait) else None)
        for row, what in decided
        if not isinstance(what, Go)
    ]
