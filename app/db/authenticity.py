"""Codes of messages: which agency sent a message with a code, and when; never to whom."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from app.db.transaction import Session

# What was written down and may have left: a refused attempt, and one that is proven never to have arrived, did not.
SENT = text("""
    SELECT a.agency_id, coalesce(a.send_at, a.accepted_at, a.intended_at) AS at FROM attempt a
     WHERE a.code = :code AND a.state IN ('intended', 'unclear', 'accepted')
       AND (cast(:agency AS uuid) IS NULL OR a.agency_id = :agency)
     ORDER BY a.intended_at DESC LIMIT 1
""")


async def sent(session: Session, code: str, agency: UUID | None) -> tuple[UUID, datetime] | None:
    """Return whose message has a code, and when it left; only those of one agency, if it is named."""
    row = await session.first(SENT, code=code, agency=agency)
    return (row.agency_id, row.at) if row else None
