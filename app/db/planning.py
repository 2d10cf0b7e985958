"""Planning in sets: what waits to be planned, and how a draft (`app.db.drafting`) becomes messages.

A second run over the same facts changes nothing: what is drafted is compared with what stands, row by row.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.db.broadcasts import pass_on
from app.db.drafting import BY_KEY, pick, steer
from app.db.transaction import Session
from app.db.verdicts import case_of_the_member, consent_joins_of, refusal

ONE_PLANNER = text("SELECT pg_advisory_xact_lock(hashtextextended('planning ' || :agency, 0))")
WAITING = text("""
    SELECT agency_id FROM replan UNION SELECT agency_id FROM broadcast WHERE status = 'approved'
""")
MARKED = text("SELECT id FROM agency a WHERE EXISTS (SELECT FROM replan WHERE replan.agency_id = a.id)")
# Materialized: a sub-select that the server ran again for each row would take more than its limit.
TAKE = text("""
    WITH picked AS MATERIALIZED (
      SELECT agency_id, renewal_id FROM replan WHERE agency_id = :agency LIMIT :limit FOR UPDATE SKIP LOCKED),
    gone AS (
      DELETE FROM replan r USING picked WHERE (r.agency_id, r.renewal_id) = (picked.agency_id, picked.renewal_id)
      RETURNING r.renewal_id, r.afresh)
    INSERT INTO chosen SELECT renewal_id, afresh FROM gone
""")
# Whoever shares an address or is the same person is planned together, so that the limit parts no household.
TAKE_NEIGHBOURS = text("""
    WITH picked AS MATERIALIZED (
      SELECT DISTINCT waiting.agency_id, waiting.renewal_id
        FROM chosen JOIN renewal rn ON (rn.agency_id, rn.id) = (:agency, chosen.renewal_id)
        JOIN contact_point own ON (own.agency_id, own.member_id) = (:agency, rn.member_id) AND own.listed
        JOIN contact_point other ON (other.agency_id, other.value_index) = (:agency, own.value_index) AND other.listed
        JOIN renewal near ON (near.agency_id, near.member_id) = (:agency, other.member_id)
        JOIN replan waiting ON (waiting.agency_id, waiting.renewal_id) = (:agency, near.id)),
    gone AS (
      DELETE FROM replan r USING picked WHERE (r.agency_id, r.renewal_id) = (picked.agency_id, picked.renewal_id)
      RETURNING r.renewal_id, r.afresh)
    INSERT INTO chosen SELECT renewal_id, afresh FROM gone
""")
ANY_HELD = text("SELECT 1 FROM held LIMIT 1")
COMPARE = text("UPDATE held SET drafted = draft.status FROM draft WHERE draft.id = held.id")
# What is planned and a rule refuses now keeps what it was; what another message says, or what finds no day any more,
# is as it is drafted.
UNPLAN = text("""
    UPDATE message m SET status = 'canceled', reason = d.reason, ended_at = :now
      FROM draft d
     WHERE d.was = 'planned' AND d.status = 'skipped' AND d.reason NOT IN ('household', 'first_channel')
       AND m.id = ANY(ARRAY(SELECT id FROM held WHERE status = 'planned')) AND (m.id, m.period) = (d.id, d.period)
       AND m.status = 'planned'
""")
# What is planned and not drafted at all: the step is not asked any more. What lies beyond the horizon is left alone.
UNASKED = text(f"""
    UPDATE message m SET status = 'canceled', ended_at = :now,
           reason = coalesce(v.refused, CASE WHEN v.listed THEN 'no_longer_due' ELSE 'no_contact_point' END)
      FROM (SELECT h.id, {case_of_the_member("h.step")} AS refused, h.first_due_at,
                   (mb.id, h.channel) IN (SELECT member_id, channel FROM reach) AS listed
              FROM held h JOIN renewal rn ON (rn.agency_id, rn.id) = (:agency, h.renewal_id)
              JOIN member mb ON (mb.agency_id, mb.id) = (:agency, rn.member_id)
             WHERE h.status = 'planned' AND h.drafted IS NULL) v
     WHERE m.id = ANY(ARRAY(SELECT id FROM held WHERE status = 'planned' AND drafted IS NULL)) AND m.id = v.id
       AND m.status = 'planned' AND (v.refused IS NOT NULL OR NOT v.listed OR v.first_due_at <= :until)
