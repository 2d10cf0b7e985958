"""Messages by themselves: codes, replies and welcomes that are sent at once, lists, details, settling."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from uuid_utils.compat import uuid7

from app.db.deliveries import STEER
from app.db.sealed import associated
from app.db.switches import HOLDER
from app.db.transaction import Session

ADD = text("""
    INSERT INTO message (id, period, agency_id, kind, once_key, member_id, channel, contact_point_id, address_sealed,
           words_sealed, template, template_version_id, language, zone, status, priority, month, first_due_at, due_at,
           deadline_at, created_at)
    VALUES (:id, date_trunc('month', :now), :agency, :kind, :once_key, :member, :channel, :point, :address, :words,
           :template, :version, :language, :zone, 'planned', 1, date_trunc('month', timezone(:zone, :now)), :now, :now,
           :deadline, :now)
    ON CONFLICT DO NOTHING
""")
# What a switch will hold when it falls due says so before.
REASON = f"""coalesce(CASE WHEN m.status = 'planned' THEN (
             SELECT holder.reason FROM ({HOLDER}) holder WHERE holder.until IS NULL OR m.due_at < holder.until)
           END, m.reason)"""  # noqa: S608  (constants of ours)
LISTED = f"""
    SELECT m.id, m.kind, m.channel, m.template, m.language, m.step, m.status, {REASON} AS reason, m.month, m.due_at,
           m.deadline_at, m.created_at, m.handed_at, m.ended_at, m.provider, m.segments, m.cost, m.renewal_id, rn.program,
           rn.renewal_month, mb.id AS member_id, mb.ref_sealed
      FROM message m
      LEFT JOIN renewal rn ON (rn.agency_id, rn.id) = (m.agency_id, m.renewal_id)
      LEFT JOIN member mb ON (mb.agency_id, mb.id) = (m.agency_id, m.member_id)
     WHERE m.agency_id = :agency
"""  # noqa: S608
LIST = text(
    LISTED
    + f"""
       AND (cast(:kind AS text) IS NULL OR m.kind = :kind) AND (cast(:status AS text) IS NULL OR m.status = :status)
       AND (cast(:reason AS text) IS NULL OR {REASON} = :reason)
       AND (cast(:channel AS text) IS NULL OR m.channel = :channel)
       AND (cast(:month AS date) IS NULL OR m.month = :month)
       AND (cast(:member AS uuid) IS NULL OR m.member_id = :member)
       AND (cast(:before_at AS timestamptz) IS NULL OR (m.created_at, m.id) < (:before_at, cast(:before_id AS uuid)))
     ORDER BY m.created_at DESC, m.id DESC LIMIT :limit
"""
)
ONE = text(LISTED + " AND m.id = :id")
ATTEMPTS = text("""
    SELECT id, number, state, provider, provider_id, proof, reason, provider_code, segments, intended_at, accepted_at,
           send_at, withdraw_reason, late_at
      FROM attempt WHERE agency_id = :agency AND message_id = :message ORDER BY number
""")
RECEIPTS = text("""
    SELECT r.attempt_id, r.status, r.reason, r.provider_code, r.received_at FROM receipt r
      JOIN attempt a ON (a.id, a.period) = (r.attempt_id, r.period)
     WHERE a.agency_id = :agency AND a.message_id = :message ORDER BY r.id
""")
HELD_IN = text("""
    UPDATE message SET language = :language WHERE (id, period) = (:id, :period) AND language <> :language
""")
TWICE = text("""
    SELECT count(*) AS n FROM (
      SELECT message_id FROM attempt WHERE agency_id = :agency AND id = ANY(cast(:attempts AS uuid[])) AND NOT over
       GROUP BY message_id HAVING count(*) > 1) twice
