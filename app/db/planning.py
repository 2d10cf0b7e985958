"""Planning in sets: a whole agency's reminders of one step in a few statements, no loop over members.

The small tables that come in as arrays (`slots`: zone x channel x month; `words`: language → template)
are computed by the pure rules; SQL only joins them, so that each rule exists once.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.db.transaction import Session
from app.db.verdicts import CASE_OF_THE_MEMBER, consent_joins, verdict

ONE_PLANNER = text("SELECT pg_advisory_xact_lock(hashtextextended('planning ' || :agency, 0))")
WAITING = text("SELECT DISTINCT agency_id FROM replan")
# Materialized: a sub-select that the server ran again for each row would take more than its limit.
TAKE = text("""
    WITH taken AS MATERIALIZED (
      SELECT agency_id, renewal_id FROM replan WHERE agency_id = :agency LIMIT :limit FOR UPDATE SKIP LOCKED)
    DELETE FROM replan r USING taken WHERE (r.agency_id, r.renewal_id) = (taken.agency_id, taken.renewal_id)
    RETURNING r.renewal_id
""")
MONTHS = text("""
    SELECT DISTINCT renewal_month FROM renewal WHERE agency_id = :agency AND id = ANY(cast(:renewals AS uuid[]))
""")
ZONES = text("""
    SELECT DISTINCT zone FROM (
      SELECT m.timezone AS zone FROM renewal r JOIN member m ON (m.agency_id, m.id) = (r.agency_id, r.member_id)
       WHERE r.agency_id = :agency AND r.id = ANY(cast(:renewals AS uuid[]))
      UNION ALL
      SELECT c.zone FROM renewal r JOIN contact_point c ON (c.agency_id, c.member_id) = (r.agency_id, r.member_id)
       WHERE r.agency_id = :agency AND r.id = ANY(cast(:renewals AS uuid[])) AND c.listed) z WHERE zone IS NOT NULL
""")
LANGUAGES = text("""
    SELECT DISTINCT language FROM (
      SELECT unnest(ARRAY[m.language_written, m.language_spoken]) AS language
        FROM renewal r JOIN member m ON (m.agency_id, m.id) = (r.agency_id, r.member_id)
       WHERE r.agency_id = :agency AND r.id = ANY(cast(:renewals AS uuid[]))) l WHERE language IS NOT NULL
""")
HELD = text("""
    SELECT 1 FROM message WHERE agency_id = :agency AND kind = 'reminder' AND status IN ('planned', 'skipped')
       AND renewal_id = ANY(cast(:renewals AS uuid[])) LIMIT 1
""")
DROP_SKIPPED = text("""
    DELETE FROM message WHERE agency_id = :agency AND kind = 'reminder' AND status = 'skipped' AND step = :step
       AND renewal_id = ANY(cast(:renewals AS uuid[])) AND deadline_at > :now
""")

# One row per renewal and channel: the contact point that may be used, else the first with what refuses it.
CANDIDATES = f"""
    SELECT DISTINCT ON (rn.id, kinds.channel)
           rn.id AS renewal_id, rn.member_id, rn.renewal_month, kinds.channel, cp.id AS contact_point_id,
           coalesce(mb.timezone, cp.zone, :agency_zone) AS zone,
           CASE kinds.channel WHEN 'voice' THEN coalesce(mb.language_spoken, mb.language_written)
                ELSE coalesce(mb.language_written, mb.language_spoken) END AS wanted,
           coalesce({verdict("kinds.channel")}, kinds.refused) AS reason
      FROM renewal rn
      JOIN member mb ON (mb.agency_id, mb.id) = (rn.agency_id, rn.member_id)
      JOIN contact_point cp ON (cp.agency_id, cp.member_id) = (rn.agency_id, rn.member_id) AND cp.listed
      JOIN unnest(cast(:kind_channels AS text[]), cast(:kinds AS text[]), cast(:kind_refused AS text[]))
             AS kinds (channel, kind, refused) ON kinds.kind = cp.kind
      {consent_joins("kinds.channel")}
     WHERE rn.agency_id = :agency AND rn.id = ANY(cast(:renewals AS uuid[])) AND rn.status <> 'canceled'
       AND rn.program = :program
     ORDER BY rn.id, kinds.channel, ({verdict("kinds.channel")} IS NOT NULL), cp.rank, cp.id
"""  # noqa: S608  (constants of ours)

SLOTS = """
    unnest(cast(:slot_zones AS text[]), cast(:slot_channels AS text[]), cast(:slot_renewal_months AS date[]),
           cast(:slot_first_due AS timestamptz[]), cast(:slot_due AS timestamptz[]),
           cast(:slot_deadline AS timestamptz[]), cast(:slot_months AS date[]), cast(:slot_fits AS boolean[]))
      AS slot (zone, channel, renewal_month, first_due_at, due_at, deadline_at, month, fits)
