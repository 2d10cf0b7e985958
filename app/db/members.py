"""Members with their contact points, consents and renewals: loaded and saved in sets."""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.columns import columns
from app.db.sealed import associated
from app.db.transaction import Session
from app.rules.facts import Channel, LineKind, RenewalStatus
from app.rules.record import ConsentHeld, Member, Point, Renewal, Stamp

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
POINTS = text("""
    SELECT member_id, id, kind, value_index, rank, line_kind, zone, state, listed
      FROM contact_point WHERE agency_id = :agency AND member_id = ANY(cast(:ids AS uuid[]))
""")
RENEWALS = text("""
    SELECT member_id, id, program, renewal_month, status, cycle_months, owner, packet_mailed_on,
           requested_on, due_on, received_on, effective_on
      FROM renewal WHERE agency_id = :agency AND member_id = ANY(cast(:ids AS uuid[]))
""")
CONSENTS = text("""
    SELECT member_id, channel, purpose, address_index, granted, at, tie, until
      FROM consent_state WHERE agency_id = :agency AND member_id = ANY(cast(:ids AS uuid[]))
""")
MEMBER_COLUMNS = (
    "id", "ref_index", "ref_sealed", "key_sealed", "status", "to_county_code", "private_sealed",
    "language_written", "language_spoken", "timezone", "channels", "stamps", "milestones",
)  # fmt: skip
SAVE_MEMBERS = text("""
    INSERT INTO member AS held (agency_id, id, ref_index, ref_sealed, key_sealed, status, to_county_code,
      private_sealed, language_written, language_spoken, timezone, channels, stamps, milestones, created_at, updated_at)
    SELECT :agency, id, ref_index, ref_sealed, key_sealed, status, to_county_code, private_sealed, language_written,
           language_spoken, timezone, string_to_array(channels, ','), cast(stamps AS jsonb), cast(milestones AS jsonb),
           :now, :now
      FROM unnest(cast(:id AS uuid[]), cast(:ref_index AS bytea[]), cast(:ref_sealed AS bytea[]),
             cast(:key_sealed AS bytea[]), cast(:status AS text[]), cast(:to_county_code AS text[]),
             cast(:private_sealed AS bytea[]), cast(:language_written AS text[]), cast(:language_spoken AS text[]),
             cast(:timezone AS text[]), cast(:channels AS text[]), cast(:stamps AS text[]), cast(:milestones AS text[]))
        AS v (id, ref_index, ref_sealed, key_sealed, status, to_county_code, private_sealed, language_written,
              language_spoken, timezone, channels, stamps, milestones)
    ON CONFLICT (agency_id, id) DO UPDATE SET
      ref_index = coalesce(excluded.ref_index, held.ref_index), ref_sealed = coalesce(excluded.ref_sealed, held.ref_sealed),
      status = excluded.status, to_county_code = excluded.to_county_code, private_sealed = excluded.private_sealed,
      language_written = excluded.language_written, language_spoken = excluded.language_spoken,
      timezone = excluded.timezone, channels = excluded.channels, stamps = excluded.stamps,
      milestones = excluded.milestones, updated_at = excluded.updated_at
""")
POINT_COLUMNS = (
    "member_id",
    "id",
    "kind",
    "value_sealed",
    "value_index",
    "rank",
    "line_kind",
    "zone",
    "listed",
)
SAVE_POINTS = text("""
    INSERT INTO contact_point AS held (agency_id, member_id, id, kind, value_sealed, value_index, rank, line_kind,
           zone, listed)
    SELECT :agency, * FROM unnest(cast(:member_id AS uuid[]), cast(:id AS uuid[]), cast(:kind AS text[]),
             cast(:value_sealed AS bytea[]), cast(:value_index AS bytea[]), cast(:rank AS smallint[]),
             cast(:line_kind AS text[]), cast(:zone AS text[]), cast(:listed AS boolean[]))
    ON CONFLICT (agency_id, member_id, value_index) DO UPDATE SET
      rank = excluded.rank, line_kind = excluded.line_kind, zone = excluded.zone, listed = excluded.listed
""")
RENEWAL_COLUMNS = (
    "member_id", "id", "program", "renewal_month", "cycle_months", "owner", "status", "packet_mailed_on",
    "requested_on", "due_on", "received_on", "effective_on",
)  # fmt: skip
SAVE_RENEWALS = text("""
    INSERT INTO renewal AS held (agency_id, member_id, id, program, renewal_month, cycle_months, owner, status,
           packet_mailed_on, requested_on, due_on, received_on, effective_on)
    SELECT :agency, * FROM unnest(cast(:member_id AS uuid[]), cast(:id AS uuid[]), cast(:program AS text[]),
             cast(:renewal_month AS date[]), cast(:cycle_months AS smallint[]), cast(:owner AS text[]),
             cast(:status AS text[]), cast(:packet_mailed_on AS date[]), cast(:requested_on AS date[]),
             cast(:due_on AS date[]), cast(:received_on AS date[]), cast(:effective_on AS date[]))
    ON CONFLICT (agency_id, id) DO UPDATE SET
      cycle_months = excluded.cycle_months, owner = excluded.owner, status = excluded.status,
      packet_mailed_on = excluded.packet_mailed_on, requested_on = excluded.requested_on, due_on = excluded.due_on,
      received_on = excluded.received_on, effective_on = excluded.effective_on
""")
ADDRESSES = text("""
    SELECT id, value_index, value_sealed FROM contact_point WHERE agency_id = :agency AND member_id = :member
""")
EVENTS = text("""
    SELECT id, source, event_id, type, time, outcome, received_at FROM county_event
     WHERE agency_id = :agency AND member_id = :member ORDER BY time, id
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
    await _fill(session, agency, {member.id: member for member in members.values()})
    return members


async def by_ids(session: Session, agency: UUID, ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, Member]:
    """Return members by their own ids; `lock` keeps others from changing them meanwhile."""
    rows = await session.all(LOCK_BY_IDS if lock else READ_BY_IDS, agency=agency, ids=list(ids))
    members = {row.id: _member(session, agency, row) for row in rows}
    await _fill(session, agency, members)
    return members


async def ids_by_address(session: Session, agency: UUID, address: bytes) -> list[UUID]:
    """Return the members of the agency that list an address."""
    return [row.member_id for row in await session.all(IDS_BY_ADDRESS, agency=agency, address=address)]


async def provisional_by_address(session: Session, agency: UUID, addresses: Sequence[bytes]) -> dict[bytes, UUID]:
    """Return the provisional members (confirmed sign-ups without a county record) by address."""
    rows = await session.all(PROVISIONAL, agency=agency, addresses=list(addresses)) if addresses else []
    return {bytes(row.value_index): row.id for row in rows}


async def save(session: Session, agency: UUID, members: Sequence[Member]) -> None:
    """Write what changed of each member, and mark their renewals to be planned anew."""
    touched = [member for member in members if member.touched or member.new]
    rows = [_member_row(session, agency, member) for member in touched]
    if rows:
        await session.run(SAVE_MEMBERS, agency=agency, now=session.now, **columns(MEMBER_COLUMNS, rows))
    points = [
        _point_row(session, agency, member.id, point)
        for member in members
        for point in member.points.values()
        if point.changed
    ]
    if points:
        await session.run(SAVE_POINTS, agency=agency, **columns(POINT_COLUMNS, points))
    renewals = [
        _renewal_row(member.id, renewal)
        for member in members
        for renewal in member.renewals.values()
        if renewal.changed
    ]
    if renewals:
        await session.run(SAVE_RENEWALS, agency=agency, **columns(RENEWAL_COLUMNS, renewals))
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


async def _fill(session: Session, agency: UUID, members: Mapping[UUID, Member]) -> None:
    """Add contact points, renewals and consents."""
    if not members:
        return
    ids = list(members)
    for row in await session.all(POINTS, agency=agency, ids=ids):
        index = bytes(row.value_index)
        members[row.member_id].points[index] = Point(
            row.id, row.kind, index, row.rank, LineKind(row.line_kind), row.zone, row.state, row.listed
        )
    for row in await session.all(RENEWALS, agency=agency, ids=ids):
        members[row.member_id].renewals[row.program, row.renewal_month] = Renewal(
            row.id, row.program, row.renewal_month, RenewalStatus(row.status), *row[5:]
        )
    for row in await session.all(CONSENTS, agency=agency, ids=ids):
        key = (Channel(row.channel), row.purpose, bytes(row.address_index))
        members[row.member_id].consents[key] = ConsentHeld(row.granted, row.at, row.tie, row.until)


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
    )


def _point_row(session: Session, agency: UUID, member: UUID, point: Point) -> tuple[Any, ...]:
    sealed = b""
    if point.value is not None:
        sealed = session.ring.seal(point.value, associated("contact_point.value", agency, point.id))
    return (
        member,
        point.id,
        point.kind,
        sealed,
        point.index,
        point.rank,
        point.line_kind,
        point.zone,
        point.listed,
    )


def _renewal_row(member: UUID, renewal: Renewal) -> tuple[Any, ...]:
    return (
        member, renewal.id, renewal.program, renewal.month, renewal.cycle_months, renewal.owner, renewal.status,
        renewal.packet_mailed_on, renewal.requested_on, renewal.due_on, renewal.received_on, renewal.effective_on,
    )  # fmt: skip
