"""Broadcasts as they are kept: written, approved, planned, canceled, and how far each has come."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from uuid_utils.compat import uuid7

from app.db.transaction import Session
from app.db.verdicts import consent_joins_of, refusal
from app.rules.broadcasts import Who

COLUMNS = """b.id, b.template, b.purpose, b.audience, b.channels, b.starts_at, b.deadline_at, b.status, b.written_by,
             b.written_key, b.written_at, b.approved_by, b.approved_key, b.approved_at, b.canceled_by, b.canceled_at,
             b.counts"""
ADD = text("""
    INSERT INTO broadcast (agency_id, id, template, purpose, audience, channels, starts_at, deadline_at, status,
           written_by, written_key, written_at, counts)
    VALUES (:agency, :id, :template, :purpose, cast(:audience AS jsonb), cast(:channels AS text[]), :starts_at,
           :deadline_at, 'draft', :name, :key, :now, cast(:counts AS jsonb))
""")
ONE = text(f"SELECT {COLUMNS} FROM broadcast b WHERE b.agency_id = :agency AND b.id = :id")  # noqa: S608  (constants)
LOCKED = text(f"SELECT {COLUMNS} FROM broadcast b WHERE b.agency_id = :agency AND b.id = :id FOR UPDATE")  # noqa: S608
LIST = text(f"""
    SELECT {COLUMNS} FROM broadcast b
     WHERE b.agency_id = :agency AND (cast(:before AS uuid) IS NULL OR b.id < :before) ORDER BY b.id DESC LIMIT :limit
""")  # noqa: S608
APPROVE = text("""
    UPDATE broadcast SET status = 'approved', approved_by = :name, approved_key = :key, approved_at = :now
     WHERE agency_id = :agency AND id = :id AND status = 'draft'
""")
APPROVED = text(f"""
    SELECT {COLUMNS} FROM broadcast b WHERE b.agency_id = :agency AND b.status = 'approved' ORDER BY b.id LIMIT 1 FOR UPDATE
""")  # noqa: S608
PLANNED = text("""
    UPDATE broadcast SET status = 'planned', counts = cast(:counts AS jsonb) WHERE agency_id = :agency AND id = :id
""")
CANCEL = text("""
    UPDATE broadcast SET status = 'canceled', canceled_by = :name, canceled_at = :now
     WHERE agency_id = :agency AND id = :id AND status <> 'canceled'
""")
CANCEL_MESSAGES = text("""
    UPDATE message SET status = 'canceled', reason = 'broadcast_canceled', ended_at = :now
     WHERE agency_id = :agency AND broadcast_id = :id AND status = 'planned'
""")
WITHDRAW = text("""
    UPDATE attempt a SET withdraw_at = :now, withdraw_reason = 'broadcast_canceled' FROM message m
     WHERE m.agency_id = :agency AND m.broadcast_id = :id AND m.status IN ('sending', 'sent')
       AND (a.message_id, a.period) = (m.id, m.period) AND a.send_at > :now AND a.withdraw_reason IS NULL
       AND NOT a.over AND a.state IN ('intended', 'unclear', 'accepted')
""")
PROGRESS = text("""
    SELECT channel, status, reason, count(*) AS messages FROM message
     WHERE agency_id = :agency AND broadcast_id = :id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 NULLS FIRST
""")
# In the order in which they will be due: so they stand side by side. One for each address and language; the rows of those who
# hear nothing, or hear it in a message to another of the household, are one for each person.
ADD_MESSAGES = text("""
    INSERT INTO message (id, period, agency_id, kind, once_key, member_id, channel, contact_point_id, template,
           template_version_id, language, place, zone, status, reason, priority, month, first_due_at, due_at,
           deadline_at, bundled_into, purpose, broadcast_id, created_at, ended_at)
    SELECT d.id, d.period, :agency, 'broadcast',
           concat_ws(':', cast(:broadcast AS text),
                     CASE d.status WHEN 'planned' THEN encode(d.address_index, 'hex') ELSE cast(d.member_id AS text) END,
                     d.channel, CASE d.status WHEN 'planned' THEN d.language END),
           d.member_id, d.channel, d.contact_point_id, d.template, d.version, d.language, d.place, d.zone, d.status,
           d.reason, d.priority, d.month, d.first_due_at, d.due_at, d.deadline_at, d.bundled_into, :purpose,
           :broadcast, :now, CASE WHEN d.status <> 'planned' THEN cast(:now AS timestamptz) END
      FROM draft d WHERE d.channel = :channel ORDER BY d.due_at, d.id
    ON CONFLICT DO NOTHING
