"""What is held about an address, for whoever has shown to hold it: yes and no, what was sent there, what came from it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.sealed import associated
from app.db.transaction import Session

# Who said that a number is not that person's may hold it now, and must see nothing of who held it before.
SINCE = """(SELECT coalesce(max(w.at), '-infinity') FROM consent w
             WHERE w.agency_id = :agency AND w.address_index = :address AND w.basis = 'wrong_person')"""
CONSENTS = text(f"""
    SELECT DISTINCT at, channel, purpose, granted, basis, source, with_whom, wording, language, until
      FROM consent WHERE agency_id = :agency AND address_index = :address AND at >= {SINCE}
     ORDER BY at, channel, purpose
""")  # noqa: S608  (a constant of ours)
# What is still to come is left out: its day would tell the month of a renewal to whoever holds the phone.
MESSAGES = text(f"""
    SELECT DISTINCT m.id, m.handed_at, m.channel, m.kind, m.language, m.status
      FROM contact_point cp JOIN message m ON (m.agency_id, m.contact_point_id) = (cp.agency_id, cp.id)
     WHERE cp.agency_id = :agency AND cp.value_index = :address AND m.handed_at >= {SINCE}
     UNION
    SELECT m.id, m.handed_at, m.channel, m.kind, m.language, m.status
      FROM signup s JOIN message m ON m.agency_id = s.agency_id AND m.once_key = 'code:' || s.id
     WHERE s.agency_id = :agency AND s.address_index = :address AND m.kind = 'code' AND m.handed_at >= {SINCE}
     ORDER BY 2, 1
""")  # noqa: S608  (a constant of ours)
REPLIES = text(f"""
    SELECT received_at, meaning, body_sealed FROM inbound
     WHERE agency_id = :agency AND from_index = :address AND received_at >= {SINCE}
     ORDER BY received_at
""")  # noqa: S608  (a constant of ours)
CHOICES = text(f"""
    SELECT DISTINCT ON (at, what) at, what, agency_id, id, said_sealed FROM choice
     WHERE agency_id = :agency AND address_index = :address AND at >= {SINCE}
     ORDER BY at, what, id
""")  # noqa: S608  (a constant of ours)


async def consents(session: Session, agency: UUID, address: bytes) -> Sequence[Row[Any]]:
    """Return each yes and no that is about an address, once, however many share it."""
    return await session.all(CONSENTS, agency=agency, address=address)


async def messages(session: Session, agency: UUID, address: bytes) -> Sequence[Row[Any]]:
    """Return what was handed over to go to an address."""
    return await session.all(MESSAGES, agency=agency, address=address)


async def replies(session: Session, agency: UUID, address: bytes) -> list[tuple[Row[Any], str]]:
    """Return what came from an address, each with its words."""
    rows = await session.all(REPLIES, agency=agency, address=address)
    place = associated("inbound.body", agency, agency)
    return [(row, session.ring.open(row.body_sealed, place)) for row in rows]


async def choices(session: Session, agency: UUID, address: bytes) -> Sequence[Row[Any]]:
    """Return what was chosen from an address, once, however many share it."""
    return await session.all(CHOICES, agency=agency, address=address)
