"""What is held of one member beside the member's own rows: messages, replies, and what evidence was kept."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from sqlalchemy import Row, text

from app.db.columns import array
from app.db.sealed import associated
from app.db.transaction import Session

MESSAGES = text("""
    SELECT m.id, m.kind, m.channel, cp.value_index, m.template, tv.version, m.language, m.step, rn.program,
           rn.renewal_month, m.status, m.reason, m.created_at, m.due_at, m.handed_at, m.ended_at, m.provider
      FROM message m
      LEFT JOIN contact_point cp ON (cp.agency_id, cp.id) = (m.agency_id, m.contact_point_id)
      LEFT JOIN renewal rn ON (rn.agency_id, rn.id) = (m.agency_id, m.renewal_id)
      LEFT JOIN template_version tv ON tv.id = m.template_version_id
     WHERE m.agency_id = :agency AND m.member_id = :member ORDER BY m.due_at, m.id
""")
REPLIES = text("""
    SELECT id, from_index, body_sealed, meaning, received_at FROM inbound
     WHERE agency_id = :agency AND from_index = ANY(cast(:addresses AS bytea[])) ORDER BY received_at, id
""")


async def messages(session: Session, agency: UUID, member: UUID) -> Sequence[Row[Any]]:
    """Return a member's messages in the order in which they were due."""
    return await session.all(MESSAGES, agency=agency, member=member)


async def replies(session: Session, agency: UUID, addresses: Collection[bytes]) -> list[dict[str, Any]]:
    """Return what was sent to us from these addresses, opened."""
    place = associated("inbound.body", agency, agency)
    return [
        {
            "id": row.id,
            "from": bytes(row.from_index),
            "body": session.ring.open(row.body_sealed, place),
            "meaning": row.meaning,
            "received_at": row.received_at,
        }
        for row in await session.all(REPLIES, agency=agency, addresses=array(addresses))
    ]


def evidence(session: Session, agency: UUID, line: Row[Any]) -> str | None:
    """Return the evidence of a line of the ledger; nothing where there is none, or its key is gone."""
    if line.evidence_sealed is None:
        return None
    try:
        return session.ring.open(line.evidence_sealed, associated("consent.evidence", agency, line.id))
    except (InvalidTag, KeyError):
        return None