""")
# When the one who was to be told for all of a household may not hear it, the next of them who may is told, under a
# new id; the others hear it by that.
PASS_ON = text(f"""
    WITH next AS (
      SELECT DISTINCT ON (told.bundled_into) told.id, told.bundled_into AS led, gen_random_uuid() AS fresh
        FROM message told JOIN message led ON led.id = told.bundled_into AND led.status = 'canceled'
        JOIN member mb ON (mb.agency_id, mb.id) = (told.agency_id, told.member_id)
        JOIN contact_point cp ON (cp.agency_id, cp.id) = (told.agency_id, told.contact_point_id)
        LEFT JOIN renewal rn ON (rn.agency_id, rn.id) = (told.agency_id, told.renewal_id)
        {consent_joins_of("told")}
       WHERE told.bundled_into = ANY(cast(:leaders AS uuid[])) AND told.kind = 'broadcast'
         AND told.status = 'skipped' AND told.deadline_at > :now AND {refusal("told")} IS NULL
       ORDER BY told.bundled_into, told.member_id)
    UPDATE message m SET
           id = CASE WHEN m.id = next.id THEN next.fresh ELSE m.id END,
           bundled_into = CASE WHEN m.id = next.id THEN NULL ELSE next.fresh END,
           status = CASE WHEN m.id = next.id THEN 'planned' ELSE m.status END,
           reason = CASE WHEN m.id = next.id THEN NULL ELSE m.reason END,
           ended_at = CASE WHEN m.id = next.id THEN NULL ELSE m.ended_at END
      FROM next WHERE m.bundled_into = next.led AND m.kind = 'broadcast' AND m.status = 'skipped'
""")  # noqa: S608


async def add(
    session: Session, agency: UUID, values: Mapping[str, Any], who: Who, *, audience: Mapping[str, Any],
    counts: Mapping[str, Any],
) -> UUID:  # fmt: skip
    """Keep a broadcast that was written and return its id."""
    id_ = uuid7()
    await session.run(
        ADD, agency=agency, id=id_, name=who.name, key=who.key, now=session.now, audience=json.dumps(audience),
        counts=json.dumps(counts), **values,
    )  # fmt: skip
    return id_


async def one(session: Session, agency: UUID, id_: UUID, *, lock: bool = False) -> Row[Any] | None:
    """Return a broadcast."""
    return await session.first(LOCKED if lock else ONE, agency=agency, id=id_)


async def listed(session: Session, agency: UUID, *, before: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Return an agency's broadcasts, the newest first, from a cursor on."""
    return await session.all(LIST, agency=agency, before=before, limit=limit)


async def approve(session: Session, agency: UUID, id_: UUID, who: Who) -> None:
    """Approve a draft."""
    await session.run(APPROVE, agency=agency, id=id_, name=who.name, key=who.key, now=session.now)


async def next_approved(session: Session, agency: UUID) -> Row[Any] | None:
    """Lock and return a broadcast that was approved and has no messages yet."""
    return await session.first(APPROVED, agency=agency)


async def add_messages(session: Session, agency: UUID, row: Row[Any]) -> int:
    """Make the messages of a broadcast from the draft, channel by channel; return how many."""
    asked = {"agency": agency, "broadcast": row.id, "purpose": row.purpose, "now": session.now}
    return sum([
        await session.run(ADD_MESSAGES, channel=channel, **asked) for channel in (*row.channels, "none")
    ])  # fmt: skip


async def planned(session: Session, agency: UUID, id_: UUID, counts: Mapping[str, Any]) -> None:
    """Note that the messages of a broadcast are there, and how many they are."""
    await session.run(PLANNED, agency=agency, id=id_, counts=json.dumps(counts))


async def cancel(session: Session, agency: UUID, id_: UUID, who: Who) -> int:
    """Cancel a broadcast and what of it has not left; return how many a provider holds that are to be withdrawn."""
    if not await session.run(CANCEL, agency=agency, id=id_, name=who.name, now=session.now):
        return 0
    await session.run(CANCEL_MESSAGES, agency=agency, id=id_, now=session.now)
    return await session.run(WITHDRAW, agency=agency, id=id_, now=session.now)


async def pass_on(session: Session, leaders: Sequence[UUID]) -> None:
    """Have told another of the household, where one of these messages was to tell all of it and was canceled."""
    if leaders:
        await session.run(PASS_ON, leaders=list(leaders), allowed=[], now=session.now)


async def progress(session: Session, agency: UUID, id_: UUID) -> Sequence[Row[Any]]:
    """Return how many messages of a broadcast stand where, by channel and reason."""
    return await session.all(PROGRESS, agency=agency, id=id_)
