"""What a draft adds up to, together with what is planned already beside it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.drafting import steer
from app.db.transaction import Session

# What stands for occasions that the draft is not about, and broadcasts, which have none. It is what the planner would
# make of them again: whatever changes for somebody marks him to be planned anew, and then the draft is about him.
STANDING = """
    SELECT CASE m.status WHEN 'planned' THEN m.due_at ELSE greatest(m.first_due_at, cast(:now AS timestamptz)) END AS due_at,
           m.channel, m.language, m.template, m.status, m.reason, m.renewal_id, m.step, m.member_id, m.bundled_into,
           m.deadline_at, m.kind
      FROM message m
     WHERE m.agency_id = :agency AND m.kind IN ('reminder', 'broadcast')
       AND NOT EXISTS (SELECT FROM chosen WHERE chosen.renewal_id = m.renewal_id)
       AND (m.status = 'planned' OR m.status = 'skipped' AND m.deadline_at > :now
             AND (m.bundled_into IS NULL OR EXISTS (
                   SELECT FROM message led WHERE led.id = m.bundled_into
                      AND led.status IN ('planned', 'canceled', 'skipped', 'expired'))))
"""
# What is not sent has no time; it is counted where its step begins, or today where that is past.
DRAFTED = """
    SELECT CASE WHEN status = 'planned' THEN due_at ELSE greatest(first_due_at, cast(:now AS timestamptz)) END AS due_at,
           channel, language, template, status, reason, renewal_id, step, member_id, bundled_into,
           deadline_at FROM draft
"""
COUNTS = text(f"""
    SELECT cast(at AS date) AS day, cast(extract(hour FROM at) AS integer) AS hour, channel, language, template, status,
           reason, n
      FROM (SELECT date_trunc('hour', timezone(:zone, due_at)) AS at, channel, language, template, status, reason,
                   count(*) AS n
              FROM (SELECT due_at, channel, language, template, status, reason FROM ({DRAFTED}) d WHERE due_at < :until
                     UNION ALL
                    SELECT due_at, channel, language, template, status, reason FROM ({STANDING}) s
                     WHERE due_at < :until) everything
             WHERE :planned OR status <> 'planned' OR due_at < :now
             GROUP BY 1, 2, 3, 4, 5, 6) counted
     ORDER BY 1, 2, 3, 4, 5, 6, 7
""")  # noqa: S608  (constants of ours)
# Whom a step is for, and who hears of it on no channel, neither now nor by what was said before.
UNREACHED = text(f"""
    WITH nobody AS MATERIALIZED (
      SELECT renewal_id, step, (array_agg(member_id))[1] AS member_id, array_agg(DISTINCT reason) AS reasons
        FROM (SELECT renewal_id, step, member_id, status, reason, bundled_into, due_at, deadline_at FROM ({DRAFTED}) d
               UNION ALL
              SELECT renewal_id, step, member_id, status, reason, bundled_into, due_at, deadline_at
                FROM ({STANDING}) s WHERE kind = 'reminder') everything
       WHERE due_at < :until AND deadline_at > :now
       GROUP BY 1, 2
      HAVING NOT bool_or(status = 'planned' OR bundled_into IS NOT NULL OR reason <> ALL (cast(:reasons AS text[])))),
    unheard AS MATERIALIZED (
      SELECT member_id, reasons FROM nobody
       WHERE NOT EXISTS (SELECT FROM message heard
                          WHERE (heard.renewal_id, heard.step) = (nobody.renewal_id, nobody.step) AND heard.kind = 'reminder'
                            AND heard.status NOT IN ('planned', 'skipped', 'canceled')))
    SELECT reason, count(DISTINCT member_id) AS people FROM unheard CROSS JOIN unnest(reasons) AS r (reason)
     GROUP BY 1
     UNION ALL
    SELECT NULL, count(DISTINCT member_id) FROM unheard
""")  # noqa: S608


async def counts(session: Session, agency: UUID, zone: str, until: datetime, *, planned: bool) -> Sequence[Row[Any]]:
    """Count what is due until a moment by day and hour of the agency's clock, channel, language, template and reason.

    What will not be sent, what is overdue, and what else is planned if that is asked for.
    """
    await steer(session, [])
    return await session.all(COUNTS, agency=agency, zone=zone, until=until, now=session.now, planned=planned)


async def unreached(
    session: Session, agency: UUID, until: datetime, reasons: Sequence[str]
) -> tuple[dict[str, int], int]:
    """Return how many people nothing reaches, by reason, and in all."""
    rows = await session.all(UNREACHED, agency=agency, until=until, reasons=list(reasons), now=session.now)
    found = {row.reason: int(row.people) for row in rows}
    everybody = found.pop(None, 0)
    return found, everybody
