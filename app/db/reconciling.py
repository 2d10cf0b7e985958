"""What is unclear: attempts whose sender died or got no clear answer, and messages without a last word."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.columns import columns
from app.db.deliveries import TOO_LATE
from app.db.transaction import Session

LEASES_OUT = text("""
    UPDATE attempt SET state = 'unclear', withdraw_at = CASE WHEN fence <> '' THEN :now ELSE withdraw_at END
     WHERE state = 'intended' AND lease_until < :machine_now
""")
# Taken by moving its time on, so that two who look at once cannot come to two verdicts.
TO_LOOK_UP = text("""
    WITH due AS (
      SELECT id, period FROM attempt WHERE state = 'unclear' AND look_at <= :now AND NOT over
       ORDER BY look_at LIMIT :limit FOR UPDATE SKIP LOCKED),
    taken AS (
      UPDATE attempt a SET look_at = :back_at FROM due WHERE (a.id, a.period) = (due.id, due.period) RETURNING a.*)
    SELECT a.id, a.period, a.agency_id, a.message_id, a.channel, a.provider, a.account, a.code, a.looks,
           greatest(a.intended_at, a.send_at) AS intended_at, a.intended_on_machine, m.contact_point_id, m.address_sealed, m.tries, cp.value_sealed,
           CASE WHEN a.channel = 'voice' THEN ARRAY(
             SELECT other.provider_id FROM attempt other
              WHERE other.agency_id = a.agency_id AND other.channel = 'voice' AND other.provider_id IS NOT NULL
                AND other.intended_on_machine >= a.intended_on_machine - interval '10 minutes' AND other.id <> a.id)
           ELSE '{}' END AS not_these
      FROM taken a JOIN message m ON (m.id, m.period) = (a.message_id, a.period)
      LEFT JOIN contact_point cp ON (cp.agency_id, cp.id) = (m.agency_id, m.contact_point_id)
""")
LOOK_AGAIN = text("""
    UPDATE attempt a SET looks = v.looks, look_at = v.look_at
      FROM unnest(cast(:id AS uuid[]), cast(:looks AS smallint[]), cast(:look_at AS timestamptz[])) v (id, looks, look_at)
     WHERE a.id = v.id AND a.state = 'unclear'
""")
# A receipt that is there and not applied yet speaks louder than any list.
ABSENT = text("""
    WITH gone AS (
      UPDATE attempt a SET state = 'absent', proof = 'look-up', look_at = NULL
        FROM unnest(cast(:id AS uuid[]), cast(:due_at AS timestamptz[])) v (id, due_at)
       WHERE a.id = v.id AND a.state = 'unclear'
         AND NOT EXISTS (SELECT FROM receipt r WHERE r.attempt_id = a.id AND r.period = a.period)
      RETURNING a.message_id, a.period, v.due_at)
    UPDATE message m SET status = 'planned', due_at = greatest(gone.due_at, m.due_at) FROM gone
     WHERE (m.id, m.period) = (gone.message_id, gone.period) AND m.status = 'sending'
""")
FOUND = text("""
    WITH proved AS (
      UPDATE attempt a SET state = 'accepted', proof = 'look-up', provider_id = v.provider_id, look_at = NULL,
             accepted_at = :now, accepted_on_machine = :machine_now
        FROM unnest(cast(:id AS uuid[]), cast(:provider_id AS text[])) v (id, provider_id)
       WHERE a.id = v.id AND a.state = 'unclear' RETURNING a.message_id, a.period, a.send_at)
    UPDATE message m SET status = 'sent', handed_at = greatest(cast(:now AS timestamptz), proved.send_at) FROM proved
     WHERE (m.id, m.period) = (proved.message_id, proved.period) AND m.status = 'sending'
""")
UNPROVEN = text("""
    WITH held AS (UPDATE attempt SET look_at = NULL WHERE id = ANY(cast(:ids AS uuid[])) AND state = 'unclear'
                  RETURNING message_id, period)
    UPDATE message m SET status = 'unknown', reason = 'no_proof', ended_at = :now FROM held
     WHERE (m.id, m.period) = (held.message_id, held.period) AND m.status = 'sending'
""")
NO_WORD = text("""
    WITH silent AS (
      UPDATE message SET status = 'unknown', reason = 'no_word', ended_at = :now
       WHERE status = 'sent' AND handed_at < :before
         AND NOT EXISTS (SELECT FROM settlement s WHERE (s.agency_id, s.message_id) = (message.agency_id, message.id))
         AND NOT EXISTS (SELECT FROM attempt a WHERE a.message_id = message.id AND a.state = 'accepted'
               AND a.accepted_on_machine > :machine_before)
      RETURNING id, period)
    UPDATE attempt a SET erase_at = :erase_at FROM silent
     WHERE (a.message_id, a.period) = (silent.id, silent.period) AND a.state = 'accepted' AND a.erased_at IS NULL
