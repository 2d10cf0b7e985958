"""What a draft adds up to, together with what is planned already beside it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.transaction import Session

# What is planned for occasions that the draft is not about, and broadcasts, which have none.
BESIDE = """
    SELECT m.due_at, m.channel, m.language, m.template, m.status, m.reason FROM message m
     WHERE m.agency_id = :agency AND m.status = 'planned' AND m.kind IN ('reminder', 'broadcast')
       AND m.channel IN ('sms', 'email', 'voice') AND m.due_at < :until
       AND NOT EXISTS (SELECT FROM chosen WHERE chosen.renewal_id = m.renewal_id)
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
                     UNION ALL {BESIDE}) everything
             WHERE :planned OR status <> 'planned' OR due_at < :now
             GROUP BY 1, 2, 3, 4, 5, 6) counted
     ORDER BY 1, 2, 3, 4, 5, 6, 7
""")  # noqa: S608  (constants of ours)
# Whom a step is for, and who hears of it on no channel, neither now nor by what was said before.
UNREACHED = text(f"""
    WITH nobody AS MATERIALIZED (
      SELECT renewal_id, step, (array_agg(member_id))[1] AS member_id, array_agg(DISTINCT reason) AS reasons
        FROM ({DRAFTED}) d WHERE due_at < :until AND deadline_at > :now
       GROUP BY 1, 2
      HAVING NOT bool_or(status = 'planned' OR bundled_into IS NOT NULL OR reason <> ALL (cast(:reasons AS text[])))),
    unheard AS MATERIALIZED (
      SELECT member_id, reasons FROM nobody
       WHERE NOT EXISTS (SELECT FROM held WHERE (held.renewal_id, held.step) = (nobody.renewal_id, nobody.step)
                            AND held.status NOT IN ('planned', 'skipped', 'canceled', 'expired')))
    SELECT reason, count(DISTINCT member_id) AS people FROM unheard CROSS JOIN unnest(reasons) AS r (reason)
     GROUP BY 1
     UNION ALL
    SELECT NULL, count(DISTINCT member_id) FROM unheard
""")  # noqa: S608


async def counts(session: Session, agency: UUID, zone: str, until: datetime, *, planned: bool) -> Sequence[Row[Any]]:
    """Count what is due until a moment by day and hour of the agency's clock, channel, language, template and reason.

    What will not be sent, what is overdue, and what else is planned if that is asked for.
    """
    return await session.all(COUNTS, agency=agency, zone=zone, until=until, now=session.now, planned=planned)


async def unreached(session: Session, until: datetime, reasons: Sequence[str]) -> tuple[dict[str, int], int]:
    """Return how many people nothing reaches, by reason, and in all."""
    rows = await session.all(UNREACHED, until=until, reasons=list(reasons), now=session.now)
    found = {row.reason: int(row.people) for row in rows}
    everybody = found.pop(None, 0)
    return found, everybody
