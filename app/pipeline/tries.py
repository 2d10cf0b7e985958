"""Further tries: what left and did not arrive is planned once more, if its reason, its consent and the hour allow."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.crashpoints import crashpoint
from app.db import agencies, tries
from app.db.transaction import Database, Row
from app.pipeline.calendars import Almanac
from app.pipeline.consent import Consents
from app.pipeline.ladders import Ladders
from app.pipeline.outcomes import says_bad
from app.pipeline.rounds import in_rounds
from app.rules.agency import Agency
from app.rules.tries import CALLS_WITHIN, Go, Never, Verdict, Wait, Waiting, another_try
from channels.reasons import REASONS, Then
from schedules.places import parse_place

AT_ONCE = 500
FREE = sorted(name for name, one in REASONS.items() if one.then is Then.PAUSE)
"""The reasons that nobody can help but an operator: they use up no try of a message."""
ROUNDS = 20
"""How many batches one pass works off; the next tick goes on."""


class Tries:
    """Plans further tries."""

    def __init__(self, database: Database, *, consents: Consents, ladders: Ladders, almanac: Almanac) -> None:
        self._database, self._consents, self._ladders, self._almanac = database, consents, ladders, almanac

    async def run(self) -> int:
        """Decide on all whose time has come; return how many were planned anew."""
        return await in_rounds(self._some, at_once=AT_ONCE, rounds=ROUNDS)

    async def _some(self) -> tuple[int, int]:
        async with self._database.transaction(None) as tx:
            session = tx.session
            allowed = (await self._ladders.book(session, None)).allowed
            rows = await tries.waiting(session, allowed=allowed, calls_within=CALLS_WITHIN, limit=AT_ONCE)
            whose = await agencies.by_ids(session, {row.agency_id for row in rows})
            decided = [(row, self._decide(row, whose[row.agency_id], tx.now)) for row in rows]
            going = [row.id for row, what in decided if isinstance(what, Go)]
            await tries.go(session, going, free=FREE)
            await tries.wait(session, _later(decided))
            await self._consents.addresses_fail(tx, _given_up(decided))
            crashpoint("tries.decided")
        return len(rows), len(going)

    def _decide(self, row: Row[Any], agency: Agency, now: datetime) -> Verdict:
        opening = self._almanac.calendar_of(agency).next_opening(parse_place(row.place), row.channel, now)
        if opening is None:
            return Never()
        return another_try(Waiting(row.deadline_at, row.refused, row.calls, row.called_at), opening.opens_at, now)


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
