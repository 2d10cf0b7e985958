"""The cells of the deliveries report: rolled up from what each change of a message left, and checked by a recount.

A trigger on `message` (`migrations`) adds lines to `report_delta` with each statement that changes what counts: minus
one where a message was, plus one where it is. Rolling up moves these lines into `report_day` and `report_month` in
one transaction, so whoever adds cells and lines up sees every message exactly once.
"""

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import text

from app.db.transaction import Session

SUMS: Final = ("handed", "segments", "cost")
"""What is summed besides the number of messages: those handed over, their segments and what they cost."""
LINES_AT_ONCE: Final = 100_000
MONTH_KEY: Final = "agency_id, month, kind, channel, language, step, status, reason, template, provider, bucket"
DAY_KEY: Final = MONTH_KEY.replace("month,", "month, day,")
ALL_SUMS: Final = ("n", *SUMS)
SUMMED = ", ".join(f"sum({name})" for name in ALL_SUMS)
ADDED = ", ".join(f"{name} = cell.{name} + excluded.{name}" for name in ALL_SUMS)
ADD = f"""
    INSERT INTO {{table}} AS cell ({{key}}, {", ".join(ALL_SUMS)})
    SELECT {{key}}, {SUMMED} FROM gone GROUP BY {{key}} HAVING ({SUMMED}) <> (0, 0, 0, 0)
    ON CONFLICT ({{key}}) DO UPDATE SET {ADDED}
"""  # noqa: S608  (constants of ours)
ONE_ROLLER = text("SELECT pg_try_advisory_xact_lock(hashtextextended('report cells', 0)) AS ours")
ROLL_UP = text(f"""
    WITH gone AS MATERIALIZED (
      DELETE FROM report_delta WHERE ctid = ANY(ARRAY(SELECT ctid FROM report_delta LIMIT {LINES_AT_ONCE})) RETURNING *),
    days AS ({ADD.format(table="report_day", key=DAY_KEY)}),
    months AS ({ADD.format(table="report_month", key=MONTH_KEY)})
    SELECT count(*) AS n FROM gone
""")  # noqa: S608
EMPTIED = tuple(
    text(f"DELETE FROM {table} WHERE n = 0 AND (handed, segments, cost) = (0, 0, 0)")  # noqa: S608
    for table in ("report_day", "report_month")
)
FORGET = tuple(
    text(f"DELETE FROM {table} WHERE month < :before")  # noqa: S608
    for table in ("report_day", "report_month", "report_delta")
)
RECOUNTED = """
    SELECT {key}, {sums}
      FROM (SELECT agency_id, month, cast(timezone(zone, due_at) AS date) AS day, kind, channel, language, step, status, reason,
                   template, provider, CASE WHEN seconds >= 0 THEN cast(floor(ln(greatest(seconds, 0.01)) * 4 / ln(2.0::float8)) AS smallint) END AS bucket,
                   1 AS n, CASE WHEN handed_at IS NULL THEN 0 ELSE 1 END AS handed, segments, cost
              FROM message WHERE agency_id = :agency AND month = :month AND kind IN ('reminder', 'broadcast')) one
     GROUP BY {key}
"""
HELD = """
    SELECT {key}, {sums}
      FROM (SELECT {key}, n, handed, segments, cost FROM {table} WHERE agency_id = :agency AND month = :month
             UNION ALL
            SELECT {key}, n, handed, segments, cost FROM report_delta WHERE agency_id = :agency AND month = :month) one
     GROUP BY {key} HAVING ({sums}) <> (0, 0, 0, 0)
"""


def _differing(table: str, key: str) -> str:
    words = {"table": table, "key": key, "sums": SUMMED}
    cells, messages = HELD.format(**words), RECOUNTED.format(**words)
    return f"""
        (SELECT * FROM ({cells}) a EXCEPT ALL SELECT * FROM ({messages}) b) UNION ALL
        (SELECT * FROM ({messages}) c EXCEPT ALL SELECT * FROM ({cells}) d)
    """  # noqa: S608


DIFFER = text(f"""
    SELECT (SELECT count(*) FROM ({_differing("report_day", DAY_KEY)}) days)
         + (SELECT count(*) FROM ({_differing("report_month", MONTH_KEY)}) months) AS n
""")  # noqa: S608


async def roll_up(session: Session) -> int:
    """Move lines into their cells, unless somebody else is at it; return how many that were."""
    lock = await session.first(ONE_ROLLER)
    if lock is None or not lock.ours:
        return 0
    row = await session.first(ROLL_UP)
    moved = int(row.n) if row else 0
    if moved:
        for statement in EMPTIED:
            await session.run(statement)
    return moved


async def differing(session: Session, agency: UUID, month: date) -> int:
    """Return how many cells of a month are not what counting its messages gives; reads each of them."""
    row = await session.first(DIFFER, agency=agency, month=month)
    return int(row.n) if row else 0


async def forget(session: Session, before: date) -> int:
    """Delete the counts of earlier months; return how many cells that were."""
    return sum([await session.run(statement, before=before) for statement in FORGET])
