"""Readiness: whether this process can do its work now."""

import asyncio

from app.db.schema import held_schema
from app.db.transaction import AWAY, Database
from app.logs import log
from app.rules.releases import misfit

WITHIN = 3.0
"""Seconds that the database has to answer."""


def is_passing(error: Exception) -> bool:
    """Say whether an error only means that the database is away just now."""
    return isinstance(error, AWAY)


class Readiness:
    """Looks at what every request needs."""

    def __init__(self, database: Database, known_schema: str) -> None:
        self._database, self._known = database, known_schema

    async def missing(self) -> list[str]:
        """Return what is missing, a sentence each; nothing means ready."""
        try:
            async with asyncio.timeout(WITHIN), self._database.transaction(None) as tx:
                held, oldest = await held_schema(tx.session)
        except Exception as error:  # noqa: BLE001  (whatever it is, requests would meet it too)
            log().warning("not ready", error=type(error).__name__)
            return ["the database does not answer"]
        wrong = misfit(held, self._known, oldest)
        return [wrong] if wrong else []
