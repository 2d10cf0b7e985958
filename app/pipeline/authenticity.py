"""Is this message real? A code is looked up: ours or not, from which agency and day, and nothing about to whom.

Who asks from one network too often is asked to wait (`verify/network/hour`); many codes that nobody knows raise an
alarm, because then somebody sends messages in our name, or guesses.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.db import agencies, alarms, authenticity
from app.db.transaction import Database, Transaction
from app.logs import log
from app.pipeline.pumping import Counters, Scope
from app.rules.authenticity import LENGTH, UNKNOWN_ALARM, Real, read_code
from app.rules.network import Network

ALL: Final = b"all"


class Answer(StrEnum):
    """What else may be said of a code."""

    UNKNOWN = "unknown"
    TOO_MANY = "too-many"


class Authenticity:
    """Tells whether a message is ours."""

    def __init__(self, database: Database, counters: Counters) -> None:
        self._database, self._counters = database, counters

    async def look(self, typed: str, network: Network) -> Real | Answer:
        """Look a code up for somebody at a network."""
        if not await self._counters.from_network(Scope.VERIFY_NETWORK_HOUR, network):
            return Answer.TOO_MANY
        async with self._database.transaction(None) as tx:
            found = await self._sent(tx, read_code(typed), None)
        if found is None:
            await self._unknown()
        return found or Answer.UNKNOWN

    async def of_agency(self, tx: Transaction, agency: UUID, typed: str) -> Real | None:
        """Look a code up among one agency's messages, for somebody who texted it; no stranger's count is kept."""
        return await self._sent(tx, read_code(typed), agency)

    async def unknown_by_text(self, agency: UUID) -> None:
        """Count a code that somebody texted and nobody knows."""
        await self._unknown(agency)

    async def _sent(self, tx: Transaction, code: str, agency: UUID | None) -> Real | None:
        found = await authenticity.sent(tx.session, code, agency) if len(code) == LENGTH else None
        owner = await agencies.by_id(tx.session, found[0]) if found else None
        return Real(owner, owner.day(found[1])) if found and owner else None

    async def _unknown(self, agency: UUID | None = None) -> None:
        """Count a code that nobody knows; too many in an hour are an alarm for whom it may concern."""
        async with self._database.transaction(None) as tx:
            key = agency.bytes if agency else ALL
            if await self._counters.within(tx, (Scope.VERIFY_UNKNOWN_HOUR, key)):
                concerned: Sequence[UUID] = [agency] if agency else [one.id for one in await agencies.every(tx.session)]
                for one in concerned:
                    await alarms.raise_one(tx.session, one, UNKNOWN_ALARM)
                log().warning("many unknown codes", agencies=len(concerned))
