"""Switches: which are in force, what each is about, and what it holds, cancels or lets go again.

A pause touches no reminder that is not due: a claim asks for the switches in force, and what it finds held is put
off to the switch's end. So a switch over a million reminders acts at once, and lifting it costs what came due.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from uuid_utils.compat import uuid7

from app.db.columns import columns
from app.db.transaction import Session
from app.rules.switches import HELD, REASONS, SwitchAsked, SwitchKind

IN_FORCE = "s.lifted_at IS NULL AND (s.until IS NULL OR s.until > cast(:now AS timestamptz))"
# What a switch is about, over `s` (switch), `m` (message) and `rn` (its renewal, if it has one).
ABOUT = """
    m.kind IN ('reminder', 'broadcast') AND (s.channel IS NULL OR s.channel = m.channel)
    AND (s.ladder IS NULL OR s.ladder = m.ladder) AND (s.program IS NULL OR s.program = rn.program)
    AND (s.county_code IS NULL
         OR s.county_code = (SELECT ag.profile ->> 'county_code' FROM agency ag WHERE ag.id = s.agency_id))
"""
RENEWAL = "LEFT JOIN renewal rn ON (rn.agency_id, rn.id) = (m.agency_id, m.renewal_id)"
KINDS = ", ".join(f"('{kind}', '{reason}')" for kind, reason in REASONS.items())
# A stop before anything that only holds; of those, the one that holds longest.
HOLDER = f"""
    SELECT s.kind, s.until, word.reason FROM switch s JOIN (VALUES {KINDS}) word (kind, reason) ON word.kind = s.kind
     WHERE s.agency_id = m.agency_id AND {IN_FORCE} AND {ABOUT}
     ORDER BY (s.kind = 'stop') DESC, s.until DESC NULLS FIRST LIMIT 1
"""  # noqa: S608  (constants of ours)
# A claim that asked before a switch was set or lifted commits before it: else what it hands to a provider for later
# would be seen by no pause, and what it holds be let go by nobody.
CLAIMING = text("SELECT pg_advisory_xact_lock_shared(hashtextextended('switches ' || :agency, 0))")
CHANGING = text("SELECT pg_advisory_xact_lock(hashtextextended('switches ' || :agency, 0))")
ANY_IN_FORCE = text(f"""
    SELECT 1 FROM switch s WHERE s.agency_id = :agency AND {IN_FORCE}
       AND (s.channel IS NULL OR s.channel = :channel) LIMIT 1
""")  # noqa: S608
HELD_NOW = text(f"""
    SELECT m.id, m.period, holder.reason, least(coalesce(holder.until, m.deadline_at), m.deadline_at) AS until
      FROM message m {RENEWAL} CROSS JOIN LATERAL ({HOLDER}) holder
     WHERE m.agency_id = :agency AND m.id = ANY(cast(:ids AS uuid[]))
""")  # noqa: S608
HOLD = text("""
    UPDATE message m SET reason = v.reason, due_at = v.until
      FROM unnest(cast(:id AS uuid[]), cast(:period AS date[]), cast(:reason AS text[]), cast(:until AS timestamptz[]))
        AS v (id, period, reason, until)
     WHERE (m.id, m.period) = (v.id, v.period) AND m.status = 'planned'
""")
COLUMNS = """s.id, s.kind, s.program, s.county_code, s.channel, s.ladder, s.reason, s.set_by, s.set_at, s.until,
             s.lifted_at, s.lifted_by, s.held"""
ADD = text("""
    INSERT INTO switch (agency_id, id, kind, program, county_code, channel, ladder, reason, set_by, set_at, until)
    VALUES (:agency, :id, :kind, :program, :county_code, :channel, :ladder, :reason, :set_by, :now, :until)
""")
ONE = text(f"SELECT {COLUMNS} FROM switch s WHERE s.agency_id = :agency AND s.id = :id")  # noqa: S608
LIST = text(f"""
    SELECT {COLUMNS} FROM switch s WHERE s.agency_id = :agency AND (:over OR {IN_FORCE})
       AND (cast(:before AS uuid) IS NULL OR s.id < :before)
     ORDER BY s.id DESC LIMIT :limit
