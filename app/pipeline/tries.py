"""Further tries: what left and did not arrive is planned once more, if its reason, its consent and the hour allow."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.db import tries
from app.db.transaction import Database, Row
from app.pipeline.consent import Consents
from app.pipeline.outcomes import says_bad
from app.rules.facts import Channel
from app.rules.tries import CALLS_WITHIN, Go, Never, Verdict, Wait, Waiting, another_try
from channels.reasons import REASONS, Then
from schedules.windows import WINDOWS, next_opening

AT_ONCE = 500
FREE = sorted(name for name, one in REASONS.items() if one.then is Then.PAUSE)
"""The reasons that nobody can help but an operator: they use up no try of a message."""
ROUNDS = 20
"""How many batches one pass works off; the next tick goes on."""


class Tries:
    """Plans further tries."""

    def __init__(self, database: Database, *, consents: Consents, allowed_statuses: frozenset[str]) -> None:
        self._database, self._consents, self._allowed = database, consents, sorted(allowed_statuses)

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
            await tries.go(session, going, free=FREE)
            await tries.wait(session, _later(decided))
            await self._consents.addresses_fail(tx, _given_up(decided))
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


def _given_up(decided: Sequence[tuple[Row[Any], Verdict]]) -> list[UUID]:
    """Return the contact points whose last word it was that they do not work."""
    return [
        row.contact_point_id
        for row, what in decided
        if isinstance(what, Never) and row.contact_point_id is not None and says_bad(row.reason)
    ]
