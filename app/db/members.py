"""Members with all that hangs on them: loaded and saved in sets."""

import json
import secrets
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db import member_details
from app.db.columns import array, columns
from app.db.sealed import associated
from app.db.transaction import Session
from app.rules.record import Member, Stamps

MEMBER = """
    SELECT id, ref_index, ref_sealed, status, to_county_code, private_sealed, language_written,
           language_spoken, timezone, channels, stamps, milestones, born_in
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
IDS_REACHED_AT = text(f"{IDS_BY_ADDRESS.text} AND c.state <> 'wrong_person'")
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
      status = excluded.status, to_county_code = excluded.to_county_code,
      private_sealed = CASE excluded.private_sealed WHEN '' THEN held.private_sealed ELSE excluded.private_sealed END,
      language_written = excluded.language_written, language_spoken = excluded.language_spoken,
      timezone = excluded.timezone, channels = excluded.channels, stamps = held.stamps || excluded.stamps,
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


async def by_refs(
    session: Session, agency: UUID, refs: Iterable[str], *, lock: bool = False, whole: Collection[str] | None = None
) -> dict[str, Member]:
    """Return the members held under these references; `lock` keeps others from changing them meanwhile.

    With `whole`, only those named there come with all that is held of them: of the others nothing sealed is opened,
    and contact points and consents are left out.
    """
    indexes = {session.index.of("member.ref", agency, ref): ref for ref in refs}
    rows = await session.all(LOCK_BY_REFS if lock else READ_BY_REFS, agency=agency, refs=array(indexes))
    members, parted = dict[str, Member](), list[Member]()
    for row in rows:
        ref = indexes[row.ref_index]
        member = members[ref] = _held(row, ref)
        if whole is None or ref in whole:
            _open(session, agency, row, member)
        else:
            parted.append(member)
    by_id = {member.id: member for member in members.values()}
    apart = {member.id: by_id.pop(member.id) for member in parted}
    await member_details.fill(session, agency, by_id)
    await member_details.fill_renewals(session, agency, apart)
    return members


async def by_ids(session: Session, agency: UUID, ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, Member]:
    """Return members by their own ids; `lock` keeps others from changing them meanwhile."""
    rows = await session.all(LOCK_BY_IDS if lock else READ_BY_IDS, agency=agency, ids=array(ids))
    members = {}
    for row in rows:
        ref = row.ref_sealed and session.ring.open(row.ref_sealed, associated("member.ref", agency, row.id))
        members[row.id] = _open(session, agency, row, _held(row, ref or ""))
    await member_details.fill(session, agency, members)
    return members


async def ids_by_address(session: Session, agency: UUID, address: bytes) -> list[UUID]:
    """Return the members who have an address: not those of whom its holder said to be somebody else."""
    return [row.member_id for row in await session.all(IDS_REACHED_AT, agency=agency, address=address)]


async def ids_listing(session: Session, agency: UUID, address: bytes) -> list[UUID]:
    """Return the members whose records list an address, also where somebody else has it: a no is about all of them."""
    return [row.member_id for row in await session.all(IDS_BY_ADDRESS, agency=agency, address=address)]


async def provisional_by_address(session: Session, agency: UUID, addresses: Sequence[bytes]) -> dict[bytes, UUID]:
    """Return the provisional members (confirmed sign-ups without a county record) by address."""
    rows = await session.all(PROVISIONAL, agency=agency, addresses=array(addresses)) if addresses else []
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
        await session.run(REPLAN, agency=agency, ids=array(members))


def _held(row: Row[Any], ref: str) -> Member:
    """Return a member without what is sealed."""
    return Member(
        id=row.id,
        ref=ref,
        status=row.status,
        to_county_code=row.to_county_code,
        language_written=row.language_written,
        language_spoken=row.language_spoken,
        timezone=row.timezone,
        channels=row.channels,
        stamps=Stamps(row.stamps),
        milestones=row.milestones,
        born_held=row.born_in,
    )


def _open(session: Session, agency: UUID, row: Row[Any], member: Member) -> Member:
    """Open what is sealed."""
    private = row.private_sealed and session.ring.open(row.private_sealed, associated("member.private", agency, row.id))
    member.private, member.born_held = json.loads(private) if private else {}, None
    return member


def _member_row(session: Session, agency: UUID, member: Member) -> tuple[Any, ...]:
    """Return what is to be written; what did not change of the sealed parts is left as it is."""
    ring, ref, key = session.ring, member.ref if member.new or member.ref_said else "", b""
    if member.new:
        key = ring.seal(secrets.token_bytes(32), associated("member.key", agency, member.id))
    stamps = {name: member.stamps.written(name) for name in member.stamps.said}
    return (
        member.id,
        session.index.of("member.ref", agency, ref) if ref else None,
        ring.seal(ref, associated("member.ref", agency, member.id)) if ref else None,
        key,
        member.status,
        member.to_county_code,
        _private(session, agency, member),
        member.language_written,
        member.language_spoken,
        member.timezone,
        None if member.channels is None else ",".join(member.channels),
        json.dumps(stamps),
        json.dumps(member.milestones),
        member.born_in,
    )


def _private(session: Session, agency: UUID, member: Member) -> bytes | None:
    """Return the private facts sealed, nothing where there are none, empty where they stay as they are."""
    if not member.new and not member.private_said:
        return b""
    place = associated("member.private", agency, member.id)
    return session.ring.seal(json.dumps(member.private), place) if member.private else None
