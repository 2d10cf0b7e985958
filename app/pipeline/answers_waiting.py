"""Answers waiting: what people texted that is more than a word of ours, until a person has seen to it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.db import inbound
from app.db.transaction import Database

LAST_DIGITS = 4


class AnswersWaiting:
    """Lists what waits for a person, and keeps who saw to it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(
        self, agency: UUID, *, done: bool = False, after: tuple[datetime, UUID] | None = None, limit: int = 100
    ) -> list[dict[str, Any]]:
        """Return what waits, the oldest first; or what was seen to, the newest first."""
        async with self._database.transaction(agency) as tx:
            rows = await inbound.listed(tx.session, agency, done=done, after=after, limit=limit)
        return [_masked(row) for row in rows]

    async def done(self, agency: UUID, id_: UUID, *, by: str, note: str = "") -> dict[str, Any] | None:
        """Keep that a person saw to a text, once, and return it; None where there is none."""
        async with self._database.transaction(agency) as tx:
            await inbound.done(tx.session, agency, id_, by=by, note=note)
            row = await inbound.one(tx.session, agency, id_)
        return _masked(row) if row else None


def _masked(row: dict[str, Any]) -> dict[str, Any]:
    """Show the end of a number only: whom to call stands in the county's record, or in the provider's."""
    return {**row, "from": f"*** *** {row['from'][-LAST_DIGITS:]}"}