""")
PAST_DEADLINE = text(f"""
    UPDATE message m SET status = 'expired', reason = {TOO_LATE}, ended_at = :now
     WHERE status = 'planned' AND deadline_at <= :now AND due_at <= :now
""")  # noqa: S608  (a constant of ours)
IN_HAND = text("SELECT count(*) AS n FROM attempt WHERE state = 'intended' AND lease_until >= :machine_now")
AWAITED = text("""
    SELECT count(*) AS n FROM message m JOIN attempt a ON a.message_id = m.id AND a.state = 'accepted'
     WHERE m.status = 'sent' AND a.accepted_on_machine > :since AND coalesce(a.send_at <= :now, true)
""")
NEXT_LOOK = text("""
    SELECT min(look_at) AS at FROM attempt
     WHERE state IN ('intended', 'unclear') AND look_at > :after AND look_at <= :until
""")
SWEEP_JOBS = text("""
    DELETE FROM procrastinate_jobs j WHERE j.status <> 'todo' AND j.id IN (
      SELECT job_id FROM procrastinate_events GROUP BY job_id HAVING max(at) < :before ORDER BY job_id LIMIT 10000)
""")
LATE = "late_accepted"
NEWLY_LATE = text(f"""
    UPDATE attempt SET reason = '{LATE}' WHERE late_at IS NOT NULL AND reason IS DISTINCT FROM '{LATE}'
    RETURNING id, provider
""")  # noqa: S608  (a constant of ours)


async def end_leases(session: Session) -> int:
    """Call unclear what a sender held longer than its lease: it may have died before or after the write.

    What stands behind a fence is withdrawn at once; then it is proven that it will never leave.
    """
    return await session.run(LEASES_OUT, machine_now=session.machine_now, now=session.now)


async def to_look_up(session: Session, *, back_in: timedelta, limit: int) -> Sequence[Row[Any]]:
    """Take unclear attempts whose time to be looked up has come; they come back later unless there is a verdict."""
    now: datetime = session.now
    return await session.all(TO_LOOK_UP, now=now, back_at=now + back_in, limit=limit)


async def found(session: Session, rows: Sequence[tuple[UUID, str]]) -> None:
    """Settle attempts that the provider's list proves to be there."""
    if rows:
        values = columns(("id", "provider_id"), rows)
        await session.run(FOUND, now=session.now, machine_now=session.machine_now, **values)


async def absent(session: Session, rows: Sequence[tuple[UUID, datetime]]) -> None:
    """Settle attempts that were proven never to have arrived: (attempt, when its message may be sent again) each."""
    if rows:
        await session.run(ABSENT, **columns(("id", "due_at"), rows))


async def unproven(session: Session, ids: Sequence[UUID]) -> None:
    """End what nobody can prove as unknown, for a person to settle."""
    if ids:
        await session.run(UNPROVEN, ids=list(ids), now=session.now)


async def look_again(session: Session, rows: Sequence[tuple[UUID, int, datetime]]) -> None:
    """Set the next look-up: (attempt, looks so far, when) each."""
    if rows:
        await session.run(LOOK_AGAIN, **columns(("id", "looks", "look_at"), rows))


async def end_without_word(session: Session, before: datetime, machine_before: datetime, erase_at: datetime) -> int:
    """End what was handed over long ago and never heard of again; it is erased at the provider later."""
    return await session.run(
        NO_WORD, now=session.now, before=before, machine_before=machine_before, erase_at=erase_at
    )  # fmt: skip


async def end_past_deadline(session: Session) -> int:
    """End what could not go before its deadline."""
    return await session.run(PAST_DEADLINE, now=session.now)


async def in_hand(session: Session) -> int:
    """Return how many attempts a living sender holds right now."""
    row = await session.first(IN_HAND, machine_now=session.machine_now)
    return int(row.n) if row else 0


async def awaited(session: Session, since: datetime) -> int:
    """Return how many messages, handed over since a machine time, have no last word yet."""
    row = await session.first(AWAITED, since=since, now=session.now)
    return int(row.n) if row else 0


async def next_look(session: Session, after: datetime, until: datetime) -> datetime | None:
    """Return the next moment at which something unclear is to be looked up, if it is in this span."""
    row = await session.first(NEXT_LOOK, after=after, until=until)
    moment: datetime | None = row.at if row else None
    return moment


async def newly_late(session: Session) -> Sequence[Row[Any]]:
    """Return the attempts (id, provider) that were taken after they had been proven absent, each once."""
    return await session.all(NEWLY_LATE)


async def sweep_jobs(session: Session, before: datetime) -> int:
    """Remove finished jobs from the queue, and those that a worker began and never ended."""
    return await session.run(SWEEP_JOBS, before=before)
