"""What people send us, a text or a key in a call to us: kept once and sealed, and what of it waits for a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from uuid_utils.compat import uuid7

from app.db.sealed import associated
from app.db.transaction import Session

OF_A_CALL = "call_key"
"""The meaning that a key in a call to us is kept under; the others are those of texts (`app.rules.keywords`)."""
KEEP = text("""
    INSERT INTO inbound (agency_id, id, provider, key, from_index, from_sealed, body_sealed, meaning, received_at)
    VALUES (:agency, :id, :provider, :key, :from_index, :from_sealed, :body_sealed, :meaning, :now)
    ON CONFLICT DO NOTHING
""")
SINCE = text("""
    SELECT count(*) AS n FROM inbound
     WHERE agency_id = :agency AND from_index = :address AND received_at > :since AND meaning <> :of_a_call
""")
STOPPED_BEFORE = text("""
    SELECT FROM inbound said JOIN address_stop st ON (st.agency_id, st.address_index) = (said.agency_id, said.from_index)
     WHERE said.agency_id = :agency AND said.from_index = :address AND said.meaning = 'stop' AND said.id IS DISTINCT FROM :id
       AND st.channel = 'sms' AND st.stopped AND said.received_at >= st.at
""")
WAIT = text("UPDATE inbound SET waits = true, member_id = :member WHERE agency_id = :agency AND id = :id")
REFS = """
    coalesce((SELECT array_agg(m.id || ' ' || encode(m.ref_sealed, 'hex') ORDER BY m.created_at, m.id)
                FROM contact_point c JOIN member m ON (m.agency_id, m.id) = (c.agency_id, c.member_id)
               WHERE (c.agency_id, c.value_index) = (i.agency_id, i.from_index) AND c.listed AND c.state <> 'wrong_person'
                 AND m.ref_sealed IS NOT NULL AND m.status = 'active'), '{}') AS refs
"""
WAITING = text(f"""
    SELECT i.id, i.from_sealed, i.body_sealed, i.meaning, i.received_at, i.done_at, i.done_by, i.note_sealed, {REFS}
      FROM inbound i
     WHERE i.agency_id = :agency AND i.waits AND i.done_at IS NULL
       AND (cast(:after AS timestamptz) IS NULL OR (i.received_at, i.id) > (:after, cast(:after_id AS uuid)))
     ORDER BY i.received_at, i.id LIMIT :limit
""")  # noqa: S608  (constants of ours)
SEEN_TO = text(f"""
    SELECT i.id, i.from_sealed, i.body_sealed, i.meaning, i.received_at, i.done_at, i.done_by, i.note_sealed, {REFS}
      FROM inbound i
     WHERE i.agency_id = :agency AND i.waits AND i.done_at IS NOT NULL
       AND (cast(:after AS timestamptz) IS NULL OR (i.received_at, i.id) < (:after, cast(:after_id AS uuid)))
     ORDER BY i.received_at DESC, i.id DESC LIMIT :limit
""")  # noqa: S608
ONE = text(f"""
    SELECT i.id, i.from_sealed, i.body_sealed, i.meaning, i.received_at, i.done_at, i.done_by, i.note_sealed, {REFS}
      FROM inbound i WHERE i.agency_id = :agency AND i.id = :id AND i.waits
""")  # noqa: S608
REFS_OF = text("""
    SELECT m.id || ' ' || encode(m.ref_sealed, 'hex') AS ref FROM contact_point c
      JOIN member m ON (m.agency_id, m.id) = (c.agency_id, c.member_id)
     WHERE c.agency_id = :agency AND c.value_index = :address AND c.listed AND c.state <> 'wrong_person'
       AND m.ref_sealed IS NOT NULL AND m.status = 'active' ORDER BY m.created_at, m.id
""")
DONE = text("""
    UPDATE inbound SET done_at = :now, done_by = :by, note_sealed = :note
     WHERE agency_id = :agency AND id = :id AND waits AND done_at IS NULL
""")


async def keep(
    session: Session, agency: UUID, *, provider: str, key: str, sender: str, body: str, meaning: str
) -> UUID | None:
    """Keep what a person sent us once; return its id, None for what we have already."""
    id_ = uuid7()
    kept = await session.run(
        KEEP,
        agency=agency,
        id=id_,
        provider=provider,
        key=key,
        from_index=session.index.of("contact_point.phone", agency, sender),
        from_sealed=session.ring.seal(sender, associated("inbound.from", agency, agency)),
        body_sealed=session.ring.seal(body, associated("inbound.body", agency, agency)),
        meaning=meaning,
        now=session.now,
    )
    return id_ if kept else None


async def count_since(session: Session, agency: UUID, address: bytes, since: datetime) -> int:
    """Return how many texts a number sent us since a moment."""
    row = await session.first(SINCE, agency=agency, address=address, since=since, of_a_call=OF_A_CALL)
    return int(row.n) if row else 0


async def stopped_before(session: Session, agency: UUID, address: bytes, id_: UUID) -> bool:
    """Say whether a number stopped texts by an earlier text, and that stop still stands."""
    return await session.first(STOPPED_BEFORE, agency=agency, address=address, id=id_) is not None


async def refs(session: Session, agency: UUID, address: bytes) -> list[str]:
    """Return the references of the members who list an address."""
    return [_ref(session, agency, row.ref) for row in await session.all(REFS_OF, agency=agency, address=address)]


async def wait(session: Session, agency: UUID, id_: UUID, member: UUID | None) -> None:
    """Have a text wait for a person."""
    await session.run(WAIT, agency=agency, id=id_, member=member)


async def listed(
    session: Session, agency: UUID, *, done: bool, after: tuple[datetime, UUID] | None, limit: int
) -> list[dict[str, Any]]:
    """Return what waits, the oldest first, or what was seen to, the newest first; opened."""
    at, id_ = after or (None, None)
    rows = await session.all(SEEN_TO if done else WAITING, agency=agency, after=at, after_id=id_, limit=limit)
    return _opened(session, agency, rows)


async def one(session: Session, agency: UUID, id_: UUID) -> dict[str, Any] | None:
    """Return one text that waits or waited for a person."""
    row = await session.first(ONE, agency=agency, id=id_)
    return _opened(session, agency, [row])[0] if row else None


async def done(session: Session, agency: UUID, id_: UUID, *, by: str, note: str) -> bool:
    """Keep that a person saw to a text; say whether it still waited."""
    sealed = session.ring.seal(note, associated("inbound.note", agency, id_)) if note else None
    return await session.run(DONE, agency=agency, id=id_, by=by, note=sealed, now=session.now) > 0


def _opened(session: Session, agency: UUID, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    ring, of_agency = session.ring, associated("inbound.from", agency, agency)
    return [
        {
            "id": row.id,
            "from": ring.open(row.from_sealed, of_agency),
            "body": ring.open(row.body_sealed, associated("inbound.body", agency, agency)),
            "meaning": row.meaning,
            "received_at": row.received_at,
            "member_refs": [_ref(session, agency, one) for one in row.refs],
            "done_at": row.done_at,
            "done_by": row.done_by,
            "note": row.note_sealed and ring.open(row.note_sealed, associated("inbound.note", agency, row.id)),
        }
        for row in rows
    ]


def _ref(session: Session, agency: UUID, told: str) -> str:
    member, sealed = told.split(" ")
    return session.ring.open(bytes.fromhex(sealed), associated("member.ref", agency, UUID(member)))
