"""Safe words: a word that a person chose, shown in every message to them, so that they know it is ours."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from app.db.columns import columns
from app.db.sealed import associated
from app.db.transaction import Session

COLUMN = "member.safe_word"
PUT = text("""
    UPDATE member m SET safe_word_sealed = v.sealed
      FROM unnest(cast(:id AS uuid[]), cast(:sealed AS bytea[])) AS v (id, sealed)
     WHERE (m.agency_id, m.id) = (:agency, v.id)
""")
OF_MEMBER = text("SELECT safe_word_sealed FROM member WHERE agency_id = :agency AND id = :member")


async def put(session: Session, agency: UUID, members: Sequence[UUID], word: str | None) -> None:
    """Keep the word of these members, or forget it."""
    rows = [(id_, word and session.ring.seal(word, associated(COLUMN, agency, id_))) for id_ in members]
    if rows:
        await session.run(PUT, agency=agency, **columns(("id", "sealed"), rows))


async def of_member(session: Session, agency: UUID, member: UUID) -> str | None:
    """Return a member's word, if there is one."""
    row = await session.first(OF_MEMBER, agency=agency, member=member)
    if row is None or row.safe_word_sealed is None:
        return None
    return session.ring.open(row.safe_word_sealed, associated(COLUMN, agency, member))
