"""Stored answers: what was answered to a request with an idempotency key."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.transaction import Session

TRY = text("SELECT pg_try_advisory_xact_lock(hashtextextended('answer ' || :agency || ' ' || :key, 0)) AS free")
ONE = text("SELECT request_digest, result FROM stored_answer WHERE agency_id = :agency AND key = :key")
KEEP = text("""
    INSERT INTO stored_answer (agency_id, key, request_digest, result, created_at)
    VALUES (:agency, :key, :digest, cast(:result AS jsonb), :now)
""")


async def try_alone(session: Session, agency: UUID, key: str) -> bool:
    """Take the key for this transaction, unless another one holds it."""
    row = await session.first(TRY, agency=str(agency), key=key)
    return bool(row and row.free)


async def one(session: Session, agency: UUID, key: str) -> Row[Any] | None:
    """Return the stored answer of a key."""
    return await session.first(ONE, agency=agency, key=key)


async def keep(session: Session, agency: UUID, key: str, *, digest: bytes, result: dict[str, Any]) -> None:
    """Store an answer."""
    await session.run(KEEP, agency=agency, key=key, digest=digest, result=json.dumps(result), now=session.now)
