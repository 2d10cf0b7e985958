"""Alarms: what an operator has to look at, one row an hour for each kind, with how often it came."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from uuid_utils.compat import uuid7

from app.db.transaction import Session

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('alarm ' || :kind, 0))")
AGAIN = text("""
    UPDATE alarm SET n = n + 1
     WHERE agency_id = :agency AND kind = :kind AND at > cast(:now AS timestamptz) - interval '1 hour' AND seen_at IS NULL
""")
NEW = text("INSERT INTO alarm (agency_id, id, kind, at, n) VALUES (:agency, :id, :kind, :now, 1)")
OPEN = text("""
    SELECT a.agency_id, g.code, a.kind, max(a.at) AS at, sum(a.n) AS n
      FROM alarm a JOIN agency g ON g.id = a.agency_id
     WHERE a.seen_at IS NULL AND a.at > :since GROUP BY 1, 2, 3 ORDER BY 2, 3
""")


async def raise_one(session: Session, agency: UUID, kind: str) -> bool:
    """Raise an alarm, or count it with the one of this hour; say whether it is a new one."""
    await session.all(ONE_AT_A_TIME, kind=f"{agency} {kind}")
    if await session.run(AGAIN, agency=agency, kind=kind, now=session.now):
        return False
    await session.run(NEW, agency=agency, id=uuid7(), kind=kind, now=session.now)
    return True


async def open_since(session: Session, since: datetime) -> Sequence[Row[Any]]:
    """Return the alarms since a moment that nobody has seen to, by agency and kind."""
    return await session.all(OPEN, since=since)