""")  # noqa: S608
DROP_SKIPPED = text("""
    DELETE FROM message WHERE status = 'skipped' AND id = ANY(ARRAY(
      SELECT id FROM held WHERE status = 'skipped' AND NOT settled AND drafted IS DISTINCT FROM 'skipped'))
""")
FIELDS = (
    "contact_point_id", "template", "template_version_id", "language", "place", "zone", "ladder", "about_on",
    "anchor_on", "priority", "purpose", "month", "first_due_at", "due_at", "deadline_at", "bundled_into",
)  # fmt: skip
# The time of what is skipped as before stands, too, though it would be another now.
DRAFTED_AS = {
    "template_version_id": "d.version",
    "due_at": "CASE d.status WHEN 'skipped' THEN coalesce(d.held_due, d.due_at) ELSE d.due_at END",
}
DRAFTED = ", ".join(DRAFTED_AS.get(name, f"d.{name}") for name in FIELDS)
REFRESH = text(f"""
    UPDATE message m SET ({", ".join(FIELDS)}, reason)
           = ({DRAFTED}, CASE d.status WHEN 'planned' THEN m.reason ELSE d.reason END)
      FROM draft d
     WHERE m.id = ANY(ARRAY(SELECT id FROM draft WHERE was = status AND was IN ('planned', 'skipped')))
       AND d.was = d.status AND (m.id, m.period) = (d.id, d.period) AND m.status = d.was AND ((d.was = 'skipped' AND m.reason IS DISTINCT FROM d.reason)
        OR ({", ".join(f"m.{name}" for name in FIELDS)}) IS DISTINCT FROM ({DRAFTED}))
""")  # noqa: S608
TURN = text(f"""
    UPDATE message m SET ({", ".join(FIELDS)}, status, reason, ended_at) = ({DRAFTED}, d.status, d.reason, :now)
      FROM draft d
     WHERE m.id = ANY(ARRAY(SELECT id FROM draft WHERE was = 'planned' AND status <> 'planned'))
       AND d.status <> 'planned' AND (m.id, m.period) = (d.id, d.period) AND m.status = 'planned'
""")  # noqa: S608
# What is planned in the order in which it will be due, side by side; the rest person by person.
ADD = text(f"""
    INSERT INTO message (id, period, agency_id, kind, member_id, renewal_id, step, channel, status, reason, created_at,
           ended_at, {", ".join(FIELDS)})
    SELECT d.id, d.period, :agency, 'reminder', d.member_id, d.renewal_id, d.step, d.channel, d.status, d.reason, :now,
           CASE WHEN d.status <> 'planned' THEN cast(:now AS timestamptz) END, {DRAFTED}
      FROM draft d WHERE d.was IS NULL OR d.was = 'canceled' OR d.was = 'skipped' AND d.status <> 'skipped'
     ORDER BY CASE d.status WHEN 'planned' THEN d.channel END NULLS FIRST,
              CASE d.status WHEN 'planned' THEN d.due_at END NULLS FIRST, d.id
    ON CONFLICT DO NOTHING
""")  # noqa: S608
# Who was to hear it by a message that is now another's, or none, is planned anew.
FREE = text("""
    INSERT INTO replan (agency_id, renewal_id)
    SELECT DISTINCT agency_id, renewal_id FROM message
     WHERE status = 'skipped' AND deadline_at > :now AND renewal_id NOT IN (SELECT renewal_id FROM chosen)
       AND bundled_into = ANY(ARRAY(
             SELECT h.id FROM held h JOIN message led ON led.id = h.id
              WHERE led.id = ANY(ARRAY(SELECT id FROM held WHERE status = 'planned')) AND h.status = 'planned'
                AND (led.status <> 'planned' OR (led.contact_point_id, led.anchor_on, led.template, led.language)
                     IS DISTINCT FROM (h.contact_point_id, h.anchor_on, h.template, h.language))))
    ON CONFLICT DO NOTHING
