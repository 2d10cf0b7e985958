"""Withdrawing: what is on its way although it no longer fits, what is asked for back, and what became of asking."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text

from app.db.columns import columns
from app.db.switches import HELD_REASONS
from app.db.transaction import Session
from app.db.verdicts import consent_joins_of, refusal

PROOF = "withdrawn"
"""What proves of an attempt in doubt that it will never leave."""
OPEN = "a.state IN ('intended', 'unclear', 'accepted') AND NOT a.over"
FLYING = """
    SELECT a.id, a.period, m.id AS message_id, m.channel, coalesce(a.send_at > :now, false) AS held,
           a.withdraw_reason AS marked, {refused} AS refused
      FROM message m
      JOIN attempt a ON (a.message_id, a.period) = (m.id, m.period) AND {open}
      LEFT JOIN member mb ON (mb.agency_id, mb.id) = (m.agency_id, m.member_id)
      LEFT JOIN renewal rn ON (rn.agency_id, rn.id) = (m.agency_id, m.renewal_id)
      LEFT JOIN contact_point cp ON (cp.agency_id, cp.id) = (m.agency_id, m.contact_point_id)
      {joins}
     WHERE m.agency_id = :agency AND m.kind IN ('reminder', 'broadcast') AND m.status IN ('sending', 'sent')
       AND m.member_id = ANY(cast(:members AS uuid[]))
     ORDER BY a.id FOR UPDATE OF a
"""
# What a provider holds leaves by itself at its time; whether that is still one that the person chose is asked here.
CASE_OF_THE_HOUR = """
    CASE WHEN a.send_at > :now AND mb.paused_until > cast(timezone(m.zone, a.send_at) AS date) THEN 'paused_by_member'
         WHEN a.send_at > :now AND NOT mb.hours @> cast(extract(hour FROM timezone(m.zone, a.send_at)) AS int)
         THEN 'hours_of_member' END
"""
OF_MEMBERS = text(
    FLYING.format(
        refused=f"coalesce({refusal('m')}, CASE WHEN NOT cp.listed THEN 'address_replaced' END, {CASE_OF_THE_HOUR})",
        open=OPEN,
        joins=consent_joins_of("m"),
    )
)
MARK = text("""
    UPDATE attempt a SET withdraw_at = CASE WHEN v.held THEN cast(:now AS timestamptz) END, withdraw_reason = v.reason
      FROM unnest(cast(:id AS uuid[]), cast(:period AS date[]), cast(:reason AS text[]), cast(:held AS boolean[]))
        AS v (id, period, reason, held)
     WHERE (a.id, a.period) = (v.id, v.period)
""")
IN_FLIGHT = text("""
    UPDATE message SET reason = 'in_flight_at_stop' WHERE id = ANY(cast(:messages AS uuid[]))
       AND status IN ('sending', 'sent')