"""
WORDS = """
    unnest(cast(:word_wanted AS text[]), cast(:word_language AS text[]), cast(:word_version AS uuid[]))
      AS word (wanted, language, version)
"""

# What was already said or decided. Looked up once for the whole set: a look-up per candidate would, as long as
# the server has no statistics of a table that only now fills, read the table again for each of its own rows.
TOLD = """
    SELECT held.renewal_id, held.channel FROM message held
     WHERE held.agency_id = :agency AND held.kind = 'reminder' AND held.step = :step AND held.renewal_id IS NOT NULL
       AND held.renewal_id = ANY(cast(:renewals AS uuid[])) AND held.member_id IN (
             SELECT member_id FROM renewal WHERE agency_id = :agency AND id = ANY(cast(:renewals AS uuid[])))
"""

# A UUID of version 7 by the server's clock, microseconds included: messages that are planned together, and so due
# together, stand side by side in table and indexes. (The server's own function for it came with version 18.)
NEW_ID = """
    cast(overlay(lpad(to_hex(cast(extract(epoch FROM clock_timestamp()) * 4096000 AS bigint)), 15, '0')
           PLACING '7' FROM 13 FOR 0) || substr(cast(gen_random_uuid() AS text), 20) AS uuid)
"""

ADD = text(f"""
    INSERT INTO message (id, period, agency_id, kind, member_id, renewal_id, step, channel, contact_point_id, template,
           template_version_id, language, zone, status, reason, month, first_due_at, due_at, deadline_at,
           created_at, ended_at)
    SELECT {NEW_ID}, c.renewal_month, :agency, 'reminder', c.member_id, c.renewal_id, :step, c.channel, c.contact_point_id,
           :template, word.version, word.language, c.zone,
           CASE WHEN c.reason IS NOT NULL THEN 'skipped' WHEN slot.fits THEN 'planned' ELSE 'expired' END,
           coalesce(c.reason, CASE WHEN NOT slot.fits THEN 'deadline_passed' END),
           slot.month, slot.first_due_at, slot.due_at, slot.deadline_at, :now,
           CASE WHEN c.reason IS NOT NULL OR NOT slot.fits THEN cast(:now AS timestamptz) END
      FROM ({CANDIDATES}) c
      JOIN {SLOTS} ON (slot.zone, slot.channel, slot.renewal_month) = (c.zone, c.channel, c.renewal_month)
      LEFT JOIN {WORDS} ON word.wanted = coalesce(c.wanted, 'en')
     WHERE c.reason IS NULL OR (c.renewal_id, c.channel) NOT IN ({TOLD})
    ON CONFLICT DO NOTHING
""")  # noqa: S608
ADD_UNREACHABLE = text(f"""
    INSERT INTO message (period, agency_id, kind, member_id, renewal_id, step, channel, template, zone, status, reason,
           month, first_due_at, due_at, deadline_at, created_at, ended_at)
    SELECT rn.renewal_month, :agency, 'reminder', rn.member_id, rn.id, :step, 'none', :template, :agency_zone,
           'skipped', coalesce({CASE_OF_THE_MEMBER}, 'no_contact_point'), slot.month, slot.first_due_at, slot.due_at,
           slot.deadline_at, :now, :now
      FROM renewal rn
      JOIN member mb ON (mb.agency_id, mb.id) = (rn.agency_id, rn.member_id)
      JOIN {SLOTS} ON (slot.zone, slot.channel, slot.renewal_month) = (:agency_zone, 'sms', rn.renewal_month)
     WHERE rn.agency_id = :agency AND rn.id = ANY(cast(:renewals AS uuid[])) AND rn.status <> 'canceled'
       AND rn.program = :program AND NOT EXISTS (SELECT FROM contact_point cp WHERE (cp.agency_id, cp.member_id) = (rn.agency_id, rn.member_id)
             AND cp.listed)
       AND NOT EXISTS (SELECT FROM message held WHERE held.renewal_id = rn.id AND held.step = :step
             AND held.kind = 'reminder' AND held.status <> 'canceled')
    ON CONFLICT DO NOTHING
