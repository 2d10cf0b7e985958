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


async def by_id(session: Session, id_: UUID) -> Row[Any] | None:
    """Return a contact point without its value."""
    return await session.first(BY_ID, id=id_)


async def addresses(session: Session, agency: UUID, ids: Sequence[UUID]) -> list[bytes]:
    """Return the blind indexes of the addresses of these contact points."""
    if not ids:
        return []
    return [bytes(row.value_index) for row in await session.all(ADDRESSES, agency=agency, ids=list(ids))]
