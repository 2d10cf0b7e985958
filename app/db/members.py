"""Members with all that hangs on them: loaded and saved in sets."""

import json
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db import member_details
from app.db.columns import columns
from app.db.sealed import associated
from app.db.transaction import Session
from app.rules.record import Member, Stamp

MEMBER = """
    SELECT id, ref_index, ref_sealed, status, to_county_code, private_sealed, language_written,
           language_spoken, timezone, channels, stamps, milestones
      FROM member WHERE agency_id = :agency
"""
BY_REFS = MEMBER + " AND ref_index = ANY(cast(:refs AS bytea[])) ORDER BY id"
BY_IDS = MEMBER + " AND id = ANY(cast(:ids AS uuid[])) ORDER BY id"
LOCKED = " FOR UPDATE"  # in one order, so that two who lock the same members never wait for each other
READ_BY_REFS, LOCK_BY_REFS = text(BY_REFS), text(BY_REFS + LOCKED)
READ_BY_IDS, LOCK_BY_IDS = text(BY_IDS), text(BY_IDS + LOCKED)
IDS_BY_ADDRESS = text("""
    SELECT DISTINCT c.member_id FROM contact_point c
      JOIN member m ON (m.agency_id, m.id) = (c.agency_id, c.member_id) AND m.status = 'active'
     WHERE c.agency_id = :agency AND c.value_index = :address AND c.listed
""")
PROVISIONAL = text("""
    SELECT c.value_index, m.id FROM contact_point c JOIN member m ON (m.agency_id, m.id) = (c.agency_id, c.member_id)
     WHERE c.agency_id = :agency AND c.value_index = ANY(cast(:addresses AS bytea[])) AND m.ref_index IS NULL AND m.status = 'active'
""")
MEMBER_COLUMNS = (
    "id", "ref_index", "ref_sealed", "key_sealed", "status", "to_county_code", "private_sealed",
    "language_written", "language_spoken", "timezone", "channels", "stamps", "milestones", "born_in",
)  # fmt: skip
SAVE_MEMBERS = text("""
    INSERT INTO member AS held (agency_id, id, ref_index, ref_sealed, key_sealed, status, to_county_code,
      private_sealed, language_written, language_spoken, timezone, channels, stamps, milestones, born_in, created_at,
      updated_at)
    SELECT :agency, id, ref_index, ref_sealed, key_sealed, status, to_county_code, private_sealed, language_written,
           language_spoken, timezone, string_to_array(channels, ','), cast(stamps AS jsonb), cast(milestones AS jsonb),
           born_in, :now, :now
      FROM unnest(cast(:id AS uuid[]), cast(:ref_index AS bytea[]), cast(:ref_sealed AS bytea[]),
             cast(:key_sealed AS bytea[]), cast(:status AS text[]), cast(:to_county_code AS text[]),
             cast(:private_sealed AS bytea[]), cast(:language_written AS text[]), cast(:language_spoken AS text[]),
             cast(:timezone AS text[]), cast(:channels AS text[]), cast(:stamps AS text[]), cast(:milestones AS text[]),
             cast(:born_in AS date[]))
        AS v (id, ref_index, ref_sealed, key_sealed, status, to_county_code, private_sealed, language_written,
              language_spoken, timezone, channels, stamps, milestones, born_in)
    ON CONFLICT (agency_id, id) DO UPDATE SET
      ref_index = coalesce(excluded.ref_index, held.ref_index), ref_sealed = coalesce(excluded.ref_sealed, held.ref_sealed),
      status = excluded.status, to_county_code = excluded.to_county_code, private_sealed = excluded.private_sealed,
      language_written = excluded.language_written, language_spoken = excluded.language_spoken,
      timezone = excluded.timezone, channels = excluded.channels, stamps = excluded.stamps,
      milestones = excluded.milestones, born_in = excluded.born_in, updated_at = excluded.updated_at
""")
ADDRESSES = text("""
    SELECT id, value_index, value_sealed FROM contact_point WHERE agency_id = :agency AND member_id = :member
""")
EVENTS = text("""
    SELECT id, source, event_id, type, time, outcome, received_at FROM county_event
     WHERE agency_id = :agency AND member_id = :member ORDER BY time, id
""")
UNPLACED = text("""
    SELECT DISTINCT member_id FROM contact_point WHERE agency_id = :agency AND listed AND place IS NULL LIMIT :count
""")
REPLAN = text("""
    INSERT INTO replan (agency_id, renewal_id) SELECT agency_id, id FROM renewal
     WHERE agency_id = :agency AND member_id = ANY(cast(:ids AS uuid[]))
    ON CONFLICT DO NOTHING
""")


