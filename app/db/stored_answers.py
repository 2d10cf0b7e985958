"""Stored answers: what was answered to a request with an idempotency key."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.db.sealed import associated
from app.db.transaction import Session

TRY = text("SELECT pg_try_advisory_xact_lock(hashtextextended('answer ' || :agency || ' ' || :key, 0)) AS free")
ONE = text("SELECT request_digest, result_sealed FROM stored_answer WHERE agency_id = :agency AND key = :key")
KEEP = text("""
    INSERT INTO stored_answer (agency_id, key, request_digest, result_sealed, created_at)
    VALUES (:agency, :key, :digest, :result, :now)
""")
SWEEP = text("DELETE FROM stored_answer WHERE created_at < :before")


async def try_alone(session: Session, agency: UUID, key: str) -> bool:
    """Take the key for this transaction, unless another one holds it."""
    row = await session.first(TRY, agency=str(agency), key=key)
    return bool(row and row.free)


async def one(session: Session, agency: UUID, key: str) -> tuple[bytes, dict[str, Any]] | None:
    """Return the digest of the request that came with a key, and its answer."""
    row = await session.first(ONE, agency=agency, key=key)
    if row is None:
        return None
    return bytes(row.request_digest), json.loads(session.ring.open(row.result_sealed, _place(agency)))


async def keep(session: Session, agency: UUID, key: str, *, digest: bytes, result: dict[str, Any]) -> None:
    """Store an answer, sealed: it may hold addresses."""
    sealed = session.ring.seal(json.dumps(result), _place(agency))
    await session.run(KEEP, agency=agency, key=key, digest=digest, result=sealed, now=session.machine_now)


async def sweep(session: Session, before: datetime) -> int:
    """Remove answers that nobody will ask for again."""
    return await session.run(SWEEP, before=before)


def _place(agency: UUID) -> bytes:
    return associated("stored_answer.result", agency, agency)
