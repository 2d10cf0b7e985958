"""Visits: who has come in to the page of their choices, by an opaque number of which only the digest is kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from app.db.sealed import associated
from app.db.transaction import Session
from app.rules.choices import Visit

COLUMN = "visit.address"
BEGIN = text("""
    INSERT INTO visit (digest, agency_id, kind, address_sealed, address_index, begun_at, seen_at)
    VALUES (:digest, :agency, :kind, :sealed, :index, :now, :now)
""")
SEE = text("""
    UPDATE visit SET seen_at = :now WHERE digest = :digest AND seen_at > :seen_since AND begun_at > :begun_since
    RETURNING agency_id, kind, address_sealed, address_index
""")
END = text("DELETE FROM visit WHERE digest = :digest")
SWEEP = text("DELETE FROM visit WHERE seen_at <= :seen_since OR begun_at <= :begun_since")


async def begin(session: Session, digest: bytes, visit: Visit) -> None:
    """Keep who has come in."""
    sealed = session.ring.seal(visit.address, associated(COLUMN, visit.agency, _row(digest)))
    await session.run(
        BEGIN, digest=digest, agency=visit.agency, kind=visit.kind, sealed=sealed, index=visit.index,
        now=session.machine_now,
    )  # fmt: skip


async def see(session: Session, digest: bytes, *, seen_since: datetime, begun_since: datetime) -> Visit | None:
    """Return a visit that goes on, and note that it does; None if it is over."""
    row = await session.first(
        SEE, digest=digest, now=session.machine_now, seen_since=seen_since, begun_since=begun_since
    )  # fmt: skip
    if row is None:
        return None
    address = session.ring.open(row.address_sealed, associated(COLUMN, row.agency_id, _row(digest)))
    return Visit(row.agency_id, row.kind, address, bytes(row.address_index))


async def end(session: Session, digest: bytes) -> None:
    """End a visit."""
    await session.run(END, digest=digest)


async def sweep(session: Session, *, seen_since: datetime, begun_since: datetime) -> int:
    """Delete the visits that are over."""
    return await session.run(SWEEP, seen_since=seen_since, begun_since=begun_since)


def _row(digest: bytes) -> UUID:
    """Return what stands for the row's id where a value is bound to its place."""
    return UUID(bytes=digest[:16])
