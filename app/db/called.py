"""Numbers and addresses: when each was reached lately, whoever of the agency's members that was for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.db.columns import columns
from app.db.transaction import Session

# The law counts calls by number. Over a contact point `cp`; with the moments since which they count.
CALLED = """
      JOIN message other ON (other.agency_id, other.member_id, other.contact_point_id)
                          = (same.agency_id, same.member_id, same.id) AND other.channel = 'voice'
           AND other.kind IN ('reminder', 'broadcast') AND other.tries > 0
      JOIN attempt a ON a.message_id = other.id AND a.state IN ('intended', 'unclear', 'accepted')
           AND a.intended_at > :since
"""
CALLS = f"""
    SELECT count(*) AS calls, max(a.intended_at) AS at FROM contact_point same {CALLED}
     WHERE (same.agency_id, same.value_index) = (cp.agency_id, cp.value_index)
"""  # noqa: S608  (constants of ours)
# For an agency and not for a number: a claim of a thousand would fill the server's table of locks.
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('caps ' || :channel || ' ' || :agency, 0))")
# From each address by its index to its points, and from those to their messages: else the server, whose statistics lag
# behind, reads all that was sent lately and compares each with each address.
ADDRESSES = """
    unnest(cast(:value AS bytea[])) AS v (value)
     CROSS JOIN LATERAL (SELECT cp.agency_id, cp.member_id, cp.id FROM contact_point cp
                          WHERE (cp.agency_id, cp.value_index) = (:agency, v.value) OFFSET 0) same
"""
# Every call that was made counts, answered or not.
CALLED_LATELY = text(f"""
    SELECT v.value, array_agg(call.intended_at) AS each FROM {ADDRESSES}
     CROSS JOIN LATERAL (SELECT a.intended_at FROM (VALUES (1)) one {CALLED} OFFSET 0) call
     GROUP BY v.value
""")  # noqa: S608
# A text or an e-mail counts once, when it left (what a provider holds for later: when it will leave); what is on its
# way counts now, and what did not arrive not at all. (CASE and not coalesce: row-level security lets only that one
# be looked up in an index.)
WRITTEN_LATELY = text(f"""
    SELECT v.value, array_agg(coalesce(text.handed_at, :at)) AS each FROM {ADDRESSES}
     CROSS JOIN LATERAL (
       SELECT other.handed_at FROM message other
        WHERE (other.agency_id, other.contact_point_id, other.channel) = (same.agency_id, same.id, :channel)
          AND other.status IN ('sending', 'sent', 'delivered', 'unknown')
          AND CASE WHEN other.handed_at IS NULL THEN 'infinity' ELSE other.handed_at END > :since
          AND other.kind IN ('reminder', 'broadcast') OFFSET 0) text
     GROUP BY v.value
""")  # noqa: S608
PUT_OFF = text("""
    UPDATE message m SET due_at = v.at
      FROM unnest(cast(:id AS uuid[]), cast(:period AS date[]), cast(:at AS timestamptz[])) v (id, period, at)
     WHERE (m.id, m.period) = (v.id, v.period) AND m.status = 'planned'
""")


async def lately(
    session: Session, agency: UUID, channel: str, addresses: Sequence[bytes], *, since: datetime, at: datetime
) -> Mapping[bytes, list[datetime]]:
    """Return when those of these addresses were reached that were reached at all.

    No other transaction of the agency is told of the channel before this one ends, so that two never reach one
    address.
    """
    await session.run(ONE_AT_A_TIME, agency=str(agency), channel=channel)
    asked = {"agency": agency, "since": since, **columns(("value",), [(one,) for one in addresses])}
    if channel == "voice":
        rows = await session.all(CALLED_LATELY, **asked)
    else:
        rows = await session.all(WRITTEN_LATELY, channel=channel, at=at, **asked)
    return {bytes(row.value): list(row.each) for row in rows}


async def put_off(session: Session, rows: Sequence[tuple[UUID, Any, datetime]]) -> None:
    """Set when planned messages are due: (id, period, when) each."""
    if rows:
        await session.run(PUT_OFF, **columns(("id", "period", "at"), rows))
