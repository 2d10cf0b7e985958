"""A member's timeline: what is kept of each message, and what a draft says of the months to come."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from app.db.columns import columns
from app.db.messages import REASON
from app.db.switches import ABOUT, IN_FORCE, KINDS, RENEWAL
from app.db.transaction import Session
from app.rules.explaining.cycles import Foreseen

# The switch that holds a message, or the one that ended it: also one that is over, if it was set before that end.
SWITCH: Final = f"""
    LEFT JOIN LATERAL (
      SELECT s.kind, s.reason, s.set_by, s.set_at, s.until FROM switch s
        JOIN (VALUES {KINDS}) word (kind, reason) ON word.kind = s.kind
       WHERE s.agency_id = m.agency_id AND {ABOUT}
         AND CASE m.status WHEN 'planned' THEN {IN_FORCE} AND (s.until IS NULL OR m.due_at < s.until OR m.reason = word.reason)
                           ELSE m.reason = word.reason AND s.set_at <= m.ended_at END
       ORDER BY (s.kind = 'stop') DESC, s.until DESC NULLS FIRST, s.set_at DESC LIMIT 1) by ON true
"""  # noqa: S608  (constants of ours)
BY: Final = """by.kind AS switch_kind, by.reason AS switch_reason, by.set_by AS switch_by, by.set_at AS switch_at,
           by.until AS switch_until"""
MESSAGES: Final = text(f"""
    SELECT m.id, m.kind, m.channel, m.template, m.language, m.step, m.status, {REASON} AS reason, m.month,
           m.first_due_at, m.due_at, m.deadline_at, m.created_at, m.handed_at, m.ended_at, m.again_at, m.provider,
           m.renewal_id, m.ladder, m.anchor_on, m.about_on, m.place, m.zone, m.tries, m.bundled_into, rn.program,
           rn.renewal_month, rn.occasion, tv.version, {BY}
      FROM message m {RENEWAL} LEFT JOIN template_version tv ON tv.id = m.template_version_id {SWITCH}
     WHERE m.agency_id = :agency AND m.member_id = :member ORDER BY m.due_at, m.id
""")  # noqa: S608
ATTEMPTS: Final = text("""
    SELECT a.id, a.message_id, a.number, a.state, a.provider, a.reason, a.provider_code, a.intended_at, a.send_at,
           a.withdraw_reason
      FROM message m JOIN attempt a ON (a.message_id, a.period) = (m.id, m.period)
     WHERE m.agency_id = :agency AND m.member_id = :member ORDER BY a.message_id, a.number
""")
RECEIPTS: Final = text("""
    SELECT r.attempt_id, r.status, r.reason, r.provider_code, r.received_at
      FROM message m JOIN attempt a ON (a.message_id, a.period) = (m.id, m.period)
      JOIN receipt r ON (r.attempt_id, r.period) = (a.id, a.period)
     WHERE m.agency_id = :agency AND m.member_id = :member ORDER BY r.id
""")
CHOOSE: Final = text("""
    INSERT INTO chosen SELECT id FROM renewal
     WHERE agency_id = :agency AND member_id = :member AND status <> 'canceled'
""")
FORESEE: Final = text("""
    INSERT INTO occasion (renewal_id, member_id, occasion, program, owner, cycle, status, member_status, period, due_on)
    SELECT v.id, :member, 'renewal', v.program, v.owner, v.cycle, 'unknown', :status, v.month,
           cast(v.month + interval '1 month - 1 day' AS date)
      FROM unnest(cast(:id AS uuid[]), cast(:program AS text[]), cast(:owner AS text[]), cast(:cycle AS smallint[]),
                  cast(:month AS date[])) AS v (id, program, owner, cycle, month)
""")
OCCASIONS: Final = text("""
    SELECT renewal_id, occasion, program, owner, cycle, status, period, on_date, packet_mailed_on, requested_on, due_on,
           received_on, effective_on, status_on, begins_from, begins_until
      FROM occasion ORDER BY period, renewal_id, begins_from NULLS FIRST
""")
REACH: Final = text("SELECT channel, wanted, refused FROM reach ORDER BY in_order, channel")
NEAR: Final = text("""
    SELECT DISTINCT ON (t.id) t.id, t.channel, t.ladder, t.on_day, t.member_id = :member AS same_person FROM taken t
      JOIN reach r ON (r.address_index, r.channel) = (t.address_index, t.channel)
""")
DRAFT: Final = text(f"""
    SELECT m.id, m.renewal_id, m.ladder, m.step, m.channel, m.template, m.language, m.about_on, m.anchor_on, m.status,
           CASE WHEN m.status <> 'planned' THEN m.reason END AS reason, m.first_due_at, m.due_at, m.deadline_at, m.place,
           m.zone, m.month, m.was, rn.program, rn.occasion, rn.period AS renewal_month, tv.version, {BY}
      FROM (SELECT d.*, cast(:agency AS uuid) AS agency_id, 'reminder' AS kind, cast(NULL AS timestamptz) AS ended_at
              FROM draft d) m
      JOIN (SELECT DISTINCT ON (renewal_id) * FROM occasion) rn ON rn.renewal_id = m.renewal_id
      LEFT JOIN template_version tv ON tv.id = m.version {SWITCH}
     ORDER BY m.due_at, m.id
""")  # noqa: S608


async def messages(session: Session, agency: UUID, member: UUID) -> Sequence[Row[Any]]:
    """Return a member's messages with whatever is kept of why, in the order in which they are due."""
    return await session.all(MESSAGES, agency=agency, member=member, now=session.now)


async def attempts(session: Session, agency: UUID, member: UUID) -> Sequence[Row[Any]]:
    """Return every try to send one of a member's messages, in order."""
    return await session.all(ATTEMPTS, agency=agency, member=member)


async def receipts(session: Session, agency: UUID, member: UUID) -> Sequence[Row[Any]]:
    """Return what the providers said of a member's messages, in order of arrival."""
    return await session.all(RECEIPTS, agency=agency, member=member)


async def choose(session: Session, agency: UUID, member: UUID) -> int:
    """Choose what falls due for one member to be drafted."""
    return await session.run(CHOOSE, agency=agency, member=member)


async def foresee(session: Session, member: UUID, status: str, renewals: Sequence[Foreseen]) -> None:
    """Add renewals to the draft that the county has not told yet."""
    rows = [(one.id, one.program, one.owner, one.cycle, one.month) for one in renewals]
    names = ("id", "program", "owner", "cycle", "month")
    await session.run(FORESEE, member=member, status=status, **columns(names, rows))


async def occasions(session: Session) -> Sequence[Row[Any]]:
    """Return what falls due in the draft; a renewal that changes meanwhile more than once."""
    return await session.all(OCCASIONS)


async def reach(session: Session) -> Sequence[Row[Any]]:
    """Return by which channels the drafted member is reached, or the one named `none`."""
    return await session.all(REACH)


async def near(session: Session, member: UUID) -> Sequence[Row[Any]]:
    """Return what else goes or lately went to the member's addresses: days only, of nobody in particular."""
    return await session.all(NEAR, member=member)


async def drafted(session: Session, agency: UUID) -> Sequence[Row[Any]]:
    """Return the draft: what is open, and what is to come."""
    return await session.all(DRAFT, agency=agency, now=session.now)