""")  # noqa: S608
REFRESH = text(f"""
    UPDATE message m SET
           contact_point_id = c.contact_point_id, zone = c.zone, language = word.language,
           template_version_id = word.version,
           due_at = CASE WHEN m.zone = c.zone THEN m.due_at ELSE slot.due_at END,
           deadline_at = CASE WHEN m.zone = c.zone THEN m.deadline_at ELSE slot.deadline_at END,
           status = CASE WHEN c.reason IS NULL THEN 'planned' ELSE 'canceled' END, reason = c.reason,
           ended_at = CASE WHEN c.reason IS NOT NULL THEN cast(:now AS timestamptz) END
      FROM ({CANDIDATES}) c
      JOIN {SLOTS} ON (slot.zone, slot.channel, slot.renewal_month) = (c.zone, c.channel, c.renewal_month)
      LEFT JOIN {WORDS} ON word.wanted = coalesce(c.wanted, 'en')
     WHERE m.renewal_id = c.renewal_id AND m.step = :step AND m.channel = c.channel AND m.period = c.renewal_month
       AND m.kind = 'reminder' AND m.status = 'planned'
       AND (c.reason IS NOT NULL OR (m.contact_point_id, m.language, m.template_version_id, m.zone)
            IS DISTINCT FROM (c.contact_point_id, word.language, word.version, c.zone))
""")  # noqa: S608
CANCEL_WITHOUT_POINT = text("""
    UPDATE message m SET status = 'canceled', reason = 'no_contact_point', ended_at = :now
      FROM contact_point cp
     WHERE (cp.agency_id, cp.id) = (m.agency_id, m.contact_point_id) AND NOT cp.listed
       AND m.agency_id = :agency AND m.renewal_id = ANY(cast(:renewals AS uuid[])) AND m.kind = 'reminder'
       AND m.status = 'planned'
""")
CANCEL = text(f"""
    UPDATE message m SET status = 'canceled', reason = v.reason, ended_at = :now
      FROM (SELECT held.id, held.period, coalesce({verdict("held.channel")}) AS reason
              FROM message held
              JOIN member mb ON (mb.agency_id, mb.id) = (held.agency_id, held.member_id)
              JOIN renewal rn ON (rn.agency_id, rn.id) = (held.agency_id, held.renewal_id)
              JOIN contact_point cp ON (cp.agency_id, cp.id) = (held.agency_id, held.contact_point_id)
              {consent_joins("held.channel")}
             WHERE held.agency_id = :agency AND held.member_id = ANY(cast(:members AS uuid[]))
               AND held.kind = 'reminder' AND held.status = 'planned' FOR UPDATE OF held) v
     WHERE (m.id, m.period) = (v.id, v.period) AND v.reason IS NOT NULL
""")  # noqa: S608


async def agencies_waiting(session: Session) -> list[UUID]:
    """Return the agencies that have renewals to be planned."""
    return [row.agency_id for row in await session.all(WAITING)]


async def one_planner(session: Session, agency: UUID) -> None:
    """Wait until nobody else plans for this agency."""
    await session.all(ONE_PLANNER, agency=str(agency))


async def take(session: Session, agency: UUID, limit: int) -> list[UUID]:
    """Take renewals that are to be planned; they are taken when the transaction commits."""
    return [row.renewal_id for row in await session.all(TAKE, agency=agency, limit=limit)]


async def months_and_zones(session: Session, agency: UUID, renewals: Sequence[UUID]) -> tuple[list[Any], list[str]]:
    """Return the renewal months and the zones that these renewals meet."""
    values = {"agency": agency, "renewals": list(renewals)}
    months = [row.renewal_month for row in await session.all(MONTHS, **values)]
    return months, [row.zone for row in await session.all(ZONES, **values)]


async def languages(session: Session, agency: UUID, renewals: Sequence[UUID]) -> list[str]:
    """Return the languages that the people of these renewals read or speak."""
    rows = await session.all(LANGUAGES, agency=agency, renewals=list(renewals))
    return [row.language for row in rows]


async def plan(session: Session, values: Mapping[str, Any]) -> int:
    """Plan one step for the renewals in `values` and return how many rows that added."""
    if await session.first(HELD, **pick(HELD, values)):
        for statement in (DROP_SKIPPED, REFRESH, CANCEL_WITHOUT_POINT):
            await session.run(statement, **pick(statement, values))
    added = await session.run(ADD, **pick(ADD, values))
    return added + await session.run(ADD_UNREACHABLE, **pick(ADD_UNREACHABLE, values))


async def cancel_what_no_longer_fits(
    session: Session, agency: UUID, members: Sequence[UUID], allowed: Sequence[str]
) -> int:
    """Cancel the planned reminders of these members that a rule now refuses, with the rule's reason."""
    return await session.run(CANCEL, agency=agency, members=list(members), allowed=list(allowed), now=session.now)


def pick(statement: Any, values: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401
    """Return just the values that a statement names."""
    return {name: values[name] for name in statement._bindparams}  # noqa: SLF001
