"""What hangs on a member, contact points, renewals and other occasions: loaded and saved in sets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.db.columns import columns
from app.db.sealed import associated
from app.db.transaction import Session
from app.rules.facts import Channel, LineKind, RenewalStatus
from app.rules.record import ConsentHeld, Member, OccasionHeld, Point, Renewal

RENEWAL = "renewal"
"""The occasion that is one; the others are milestones, birthdays and moves."""

POINTS = text("""
    SELECT member_id, id, kind, value_index, rank, line_kind, zone, state, listed, place
      FROM contact_point WHERE agency_id = :agency AND member_id = ANY(cast(:ids AS uuid[]))
""")
RENEWALS = text("""
    SELECT occasion, on_date, member_id, id, program, renewal_month, status, cycle_months, owner, packet_mailed_on,
           requested_on, due_on, received_on, effective_on, status_on, cycle
      FROM renewal WHERE agency_id = :agency AND member_id = ANY(cast(:ids AS uuid[]))
""")
CONSENTS = text("""
    SELECT member_id, channel, purpose, address_index, granted, at, tie, until
      FROM consent_state WHERE agency_id = :agency AND member_id = ANY(cast(:ids AS uuid[]))
""")
POINT_COLUMNS = (
    "member_id", "id", "kind", "value_sealed", "value_index", "rank", "line_kind", "zone", "listed", "place",
)  # fmt: skip
SAVE_POINTS = text("""
    INSERT INTO contact_point AS held (agency_id, member_id, id, kind, value_sealed, value_index, rank, line_kind,
           zone, listed, place)
    SELECT :agency, * FROM unnest(cast(:member_id AS uuid[]), cast(:id AS uuid[]), cast(:kind AS text[]),
             cast(:value_sealed AS bytea[]), cast(:value_index AS bytea[]), cast(:rank AS smallint[]),
             cast(:line_kind AS text[]), cast(:zone AS text[]), cast(:listed AS boolean[]), cast(:place AS text[]))
    ON CONFLICT (agency_id, member_id, value_index) DO UPDATE SET
      rank = excluded.rank, line_kind = excluded.line_kind, zone = excluded.zone, listed = excluded.listed,
      place = excluded.place
""")
RENEWAL_COLUMNS = (
    "member_id", "id", "occasion", "program", "renewal_month", "cycle_months", "cycle", "owner", "status", "status_on",
    "on_date", "packet_mailed_on", "requested_on", "due_on", "received_on", "effective_on",
)  # fmt: skip
SAVE_RENEWALS = text("""
    INSERT INTO renewal AS held (agency_id, member_id, id, occasion, program, renewal_month, cycle_months, cycle, owner,
           status, status_on, on_date, packet_mailed_on, requested_on, due_on, received_on, effective_on)
    SELECT :agency, * FROM unnest(cast(:member_id AS uuid[]), cast(:id AS uuid[]), cast(:occasion AS text[]),
             cast(:program AS text[]), cast(:renewal_month AS date[]), cast(:cycle_months AS smallint[]),
             cast(:cycle AS smallint[]), cast(:owner AS text[]), cast(:status AS text[]), cast(:status_on AS date[]),
             cast(:on_date AS date[]), cast(:packet_mailed_on AS date[]), cast(:requested_on AS date[]),
             cast(:due_on AS date[]), cast(:received_on AS date[]), cast(:effective_on AS date[]))
    ON CONFLICT (agency_id, id) DO UPDATE SET
      cycle_months = excluded.cycle_months, cycle = excluded.cycle, owner = excluded.owner, status = excluded.status,
      status_on = excluded.status_on, on_date = excluded.on_date, packet_mailed_on = excluded.packet_mailed_on,
      requested_on = excluded.requested_on, due_on = excluded.due_on, received_on = excluded.received_on,
      effective_on = excluded.effective_on
""")
NUMBERS = text("""
    SELECT member_id, id, value_index, value_sealed FROM contact_point
     WHERE agency_id = :agency AND member_id = ANY(cast(:ids AS uuid[])) AND kind = 'phone' AND listed
""")


async def fill(session: Session, agency: UUID, members: Mapping[UUID, Member]) -> None:
    """Add contact points, renewals, other occasions and consents to members."""
    if not members:
        return
    ids = list(members)
    for row in await session.all(POINTS, agency=agency, ids=ids):
        index = bytes(row.value_index)
        members[row.member_id].points[index] = Point(
            row.id, row.kind, index, row.rank, LineKind(row.line_kind), *row[6:]
        )
    for row in await session.all(RENEWALS, agency=agency, ids=ids):
        member = members[row.member_id]
        if row.occasion != RENEWAL:
            member.occasions.append(OccasionHeld(row.id, row.occasion, row.program, row.on_date, row.status))
            continue
        member.renewals[row.program, row.renewal_month] = Renewal(
            row.id, row.program, row.renewal_month, RenewalStatus(row.status), *row[7:]
        )
    for row in await session.all(CONSENTS, agency=agency, ids=ids):
        key = (Channel(row.channel), row.purpose, bytes(row.address_index))
        members[row.member_id].consents[key] = ConsentHeld(row.granted, row.at, row.tie, row.until)


async def save(session: Session, agency: UUID, members: Sequence[Member]) -> None:
    """Write what changed of contact points, renewals and other occasions."""
    points = [
        _point_row(session, agency, member.id, point)
        for member in members
        for point in member.points.values()
        if point.changed
    ]
    if points:
        await session.run(SAVE_POINTS, agency=agency, **columns(POINT_COLUMNS, points))
    if renewals := [row for member in members for row in _renewal_rows(member)]:
        await session.run(SAVE_RENEWALS, agency=agency, **columns(RENEWAL_COLUMNS, renewals))


async def numbers(session: Session, agency: UUID, members: Iterable[UUID]) -> dict[UUID, dict[bytes, str]]:
    """Return the listed phone numbers of members, opened, by their blind index."""
    found: dict[UUID, dict[bytes, str]] = {id_: {} for id_ in members}
    for row in await session.all(NUMBERS, agency=agency, ids=list(found)) if found else ():
        value = session.ring.open(row.value_sealed, associated("contact_point.value", agency, row.id))
        found[row.member_id][bytes(row.value_index)] = value
    return found


def _point_row(session: Session, agency: UUID, member: UUID, point: Point) -> tuple[Any, ...]:
    sealed = b""
    if point.value is not None:
        sealed = session.ring.seal(point.value, associated("contact_point.value", agency, point.id))
    return (
        member, point.id, point.kind, sealed, point.index, point.rank, point.line_kind, point.zone, point.listed,
        point.place,
    )  # fmt: skip


def _renewal_rows(member: Member) -> Iterator[tuple[Any, ...]]:
    for renewal in member.renewals.values():
        if renewal.changed:
            yield (
                member.id, renewal.id, RENEWAL, renewal.program, renewal.month, renewal.cycle_months, renewal.cycle,
                renewal.owner, renewal.status, renewal.status_on, None, renewal.packet_mailed_on, renewal.requested_on,
                renewal.due_on, renewal.received_on, renewal.effective_on,
            )  # fmt: skip
    for one in member.occasions:
        if one.changed:
            yield (member.id, one.id, one.occasion, one.program, one.month, 12, 12, "county", one.status, None, one.on,
                   None, None, None, None, None)  # fmt: skip
