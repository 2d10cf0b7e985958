"""The deliveries report: counts of reminders and broadcasts by any of the axes, in one grouped query."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.transaction import Session
from app.rules.statuses import Status

AXES: Mapping[str, str] = {
    "month": "to_char(m.month, 'YYYY-MM')",
    "day": "to_char(timezone(m.zone, m.due_at), 'YYYY-MM-DD')",
    "channel": "m.channel",
    "language": "m.language",
    "step": "m.step",
    "status": "m.status",
    "reason": "m.reason",
    "template": "m.template",
    "provider": "m.provider",
    "county": "a.profile ->> 'county_code'",
}
COUNTS = ", ".join(f"count(*) FILTER (WHERE m.status = '{status}') AS {status}" for status in Status)
FIGURES = f"""
    count(*) AS total, {COUNTS}, coalesce(sum(m.segments), 0) AS segments, coalesce(sum(m.cost), 0) AS cost,
    count(*) FILTER (WHERE m.handed_at IS NOT NULL) AS handed,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY m.seconds) AS p50_seconds,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY m.seconds) AS p95_seconds
"""
ROWS = """
      FROM message m JOIN agency a ON a.id = m.agency_id
     WHERE m.agency_id = :agency AND m.kind IN ('reminder', 'broadcast') AND m.month BETWEEN :first AND :last
       AND (cast(:channel AS text) IS NULL OR m.channel = :channel)
       AND (cast(:language AS text) IS NULL OR m.language = :language)
       AND (cast(:step AS text) IS NULL OR m.step = :step)
       AND (cast(:template AS text) IS NULL OR m.template = :template)
"""
UNACCOUNTED = text("""
    SELECT count(*) AS n FROM (
      SELECT rn.id, kinds.channel FROM renewal rn
        JOIN contact_point cp ON (cp.agency_id, cp.member_id) = (rn.agency_id, rn.member_id) AND cp.listed
        JOIN (VALUES ('phone', 'sms'), ('phone', 'voice'), ('email', 'email')) kinds (kind, channel)
          ON kinds.kind = cp.kind
       WHERE rn.agency_id = :agency AND rn.program = 'medi_cal' AND rn.occasion = 'renewal' AND rn.status <> 'canceled'
         AND rn.renewal_month <= cast(:now AS date) + interval '2 months'
       GROUP BY 1, 2) wanted
     WHERE NOT EXISTS (SELECT FROM message m WHERE m.renewal_id = wanted.id AND m.channel = wanted.channel)
""")
OVERDUE = text("""
    SELECT count(*) AS n FROM message WHERE agency_id = :agency AND deadline_at < :now
       AND status IN ('planned', 'sending')
""")
PLAN = text("""
    SELECT cast(timezone(m.zone, m.due_at) AS date) AS day, m.channel, m.language, m.status, m.reason,
           count(*) AS n FROM message m
     WHERE m.agency_id = :agency AND m.kind = 'reminder' AND m.due_at <= :until
       AND m.status IN ('planned', 'skipped') AND m.deadline_at > :now
     GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
""")


async def deliveries(
    session: Session, agency: UUID, axes: Sequence[str], filters: Mapping[str, Any]
) -> tuple[Sequence[Row[Any]], Row[Any]]:
    """Return the rows of the report, grouped by the axes in their order, and the totals."""
    values = {"agency": agency, **filters}
    totals = (await session.all(text(f"SELECT {FIGURES} {ROWS}"), **values))[0]
    if not axes:
        return [], totals
    chosen = ", ".join(f"{AXES[axis]} AS {axis}" for axis in axes)
    places = ", ".join(str(place + 1) for place in range(len(axes)))
    grouped = f"SELECT {chosen}, {FIGURES} {ROWS} GROUP BY {places} ORDER BY {places}"
    return await session.all(text(grouped), **values), totals


async def unaccounted(session: Session, agency: UUID) -> int:
    """Return how many (renewal, channel) pairs have no row, and how many rows have outlived their deadline."""
    lacking = await session.first(UNACCOUNTED, agency=agency, now=session.now)
    overdue = await session.first(OVERDUE, agency=agency, now=session.now)
    return sum(int(row.n) for row in (lacking, overdue) if row)


async def plan(session: Session, agency: UUID, until: Any) -> Sequence[Row[Any]]:  # noqa: ANN401
    """Return what is planned and what will be skipped until a moment, by day, channel and language."""
    return await session.all(PLAN, agency=agency, until=until, now=session.now)