""")
# What is planned keeps its time when it is planned anew, unless it is to be timed afresh.
TIME_ANEW = text("""
    INSERT INTO replan (agency_id, renewal_id, afresh)
    SELECT DISTINCT agency_id, renewal_id, true FROM message
     WHERE agency_id = :agency AND kind = 'reminder' AND status = 'planned' AND due_at > :now
    ON CONFLICT (agency_id, renewal_id) DO UPDATE SET afresh = true
""")
CANCEL = text(f"""
    WITH ended AS (
    UPDATE message m SET status = 'canceled', reason = v.reason, ended_at = :now
      FROM (SELECT held.id, held.period, {refusal("held")} AS reason
              FROM message held
              JOIN member mb ON (mb.agency_id, mb.id) = (held.agency_id, held.member_id)
              LEFT JOIN renewal rn ON (rn.agency_id, rn.id) = (held.agency_id, held.renewal_id)
              JOIN contact_point cp ON (cp.agency_id, cp.id) = (held.agency_id, held.contact_point_id)
              {consent_joins_of("held")}
             WHERE held.agency_id = :agency AND held.member_id = ANY(cast(:members AS uuid[]))
               AND held.kind IN ('reminder', 'broadcast') AND held.status = 'planned' FOR UPDATE OF held) v
     WHERE (m.id, m.period) = (v.id, v.period) AND v.reason IS NOT NULL RETURNING m.id),
    freed AS (
      INSERT INTO replan (agency_id, renewal_id)
      SELECT DISTINCT told.agency_id, told.renewal_id FROM message told JOIN ended ON ended.id = told.bundled_into
       WHERE told.status = 'skipped' AND told.deadline_at > :now AND told.renewal_id IS NOT NULL ON CONFLICT DO NOTHING)
    SELECT id FROM ended
""")  # noqa: S608


async def agencies_waiting(session: Session) -> list[UUID]:
    """Return the agencies that have occasions or broadcasts to be planned."""
    return [row.agency_id for row in await session.all(WAITING)]


async def agencies_marked(session: Session) -> list[UUID]:
    """Return the agencies that have occasions to be planned."""
    return [row.id for row in await session.all(MARKED)]


async def one_planner(session: Session, agency: UUID) -> None:
    """Wait until nobody else plans for this agency."""
    await session.all(ONE_PLANNER, agency=str(agency))


async def take(session: Session, agency: UUID, limit: int) -> int:
    """Choose occasions that are to be planned, whole households; they are taken when the transaction commits."""
    taken = await session.run(TAKE, agency=agency, limit=limit)
    if taken == limit:
        taken += await session.run(TAKE_NEIGHBOURS, agency=agency)
    return taken


async def merge(session: Session, values: Mapping[str, Any], until: datetime) -> int:
    """Make the messages what the draft says, and return how many that added."""
    values = {**values, "until": until}
    await session.run(COMPARE)
    await steer(session, BY_KEY)
    if await session.first(ANY_HELD):
        changed = [
            await session.run(one, **pick(one, values)) for one in (UNPLAN, UNASKED, DROP_SKIPPED, TURN, REFRESH)
        ]
        if any(changed):
            await session.run(FREE, now=session.now)
    return await session.run(ADD, **pick(ADD, values))


async def time_anew(session: Session, agency: UUID) -> int:
    """Have whatever waits timed as if it were planned today; return how many occasions that marks."""
    return await session.run(TIME_ANEW, agency=agency, now=session.now)


async def cancel_what_no_longer_fits(
    session: Session, agency: UUID, members: Sequence[UUID], allowed: Sequence[str]
) -> int:
    """Cancel what is planned for these members that a rule now refuses, with the rule's reason.

    Others of the household who were to hear it by one of them are marked to be planned anew.
    """
    rows = await session.all(CANCEL, agency=agency, members=list(members), allowed=list(allowed), now=session.now)
    await pass_on(session, [row.id for row in rows])
    return len(rows)
