"""County events: kept once each, sealed as received under the member's own key."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text
from uuid_utils.compat import uuid7

from app.db.columns import array, columns
from app.db.sealed import associated
from app.db.transaction import Session
from app.rules.facts import CountyEvent

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('intake ' || :agency, 0))")
KNOWN = text("""
    SELECT e.source, e.event_id, e.payload_digest
      FROM unnest(cast(:sources AS text[]), cast(:ids AS text[])) v (source, event_id)
      JOIN county_event e ON (e.agency_id, e.source, e.event_id) = (cast(:agency AS uuid), v.source, v.event_id)
""")
KEYS = text("SELECT id, key_sealed FROM member WHERE agency_id = :agency AND id = ANY(cast(:ids AS uuid[]))")
COLUMNS = (
    "id",
    "source",
    "event_id",
    "type",
    "time",
    "member_id",
    "payload_digest",
    "payload_sealed",
    "outcome",
)
KEEP = text("""
    INSERT INTO county_event (agency_id, id, source, event_id, type, time, member_id, payload_digest, payload_sealed,
           outcome, received_at)
    SELECT :agency, v.*, :now FROM unnest(cast(:id AS uuid[]), cast(:source AS text[]), cast(:event_id AS text[]),
             cast(:type AS text[]), cast(:time AS timestamptz[]), cast(:member_id AS uuid[]),
             cast(:payload_digest AS bytea[]), cast(:payload_sealed AS bytea[]), cast(:outcome AS text[])) v
""")


@dataclass(frozen=True, slots=True)
class Kept:
    """An event with what it did, to be kept."""

    event: CountyEvent
    member: UUID
    outcome: str
    digest: bytes = field(repr=False)


def digest(session: Session, agency: UUID, payload: bytes) -> bytes:
    """Return the keyed digest by which the same payload is known again."""
    return session.index.of_bytes("county_event.payload", agency, payload)


async def one_at_a_time(session: Session, agency: UUID) -> None:
    """Wait until no other transaction applies events of this agency."""
    await session.all(ONE_AT_A_TIME, agency=str(agency))


async def known(session: Session, agency: UUID, events: Sequence[CountyEvent]) -> dict[tuple[str, str], bytes]:
    """Return the payload digests of those events that are already kept, by (source, id)."""
    rows = await session.all(
        KNOWN, agency=agency, sources=array(e.source for e in events), ids=array(e.id for e in events)
    )
    return {(row.source, row.event_id): row.payload_digest for row in rows}


async def keep(session: Session, agency: UUID, kept: Sequence[Kept]) -> None:
    """Keep events, each sealed under its member's key."""
    if not kept:
        return
    keys = await _member_keys(session, agency, list({one.member for one in kept}))
    rows = [_row(one, keys[one.member], agency) for one in kept]
    await session.run(KEEP, agency=agency, now=session.now, **columns(COLUMNS, rows))


async def _member_keys(session: Session, agency: UUID, members: list[UUID]) -> dict[UUID, AESGCM]:
    rows = await session.all(KEYS, agency=agency, ids=array(members))
    return {
        row.id: AESGCM(session.ring.open_bytes(row.key_sealed, associated("member.key", agency, row.id)))
        for row in rows
    }


def _row(one: Kept, key: AESGCM, agency: UUID) -> tuple[Any, ...]:
    event, id_ = one.event, uuid7()
    nonce = id_.bytes[4:]  # unique under this key: the id is fresh for each event
    sealed = nonce + key.encrypt(nonce, event.payload, associated("county_event.payload", agency, id_))
    return (id_, event.source, event.id, event.type, event.time, one.member, one.digest, sealed, one.outcome)
