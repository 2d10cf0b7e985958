"""What hangs on a member, contact points, renewals and other occasions: loaded and saved in sets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.db.columns import array, columns
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
    SELECT occasion, on_date, id, member_id, program, renewal_month, status, cycle_months, owner, packet_mailed_on,
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
LINE_KINDS = {str(one): one for one in LineKind}
CHANNELS = {str(one): one for one in Channel}
STATUSES = {str(one): one for one in RenewalStatus}
"""Values by their names: an enumeration would look each up anew, in twenty times the time."""
NUMBERS = text("""
    SELECT member_id, id, value_index, value_sealed FROM contact_point
     WHERE agency_id = :agency AND member_id = ANY(cast(:ids AS uuid[])) AND kind = 'phone' AND listed
""")


async def fill(session: Session, agency: UUID, members: Mapping[UUID, Member]) -> None:
    """Add contact points, renewals, other occasions and consents to members."""
    await fill_renewals(session, agency, members)
    if not members:
        return
    ids = array(members)
    for row in await session.all(POINTS, agency=agency, ids=ids):
        member, id_, kind, index, rank, line_kind, *rest = tuple(row)
        members[member].points[index] = Point(id_, kind, index, rank, LINE_KINDS[line_kind], *rest)
    for row in await session.all(CONSENTS, agency=agency, ids=ids):
        member, channel, purpose, index, *held = tuple(row)
        members[member].consents[CHANNELS[channel], purpose, index] = ConsentHeld(*held)


async def fill_renewals(session: Session, agency: UUID, members: Mapping[UUID, Member]) -> None:
    """Add renewals and other occasions to members: all that an event about these needs."""
    if not members:
        return
    for row in await session.all(RENEWALS, agency=agency, ids=array(members)):
        occasion, on, id_, member, program, month, status, *rest = tuple(row)
        if occasion == RENEWAL:
            members[member].renewals[program, month] = Renewal(id_, program, month, STATUSES[status], *rest)
        else:
            members[member].occasions.append(OccasionHeld(id_, occasion, program, on, status))


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
    for row in await session.all(NUMBERS, agency=agency, ids=array(found)) if found else ():
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