""")
SETTLE = text("""
    WITH held AS (
      SELECT id, period, reason FROM message WHERE agency_id = :agency AND id = :id AND status = 'unknown' FOR UPDATE),
    kept AS (
      INSERT INTO settlement (agency_id, message_id, at, settled_by, reason_before, status, reason)
      SELECT :agency, id, :now, :by, reason, :status, :reason FROM held)
    UPDATE message m SET status = :status, reason = :reason, ended_at = :now
      FROM held WHERE (m.id, m.period) = (held.id, held.period)
""")
SETTLEMENTS = text("""
    SELECT at, settled_by, reason_before, status, reason FROM settlement
     WHERE agency_id = :agency AND message_id = :message ORDER BY at
""")


@dataclass(frozen=True, slots=True)
class Direct:
    """A message that is sent at once: a code, a reply, a welcome or a test."""

    kind: str
    once_key: str
    channel: str
    address: str = field(repr=False)
    template: str
    version: UUID
    language: str
    zone: str
    words: Mapping[str, str] = field(default_factory=dict, repr=False)
    member: UUID | None = None
    point: UUID | None = None
    """The member's contact point, so that an e-mail can carry its link to stop."""
    valid: timedelta = timedelta(hours=1)


async def add(session: Session, agency: UUID, direct: Direct) -> bool:
    """Add a message to be sent at once, with its address and words sealed; say whether it is new."""
    id_, ring = uuid7(), session.ring
    words = json.dumps(dict(direct.words))
    return (
        await session.run(
            ADD,
            id=id_,
            agency=agency,
            kind=direct.kind,
            once_key=direct.once_key,
            member=direct.member,
            channel=direct.channel,
            point=direct.point,
            address=ring.seal(direct.address, associated("message.address", agency, id_)),
            words=ring.seal(words, associated("message.words", agency, id_)) if direct.words else None,
            template=direct.template,
            version=direct.version,
            language=direct.language,
            zone=direct.zone,
            now=session.now,
            deadline=session.now + direct.valid,
        )
        > 0
    )


async def held_in(session: Session, id_: UUID, period: date, language: str) -> None:
    """Keep in which language a call is truly held, where that is another than it was planned in."""
    await session.run(HELD_IN, id=id_, period=period, language=language)


async def listed(
    session: Session, agency: UUID, filters: Mapping[str, Any], *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Row[Any]]:
    """Return messages, newest first, from a cursor on; the server walks an index, however few pass the filters."""
    await session.all(STEER, without=["seqscan"])
    before_at, before_id = before or (None, None)
    return await session.all(
        LIST, agency=agency, now=session.now, before_at=before_at, before_id=before_id, limit=limit, **filters
    )  # fmt: skip


async def one(session: Session, agency: UUID, id_: UUID) -> Row[Any] | None:
    """Return one message."""
    return await session.first(ONE, agency=agency, id=id_, now=session.now)


async def attempts(session: Session, agency: UUID, message: UUID) -> Sequence[Row[Any]]:
    """Return a message's attempts in order."""
    return await session.all(ATTEMPTS, agency=agency, message=message)


async def receipts(session: Session, agency: UUID, message: UUID) -> Sequence[Row[Any]]:
    """Return what the provider said of a message's attempts, in order of arrival."""
    return await session.all(RECEIPTS, agency=agency, message=message)


async def attempted_twice(session: Session, agency: UUID, attempts: Sequence[UUID]) -> int:
    """Return how many messages have more than one of these attempts; one that surely did not arrive is none."""
    row = await session.first(TWICE, agency=agency, attempts=list(attempts))
    return int(row.n) if row else 0


async def settle(session: Session, agency: UUID, id_: UUID, status: str, *, reason: str, by: str) -> bool:
    """Settle a message that nobody could prove, and keep who did; say whether it was `unknown`."""
    return await session.run(SETTLE, agency=agency, id=id_, status=status, reason=reason, by=by, now=session.now) > 0


async def settlements(session: Session, agency: UUID, message: UUID) -> Sequence[Row[Any]]:
    """Return by whom a message was settled, as what and why, in order."""
    return await session.all(SETTLEMENTS, agency=agency, message=message)
