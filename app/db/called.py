"""Calls to numbers: when each was called lately, whoever of the agency's members that was for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.db.columns import columns
from app.db.transaction import Session

# The law counts calls by number. Over a contact point `cp`; with the moments since which they count.
CALLS = """
    SELECT count(*) AS calls, max(a.intended_at) AS at, array_agg(a.intended_at) AS each
      FROM contact_point same
      JOIN message other ON (other.agency_id, other.member_id, other.contact_point_id)
                          = (same.agency_id, same.member_id, same.id) AND other.channel = 'voice'
      JOIN attempt a ON a.message_id = other.id AND a.state IN ('intended', 'unclear', 'accepted')
           AND a.intended_at > :calls_since
     WHERE (same.agency_id, same.value_index) = (cp.agency_id, cp.value_index)
"""
# For an agency and not for a number: a claim of a thousand calls would fill the server's table of locks.
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('calls ' || :agency, 0))")
LATELY = text(f"""
    SELECT cp.id, cp.value_index, called.each FROM contact_point cp CROSS JOIN LATERAL ({CALLS}) called
     WHERE cp.agency_id = :agency AND cp.id = ANY(cast(:points AS uuid[]))
""")  # noqa: S608  (constants of ours)
PUT_OFF = text("""
    UPDATE message m SET due_at = v.at
      FROM unnest(cast(:id AS uuid[]), cast(:period AS date[]), cast(:at AS timestamptz[])) v (id, period, at)
     WHERE (m.id, m.period) = (v.id, v.period) AND m.status = 'planned'
""")


async def lately(
    session: Session, agency: UUID, points: Sequence[UUID], since: datetime
) -> Mapping[UUID, list[datetime]]:
    """Return when the numbers of contact points were called; two points of one number share one list.

    No other transaction of the agency is told before this one ends, so that two never call one number.
    """
    await session.run(ONE_AT_A_TIME, agency=str(agency))
    numbers: dict[bytes, list[datetime]] = {}
    rows = await session.all(LATELY, agency=agency, points=list(points), calls_since=since)
    return {row.id: numbers.setdefault(bytes(row.value_index), list(row.each or ())) for row in rows}


async def put_off(session: Session, rows: Sequence[tuple[UUID, Any, datetime]]) -> None:
    """Set when planned messages are due: (id, period, when) each."""
    if rows:
        await session.run(PUT_OFF, **columns(("id", "period", "at"), rows))