""")  # noqa: S608
PROGRAMS = text("SELECT DISTINCT program FROM renewal WHERE agency_id = :agency")
SET_HELD = text("UPDATE switch SET held = :held WHERE agency_id = :agency AND id = :id")
LIFT = text("""
    UPDATE switch SET lifted_at = :now, lifted_by = :by WHERE agency_id = :agency AND id = :id AND lifted_at IS NULL
""")
# What a switch is about now: those that it holds or will, or those that it canceled.
CHANGED = f"""
      FROM switch s JOIN message m ON m.agency_id = s.agency_id {RENEWAL}
     WHERE s.agency_id = :agency AND s.id = :id AND {ABOUT}
       AND CASE s.kind WHEN 'stop' THEN m.status = 'canceled' AND m.reason = 'stopped' AND m.ended_at >= s.set_at
                       ELSE m.status = 'planned' AND s.lifted_at IS NULL
                            AND (s.until IS NULL OR least(m.first_due_at, m.due_at) < s.until) END
"""
COUNTS = text(f"SELECT m.step, m.channel, count(*) AS n {CHANGED} GROUP BY 1, 2 ORDER BY 1 NULLS LAST, 2")
REMINDERS = text(f"""
    SELECT m.id, m.step, m.channel, m.due_at, m.deadline_at, m.status {CHANGED}
       AND (cast(:after AS uuid) IS NULL OR m.id > :after) ORDER BY m.id LIMIT :limit
""")
# What a claim has locked is left to it: it either leaves, or is canceled at its next claim. Who was to be told by the
# message of another of the household, which a stop of another ladder ends, is planned anew.
CANCEL = text(f"""
    WITH taken AS MATERIALIZED (
      SELECT m.id, m.period FROM switch s JOIN message m ON m.agency_id = s.agency_id AND m.status = 'planned' {RENEWAL}
       WHERE s.agency_id = :agency AND s.id = :id AND {ABOUT} LIMIT :limit FOR UPDATE OF m SKIP LOCKED),
    freed AS (
      INSERT INTO replan (agency_id, renewal_id)
      SELECT DISTINCT told.agency_id, told.renewal_id FROM message told JOIN taken ON taken.id = told.bundled_into
       WHERE told.status = 'skipped' AND told.deadline_at > :now AND told.renewal_id IS NOT NULL ON CONFLICT DO NOTHING)
    UPDATE message m SET status = 'canceled', reason = 'stopped', ended_at = :now FROM taken
     WHERE (m.id, m.period) = (taken.id, taken.period)
""")  # noqa: S608
WITHDRAW = text(f"""
    UPDATE attempt a SET withdraw_at = :now, withdraw_reason = :word
      FROM switch s JOIN message m ON m.agency_id = s.agency_id AND m.status IN ('sending', 'sent') {RENEWAL}
     WHERE s.agency_id = :agency AND s.id = :id AND {ABOUT} AND (a.message_id, a.period) = (m.id, m.period)
       AND a.send_at > :now AND a.withdraw_reason IS NULL AND NOT a.over AND a.state IN ('intended', 'unclear', 'accepted')
""")  # noqa: S608
# Where an agency is paced, what is let go is not due at once: it is timed as if it were planned today.
LET_GO = text(f"""
    WITH let AS MATERIALIZED (
      SELECT m.id, m.period, :paced AND m.renewal_id IS NOT NULL AS anew, m.renewal_id FROM switch s JOIN message m ON m.agency_id = s.agency_id AND m.status = 'planned'
             AND m.reason IN ('paused', 'hardship', 'brake') {RENEWAL}
       WHERE s.agency_id = :agency AND s.id = :id AND {ABOUT} AND m.deadline_at > :now FOR UPDATE OF m),
    marked AS (
      INSERT INTO replan (agency_id, renewal_id, afresh)
      SELECT DISTINCT cast(:agency AS uuid), renewal_id, true FROM let WHERE anew
      ON CONFLICT (agency_id, renewal_id) DO UPDATE SET afresh = true)
    UPDATE message m SET reason = NULL,
           due_at = CASE WHEN let.anew THEN m.due_at ELSE least(m.due_at, cast(:now AS timestamptz)) END FROM let
     WHERE (m.id, m.period) = (let.id, let.period)
