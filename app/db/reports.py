"""The deliveries report: counts of reminders and broadcasts by any of the axes, from cells and what is new since."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.sql.elements import TextClause

from app.db.cells import SUMS
from app.db.transaction import Session
from app.rules.statuses import Status

AXES: Mapping[str, str] = {
    "month": "to_char(c.month, 'YYYY-MM')",
    "day": "to_char(c.day, 'YYYY-MM-DD')",
    "channel": "c.channel",
    "language": "c.language",
    "step": "c.step",
    "status": "c.status",
    "reason": "c.reason",
    "template": "c.template",
    "provider": "c.provider",
    "county": "(SELECT profile ->> 'county_code' FROM agency WHERE id = :agency)",
}
SUMMED = ", ".join(f"sum({name}) AS {name}" for name in ("n", *SUMS))
COUNTS = ", ".join(f"coalesce(sum(n) FILTER (WHERE it_is = '{status}'), 0) AS {status}" for status in Status)
FIGURES = ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in SUMS)
# Many cells become few rows first, by as few sums as can be; statuses stand side by side, and totals below, after that.
ROWS = f"""
    SELECT {{chosen}} {{level}} AS level, coalesce(sum(n), 0) AS total, {COUNTS}, {FIGURES},
           array_agg(bucket) FILTER (WHERE bucket IS NOT NULL) AS buckets,
           array_agg(n) FILTER (WHERE bucket IS NOT NULL) AS counts
      FROM (SELECT {{named}} c.status AS it_is, c.bucket, {SUMMED} FROM {{cells}} c WHERE {{which}} GROUP BY {{places}}
             UNION ALL
            SELECT {{named}} c.status, c.bucket, {SUMMED} FROM report_delta c WHERE {{which}} GROUP BY {{places}}) fine
     {{grouped}}
"""  # noqa: S608  (constants of ours)
WHICH = """
    agency_id = :agency AND kind IN ('reminder', 'broadcast') AND month BETWEEN :first AND :last
       AND (cast(:channel AS text) IS NULL OR channel = :channel)
       AND (cast(:language AS text) IS NULL OR language = :language)
       AND (cast(:step AS text) IS NULL OR step = :step)
       AND (cast(:template AS text) IS NULL OR template = :template)
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
    found = await session.all(_report(axes), agency=agency, **filters)
    return [row for row in found if axes and not row.level], next(row for row in found if row.level or not axes)


def _report(axes: Sequence[str]) -> TextClause:
    """Write the report for these axes: from the cells of months, unless days are asked for."""
    names, places = ", ".join(axes), ", ".join(str(place + 1) for place in range(len(axes) + 2))
    level = f"grouping({names})" if axes else "0"
    grouped = f"GROUP BY GROUPING SETS (({names}), ()) HAVING sum(n) <> 0 OR {level} <> 0 ORDER BY {names}"
    return text(
        ROWS.format(
            chosen="".join(f"{axis}, " for axis in axes),
            level=level,
            named="".join(f"{AXES[axis]} AS {axis}, " for axis in axes),
            cells="report_day" if "day" in axes else "report_month",
            which=WHICH,
            places=places,
            grouped=grouped if axes else "",
        )
    )


async def unaccounted(session: Session, agency: UUID) -> int:
    """Return how many (renewal, channel) pairs have no row, and how many rows have outlived their deadline."""
    lacking = await session.first(UNACCOUNTED, agency=agency, now=session.now)
    overdue = await session.first(OVERDUE, agency=agency, now=session.now)
    return sum(int(row.n) for row in (lacking, overdue) if row)


async def plan(session: Session, agency: UUID, until: Any) -> Sequence[Row[Any]]:  # noqa: ANN401
    """Return what is planned and what will be skipped until a moment, by day, channel and language."""
    return await session.all(PLAN, agency=agency, until=until, now=session.now)
