"""Flyers: an address for each place where they hang, so that an agency sees which places bring people.

A visit is counted without a cookie and without keeping who came: once an hour for a network, by its keyed digest.
"""

import secrets
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.db import agencies, flyers
from app.db.transaction import Database
from app.errors import KeepCoveredError
from app.pipeline.pumping import Counters
from app.rules.agency import Agency
from app.rules.flyers import CODE_LENGTH, PLACE, SIGNS, Flyer, FlyerCounts
from app.rules.network import Network, network_key

VISIT: Final = "flyer/network/hour"
HOUR: Final = timedelta(hours=1)
TRIES: Final = 5


class Flyers:
    """Keeps the places and what came of them."""

    def __init__(self, database: Database, *, counters: Counters) -> None:
        self._database, self._counters = database, counters

    async def add(self, agency: UUID, name: str, language: str) -> Flyer:
        """Add a place under a new code."""
        async with self._database.transaction(agency) as tx:
            for _ in range(TRIES):
                place = "".join(secrets.choice(SIGNS) for _ in range(CODE_LENGTH))
                if await flyers.add(tx.session, agency, place, name, language):
                    return Flyer(agency, place, name, language)
        raise KeepCoveredError("no free code was found for this place; try again")

    async def find(self, place: str) -> tuple[Flyer, Agency] | None:
        """Return a place and whose it is."""
        if not PLACE.fullmatch(place):
            return None
        async with self._database.transaction(None) as tx:
            row = await flyers.one(tx.session, place)
            agency = await agencies.by_id(tx.session, row.agency_id) if row else None
        return (Flyer(row.agency_id, row.place, row.name, row.language), agency) if row and agency else None

    async def visited(self, flyer: Flyer, agency: Agency, network: Network) -> None:
        """Count a visit, unless this network came to the place within the hour."""
        index = self._database.index
        key = index.one_time(flyer.place, network_key(index, network.address))
        async with self._database.transaction(agency.id) as tx:
            if await self._counters.take(tx, VISIT, key, limit=1, window=HOUR):
                await flyers.count_visit(tx.session, agency.id, flyer.place, agency.day(tx.now))

    async def listed(self, agency: UUID) -> list[FlyerCounts]:
        """Return an agency's places with what came of them."""
        async with self._database.transaction(agency) as tx:
            rows = await flyers.listed(tx.session, agency)
        return [
            FlyerCounts(row.place, row.name, row.language, int(row.visits), int(row.signups), row.last_day)
            for row in rows
        ]  # fmt: skip