""")  # noqa: S608
EVERY_ONE = text(f"SELECT ag.code, {COLUMNS} FROM switch s JOIN agency ag ON ag.id = s.agency_id WHERE {IN_FORCE}")  # noqa: S608


class Held(NamedTuple):
    """A message that a switch in force is about: the word for it, and until when it is held."""

    id: UUID
    period: date
    reason: str
    until: datetime


async def claiming(session: Session, agency: UUID) -> None:
    """Have no switch of an agency set or lifted before this transaction ends; asked before a claim locks anything."""
    await session.run(CLAIMING, agency=str(agency))


async def changing(session: Session, agency: UUID) -> None:
    """Wait for the claims that run, and let none begin before this transaction ends."""
    await session.run(CHANGING, agency=str(agency))


async def any_in_force(session: Session, agency: UUID, channel: str, at: datetime) -> bool:
    """Say whether any switch of an agency is in force on a channel at a moment."""
    return await session.first(ANY_IN_FORCE, agency=agency, channel=channel, now=at) is not None


async def held_now(session: Session, agency: UUID, ids: Sequence[UUID], at: datetime) -> list[Held]:
    """Return those of these messages that a switch holds or stops at a moment."""
    rows = await session.all(HELD_NOW, agency=agency, ids=list(ids), now=at)
    return [Held(row.id, row.period, row.reason, row.until) for row in rows]


async def hold(session: Session, rows: Sequence[Held]) -> None:
    """Put planned messages off until their switch or their deadline ends, with the reason."""
    if rows:
        await session.run(HOLD, **columns(Held._fields, rows))


async def add(session: Session, agency: UUID, asked: SwitchAsked, by: str) -> UUID:
    """Set a switch and return its id."""
    id_, scope = uuid7(), asked.scope
    await session.run(
        ADD, agency=agency, id=id_, kind=asked.kind, program=scope.program, county_code=scope.county_code,
        channel=scope.channel, ladder=scope.ladder, reason=asked.reason, set_by=by, now=session.now, until=asked.until,
    )  # fmt: skip
    return id_


async def programs(session: Session, agency: UUID) -> set[str]:
    """Return the programs in which something falls due for an agency's members."""
    return {row.program for row in await session.all(PROGRAMS, agency=agency)}


async def one(session: Session, agency: UUID, id_: UUID) -> Row[Any] | None:
    """Return a switch."""
    return await session.first(ONE, agency=agency, id=id_)


async def listed(session: Session, agency: UUID, *, over: bool, before: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Return an agency's switches in force, the newest first; with `over` the others too."""
    return await session.all(LIST, agency=agency, over=over, before=before, limit=limit, now=session.now)


async def counts(session: Session, agency: UUID, id_: UUID) -> Sequence[Row[Any]]:
    """Return how many reminders a switch changes, by step and channel."""
    return await session.all(COUNTS, agency=agency, id=id_)


async def keep_count(session: Session, agency: UUID, id_: UUID, held: int) -> None:
    """Keep how many reminders a switch changed when it was set."""
    await session.run(SET_HELD, agency=agency, id=id_, held=held)


async def reminders(session: Session, agency: UUID, id_: UUID, *, after: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Return the reminders that a switch changes, from a cursor on."""
    return await session.all(REMINDERS, agency=agency, id=id_, after=after, limit=limit)


async def cancel(session: Session, agency: UUID, id_: UUID, limit: int) -> int:
    """Cancel some of the planned messages that a stop is about; return how many."""
    return await session.run(CANCEL, agency=agency, id=id_, now=session.now, limit=limit)


async def withdraw(session: Session, agency: UUID, id_: UUID, kind: SwitchKind) -> int:
    """Mark what a provider holds for later to be withdrawn there; return how many."""
    return await session.run(WITHDRAW, agency=agency, id=id_, now=session.now, word=REASONS[kind])


async def lift(session: Session, agency: UUID, id_: UUID, by: str) -> bool:
    """Lift a switch; say whether it was set."""
    return await session.run(LIFT, agency=agency, id=id_, by=by, now=session.now) > 0


async def let_go(session: Session, agency: UUID, id_: UUID, *, paced: bool) -> int:
    """Let what a lifted switch held be due again, by its plan where the agency is paced; return how many."""
    return await session.run(LET_GO, agency=agency, id=id_, paced=paced, now=session.now)


async def in_force(session: Session) -> Sequence[Row[Any]]:
    """Return every switch in force, with its agency's code."""
    return await session.all(EVERY_ONE, now=session.now)


HELD_REASONS = ", ".join(f"'{reason}'" for reason in sorted(HELD))
