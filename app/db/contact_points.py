"""Contact points by themselves: by id, and their addresses' indexes."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.transaction import Session

BY_ID = text("SELECT agency_id, id, member_id, kind, value_index FROM contact_point WHERE id = :id")
ADDRESSES = text("""
    SELECT DISTINCT value_index FROM contact_point WHERE agency_id = :agency AND id = ANY(cast(:ids AS uuid[]))
""")

SOMEBODY_ELSES = text("""
    UPDATE contact_point SET state = 'wrong_person'
     WHERE agency_id = :agency AND value_index = :address AND state <> 'wrong_person'
""")


async def by_id(session: Session, id_: UUID) -> Row[Any] | None:
    """Return a contact point without its value."""
    return await session.first(BY_ID, id=id_)


async def addresses(session: Session, agency: UUID, ids: Sequence[UUID]) -> list[bytes]:
    """Return the blind indexes of the addresses of these contact points."""
    if not ids:
        return []
    return [bytes(row.value_index) for row in await session.all(ADDRESSES, agency=agency, ids=list(ids))]


async def are_of_somebody_else(session: Session, agency: UUID, address: bytes) -> int:
    """Mark an address as somebody else's at every member of the agency; return at how many that is new."""
    return await session.run(SOMEBODY_ELSES, agency=agency, address=address)
