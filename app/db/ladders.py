"""Ladder versions: what is shipped or an agency's own, kept for good; the newest of each is in force."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from uuid_utils.compat import uuid7

from app.db.templates import digest
from app.db.transaction import Session

AS_SHIPPED = ""
"""The source of an agency's version that says: as shipped; of a shipped one: no longer shipped."""

ONE_WRITER = text("SELECT pg_advisory_xact_lock(hashtextextended('ladders', 0))")
CURRENT = text("""
    SELECT DISTINCT ON (agency_id, name) id, agency_id, name, version, digest, source = '' AS dropped, created_at
      FROM ladder_version
     WHERE agency_id IS NULL OR cast(:agency AS uuid) IS NULL OR agency_id = :agency
     ORDER BY agency_id, name, version DESC
""")
HISTORY = text("""
    SELECT id, agency_id, name, created_at FROM ladder_version
     WHERE (agency_id IS NULL OR agency_id = :agency) AND name = ANY(cast(:names AS text[])) AND source <> ''
     ORDER BY name, version
""")
SOURCES = text("SELECT id, agency_id, name, version, source FROM ladder_version WHERE id = ANY(cast(:ids AS uuid[]))")
ADD = text("""
    INSERT INTO ladder_version (id, agency_id, name, version, source, digest, created_at)
    SELECT :id, cast(:agency AS uuid), cast(:name AS text), coalesce(max(version), 0) + 1, :source, :digest, :now
      FROM ladder_version WHERE name = :name AND agency_id IS NOT DISTINCT FROM cast(:agency AS uuid)
    ON CONFLICT DO NOTHING
""")
REPLAN = text("""
    INSERT INTO replan (agency_id, renewal_id)
    SELECT agency_id, id FROM renewal
     WHERE (cast(:agency AS uuid) IS NULL OR agency_id = :agency) AND status <> 'canceled'
       AND occasion = ANY(cast(:occasions AS text[])) AND renewal_month >= :since
    ON CONFLICT DO NOTHING
""")


async def one_writer(session: Session) -> None:
    """Wait until nobody else changes ladders."""
    await session.all(ONE_WRITER)


async def current(session: Session, agency: UUID | None) -> Sequence[Row[Any]]:
    """Return the newest versions of what is shipped and of an agency's own, or of every agency's."""
    return await session.all(CURRENT, agency=agency)


async def history(session: Session, agency: UUID, names: Sequence[str]) -> Sequence[Row[Any]]:
    """Return every version that these ladders had, what is shipped and the agency's own, the oldest first."""
    return await session.all(HISTORY, agency=agency, names=list(names))


async def sources(session: Session, ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    """Return the text of these versions."""
    return await session.all(SOURCES, ids=list(ids))


async def add(session: Session, agency: UUID | None, name: str, source: str) -> None:
    """Keep a new version, of an agency's own or (with None) of what is shipped."""
    await session.run(
        ADD, id=uuid7(), agency=agency, name=name, source=source, digest=digest(source), now=session.now
    )  # fmt: skip


async def mark_for_planning(session: Session, agency: UUID | None, occasions: Sequence[str], since: date) -> int:
    """Mark what falls due from a month on, for an agency or for all, to be planned anew."""
    return await session.run(REPLAN, agency=agency, occasions=list(occasions), since=since)