""")
# Taken by moving its time on, like what is to be erased. While a sender may still be writing under a fence, the fence
# stays: what it adds after a withdrawal would be taken for accepted and never leave.
TAKE = text("""
    WITH due AS (
      SELECT a.id, a.period FROM attempt a
       WHERE a.withdraw_at <= :now AND NOT a.over AND (a.state = 'accepted' OR a.state = 'unclear' AND a.fence <> '')
         AND NOT (a.fence <> '' AND EXISTS (
               SELECT FROM attempt other WHERE other.fence = a.fence AND other.state = 'intended'))
       ORDER BY a.withdraw_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    UPDATE attempt a SET withdraw_at = :back_at FROM due
     WHERE (a.id, a.period) = (due.id, due.period)
    RETURNING a.id, a.agency_id, a.channel, a.provider, a.account, a.provider_id, a.fence, a.send_at
""")
# All that stood behind a withdrawn fence is gone with it. Whoever was not to be withdrawn is planned again, at the
# time that was theirs; so is one whose mark was taken back while the provider was asked, and whom a switch only holds:
# the claim at that time asks whether it still does.
ONLY_HELD = f"(gone.withdraw_reason IS NULL OR gone.withdraw_reason IN ({HELD_REASONS}))"
TAKEN_BACK = f"""
           status = CASE WHEN {ONLY_HELD} THEN 'planned' ELSE 'canceled' END,
           reason = CASE WHEN NOT {ONLY_HELD} THEN gone.withdraw_reason END,
           tries = greatest(0, m.tries - CASE WHEN {ONLY_HELD} THEN 1 ELSE 0 END),
           ended_at = CASE WHEN NOT {ONLY_HELD} THEN cast(:now AS timestamptz) END,
           handed_at = NULL, segments = m.earlier_segments, cost = m.earlier_cost
"""
GONE = text(f"""
    WITH gone AS (
      UPDATE attempt a SET over = true, withdraw_at = NULL, look_at = NULL,
             state = CASE a.state WHEN 'unclear' THEN 'absent' ELSE a.state END,
             proof = CASE a.state WHEN 'unclear' THEN cast(:proof AS text) ELSE a.proof END,
             erase_at = CASE WHEN a.channel || '/' || a.provider = ANY(cast(:erasable AS text[]))
                             AND a.provider_id IS NOT NULL THEN cast(:erase_at AS timestamptz) END
       WHERE (a.id = ANY(cast(:ids AS uuid[])) OR a.fence = ANY(cast(:fences AS text[])) AND a.send_at > :now)
         AND a.state IN ('unclear', 'accepted') AND NOT a.over
      RETURNING a.message_id, a.period, a.withdraw_reason)
    UPDATE message m SET {TAKEN_BACK}
      FROM gone WHERE (m.id, m.period) = (gone.message_id, gone.period) AND m.status IN ('sending', 'sent')
    RETURNING m.id, m.agency_id, m.renewal_id, m.status, m.reason
""")  # noqa: S608  (constants of ours)
LEFT = text("""
    WITH gone AS (
      UPDATE attempt SET withdraw_at = NULL WHERE id = ANY(cast(:ids AS uuid[])) AND withdraw_at IS NOT NULL
      RETURNING message_id, period, withdraw_reason)
    UPDATE message m SET reason = 'in_flight_at_stop' FROM gone
     WHERE (m.id, m.period) = (gone.message_id, gone.period) AND gone.withdraw_reason IS NOT NULL
       AND (m.status IN ('sending', 'sent') OR m.status = 'delivered' AND m.reason IS NULL)
""")
UNCLEAR = text("""
    UPDATE attempt SET withdraw_at = coalesce(withdraw_at, :now)
     WHERE id = ANY(cast(:ids AS uuid[])) AND state = 'unclear' AND fence <> ''
""")
AGAIN = text("""
    UPDATE attempt a SET withdraw_at = v.at FROM unnest(cast(:id AS uuid[]), cast(:at AS timestamptz[])) v (id, at)
     WHERE a.id = v.id AND a.withdraw_at IS NOT NULL
""")
# A receipt said "canceled at the provider" and we had asked for it: the answer to our asking was lost.
CONFIRM = text(f"""
    WITH gone AS (
      UPDATE attempt a SET over = true, withdraw_at = NULL FROM message held
       WHERE held.id = ANY(cast(:messages AS uuid[])) AND held.status = 'undelivered'
         AND held.reason = 'canceled_at_provider' AND (a.message_id, a.period) = (held.id, held.period)
         AND a.withdraw_reason IS NOT NULL AND a.state = 'accepted' AND NOT a.over
      RETURNING a.message_id, a.period, a.withdraw_reason)
    UPDATE message m SET {TAKEN_BACK}, again_at = NULL
      FROM gone WHERE (m.id, m.period) = (gone.message_id, gone.period)
    RETURNING m.id, m.agency_id, m.renewal_id, m.status, m.reason
""")  # noqa: S608
# Whoever was to be told by the message of another of the household is planned anew with it.
REPLAN = text("""
    INSERT INTO replan (agency_id, renewal_id)
    SELECT agency_id, renewal_id FROM message
     WHERE (id = ANY(cast(:messages AS uuid[])) OR bundled_into = ANY(cast(:messages AS uuid[])) AND status = 'skipped')
       AND renewal_id IS NOT NULL AND deadline_at > :now
    ON CONFLICT DO NOTHING
""")


class Mark(NamedTuple):
    """What is said of an attempt on its way: why it should not arrive, and whether its provider still holds it."""

    id: UUID
    period: Any
    reason: str | None
    held: bool


async def of_members(
    session: Session, agency: UUID, members: Sequence[UUID], allowed: Sequence[str]
) -> Sequence[Row[Any]]:
    """Lock and return what is on its way to these members, each with what speaks against it by now."""
    return await session.all(OF_MEMBERS, agency=agency, members=list(members), allowed=list(allowed), now=session.now)


async def mark(session: Session, marks: Sequence[Mark]) -> None:
    """Mark attempts to be withdrawn, or, without a reason, not to be after all."""
    if marks:
        await session.run(MARK, now=session.now, **columns(Mark._fields, marks))


async def report_in_flight(session: Session, messages: Sequence[UUID]) -> None:
    """Report messages as already on their way when a stop arrived."""
    if messages:
        await session.run(IN_FLIGHT, messages=list(messages))


async def withdraw_unclear(session: Session, attempts: Sequence[UUID]) -> None:
    """Ask for these back, if they are unclear, without a word against them: withdrawn, they are proven not to leave."""
    await session.run(UNCLEAR, ids=list(attempts), now=session.now)


async def take(session: Session, *, back_in: timedelta, limit: int) -> Sequence[Row[Any]]:
    """Take attempts that are to be withdrawn at their providers; they come back later unless they are settled."""
    now: datetime = session.now
    return await session.all(TAKE, now=now, back_at=now + back_in, limit=limit)


async def gone(
    session: Session, ids: Sequence[UUID], fences: Sequence[str], *, erasable: Sequence[str], erase_after: timedelta
) -> Sequence[Row[Any]]:
    """Settle attempts that will not leave, and all behind these fences; return (message, agency, renewal, status, reason) of each."""
    if not ids and not fences:
        return []
    return await session.all(
        GONE, ids=list(ids), fences=list(fences), erasable=list(erasable), now=session.now,
        erase_at=session.now + erase_after, proof=PROOF,
    )  # fmt: skip


async def left(session: Session, ids: Sequence[UUID]) -> None:
    """Settle attempts that could not be withdrawn any more."""
    if ids:
        await session.run(LEFT, ids=list(ids))


async def again(session: Session, rows: Sequence[tuple[UUID, datetime]]) -> None:
    """Set when attempts are asked for back once more: (attempt, when) each."""
    if rows:
        await session.run(AGAIN, **columns(("id", "at"), rows))


async def confirm(session: Session, messages: Sequence[UUID]) -> Sequence[Row[Any]]:
    """Settle messages whose withdrawal a receipt confirms; return (message, agency, renewal, status, reason) of each."""
    return await session.all(CONFIRM, messages=list(messages), now=session.now) if messages else []


async def plan_anew(session: Session, messages: Sequence[UUID]) -> None:
    """Have the renewals of what was withdrawn planned anew: something else may fit now."""
    if messages:
        await session.run(REPLAN, messages=list(messages), now=session.now)