async def by_refs(session: Session, agency: UUID, refs: Iterable[str], *, lock: bool = False) -> dict[str, Member]:
    """Return the members held under these references; `lock` keeps others from changing them meanwhile."""
    indexes = {session.index.of("member.ref", agency, ref): ref for ref in refs}
    rows = await session.all(LOCK_BY_REFS if lock else READ_BY_REFS, agency=agency, refs=list(indexes))
    members = {indexes[bytes(row.ref_index)]: _member(session, agency, row) for row in rows}
    await member_details.fill(session, agency, {member.id: member for member in members.values()})
    return members


async def by_ids(session: Session, agency: UUID, ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, Member]:
    """Return members by their own ids; `lock` keeps others from changing them meanwhile."""
    rows = await session.all(LOCK_BY_IDS if lock else READ_BY_IDS, agency=agency, ids=list(ids))
    members = {row.id: _member(session, agency, row) for row in rows}
    await member_details.fill(session, agency, members)
    return members


async def ids_by_address(session: Session, agency: UUID, address: bytes) -> list[UUID]:
    """Return the members of the agency that list an address."""
    return [row.member_id for row in await session.all(IDS_BY_ADDRESS, agency=agency, address=address)]


async def provisional_by_address(session: Session, agency: UUID, addresses: Sequence[bytes]) -> dict[bytes, UUID]:
    """Return the provisional members (confirmed sign-ups without a county record) by address."""
    rows = await session.all(PROVISIONAL, agency=agency, addresses=list(addresses)) if addresses else []
    return {bytes(row.value_index): row.id for row in rows}


async def unplaced(session: Session, agency: UUID, count: int) -> list[UUID]:
    """Return some members who list an address of which nobody asked yet where its person is."""
    return [row.member_id for row in await session.all(UNPLACED, agency=agency, count=count)]


async def save(session: Session, agency: UUID, members: Sequence[Member]) -> None:
    """Write what changed of each member, and mark their renewals to be planned anew."""
    touched = [member for member in members if member.touched or member.new]
    rows = [_member_row(session, agency, member) for member in touched]
    if rows:
        await session.run(SAVE_MEMBERS, agency=agency, now=session.now, **columns(MEMBER_COLUMNS, rows))
    await member_details.save(session, agency, members)
    await mark_for_planning(session, agency, [member.id for member in members if member.changed])


async def addresses(session: Session, agency: UUID, member: UUID) -> dict[bytes, str]:
    """Return a member's addresses opened, by their blind index."""
    return {
        bytes(row.value_index): session.ring.open(row.value_sealed, associated("contact_point.value", agency, row.id))
        for row in await session.all(ADDRESSES, agency=agency, member=member)
    }


async def events(session: Session, agency: UUID, member: UUID) -> Sequence[Row[Any]]:
    """Return what the county told us of a member, without the sealed payloads."""
    return await session.all(EVENTS, agency=agency, member=member)


async def mark_for_planning(session: Session, agency: UUID, members: Sequence[UUID]) -> None:
    """Mark all renewals of these members to be planned anew."""
    if members:
        await session.run(REPLAN, agency=agency, ids=list(members))


def _member(session: Session, agency: UUID, row: Row[Any]) -> Member:
    ref = row.ref_sealed and session.ring.open(row.ref_sealed, associated("member.ref", agency, row.id))
    private = row.private_sealed and session.ring.open(row.private_sealed, associated("member.private", agency, row.id))
    return Member(
        id=row.id,
        ref=ref or "",
        status=row.status,
        to_county_code=row.to_county_code,
        private=json.loads(private) if private else {},
        language_written=row.language_written,
        language_spoken=row.language_spoken,
        timezone=row.timezone,
        channels=row.channels,
        stamps={group: _stamp(value) for group, value in row.stamps.items()},
        milestones=row.milestones,
    )


def _stamp(value: Sequence[str]) -> Stamp:
    return datetime.fromisoformat(value[0]), value[1], value[2]


def _member_row(session: Session, agency: UUID, member: Member) -> tuple[Any, ...]:
    ring, key = session.ring, None
    if member.new:
        key = ring.seal(secrets.token_bytes(32), associated("member.key", agency, member.id))
    private = json.dumps(member.private) if member.private else None
    stamps = {group: (at.isoformat(), source, id_) for group, (at, source, id_) in member.stamps.items()}
    return (
        member.id,
        session.index.of("member.ref", agency, member.ref) if member.ref else None,
        ring.seal(member.ref, associated("member.ref", agency, member.id)) if member.ref else None,
        key or b"",
        member.status,
        member.to_county_code,
        private and ring.seal(private, associated("member.private", agency, member.id)),
        member.language_written,
        member.language_spoken,
        member.timezone,
        None if member.channels is None else ",".join(member.channels),
        json.dumps(stamps),
        json.dumps(member.milestones),
        member.born_in,
    )
