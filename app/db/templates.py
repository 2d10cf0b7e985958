"""Template versions: what is shipped or written, kept for good, so that each message has its words' proof."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from uuid_utils.compat import uuid7

from app.db.transaction import Session

CURRENT = text("""
    SELECT DISTINCT ON (key, language) id, key, language, version, digest, review FROM template_version
     WHERE agency_id IS NULL ORDER BY key, language, version DESC
""")
RELEASED = text("""
    SELECT DISTINCT ON (key, language) id, key, language, version, digest, review FROM template_version
     WHERE agency_id IS NULL ORDER BY key, language, review = 'approved' DESC, version DESC
""")
APPROVED = text("SELECT id FROM template_version WHERE agency_id IS NULL AND review = 'approved'")
MARK = text("""
    SELECT count(*) AS versions, bit_xor(hashtextextended(cast(id AS text), 0)) AS ids FROM template_version
     WHERE agency_id IS NULL
""")
ADD = text("""
    INSERT INTO template_version (id, agency_id, key, language, version, source, digest, review, created_at)
    VALUES (:id, NULL, :key, :language, :version, :source, :digest, :review, :now) ON CONFLICT DO NOTHING
""")
SOURCES = text("SELECT id, key, language, source FROM template_version WHERE id = ANY(cast(:ids AS uuid[]))")


async def current(session: Session) -> Sequence[Row[Any]]:
    """Return the newest version of each shipped template: id, key, language, version, digest, review."""
    return await session.all(CURRENT)


async def released(session: Session) -> Sequence[Row[Any]]:
    """Return the newest approved version of each shipped template; where there is none, the newest."""
    return await session.all(RELEASED)


async def approved(session: Session) -> frozenset[UUID]:
    """Return every version that was approved."""
    return frozenset(row.id for row in await session.all(APPROVED))


async def mark(session: Session) -> tuple[int, int]:
    """Return what is the same as long as the same shipped templates are held; far less to read than all of them."""
    row = await session.first(MARK)
    return (row.versions, row.ids or 0) if row else (0, 0)


async def add(session: Session, key: str, language: str, *, version: int, source: str, review: str) -> None:
    """Keep a new version of a shipped template."""
    await session.run(
        ADD, id=uuid7(), key=key, language=language, version=version, source=source,
        digest=digest(source), review=review, now=session.now,
    )  # fmt: skip


async def sources(session: Session, ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    """Return the text of these versions."""
    return await session.all(SOURCES, ids=list(ids))


def digest(source: str) -> bytes:
    """Return the digest by which the same text is known again."""
    return sha256(source.encode()).digest()
