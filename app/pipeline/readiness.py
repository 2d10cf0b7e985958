"""Readiness: whether this process can do its work now."""

import asyncio

from app.db.schema import held_schema
from app.db.transaction import Database
from app.logs import log

WITHIN = 3.0
"""Seconds that the database has to answer."""


class Readiness:
    """Looks at what every request needs."""

    def __init__(self, database: Database, known_schema: str) -> None:
        self._database, self._known = database, known_schema

    async def missing(self) -> list[str]:
        """Return what is missing, a sentence each; nothing means ready."""
        try:
            async with asyncio.timeout(WITHIN), self._database.transaction(None) as tx:
                held = await held_schema(tx.session)
        except Exception as error:  # noqa: BLE001  (whatever it is, requests would meet it too)
            log().warning("not ready", error=type(error).__name__)
            return ["the database does not answer"]
        if held != self._known:
            return [f"the database's schema is {held or 'empty'}, this version knows {self._known}"]
        return []
