"""What a day brings: steps that come within the horizon, cure periods that end, care plans of the next year."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.db.columns import columns
from app.db.drafting import ANCHORS
from app.db.transaction import Session

# The same days as in the planner's `occasion`; a due day that nobody said is the month's last.
OF_RENEWALS = {column: f"rn.{column}" for column in ANCHORS.values()} | {
    "period": "rn.renewal_month",
    "due_on": "coalesce(rn.due_on, CASE rn.status WHEN 'information_requested' THEN rn.requested_on + cast(:rfi_days AS integer) END,"
    " cast(rn.renewal_month + interval '1 month - 1 day' AS date))",
}
RANGES = ("occasion", "programs", "cycles", "owners", "statuses", "of_everybody", "step", "first", "last")
BETWEEN = """
    unnest(cast(:occasion AS text[]), cast(:programs AS text[]), cast(:cycles AS text[]), cast(:owners AS text[]),
           cast(:statuses AS text[]), cast(:of_everybody AS boolean[]), cast(:step AS text[]), cast(:first AS date[]),
           cast(:last AS date[])) AS step (occasion, programs, cycles, owners, statuses, of_everybody, key, first, last)
"""
ASKS = """
    rn.agency_id = :agency AND rn.status <> 'canceled' AND rn.occasion = step.occasion
       AND {day} BETWEEN step.first AND step.last
       AND (step.programs = '' OR rn.program = ANY(string_to_array(step.programs, ',')))
       AND cast(rn.cycle AS text) = ANY(string_to_array(step.cycles, ','))
       AND (rn.owner = ANY(string_to_array(step.owners, ',')) OR step.of_everybody AND step.owners LIKE '%county%')
       AND (step.of_everybody OR rn.status = ANY(string_to_array(step.statuses, ',')))
"""
CHOOSE = {
    anchor: text(f"INSERT INTO chosen SELECT DISTINCT rn.id FROM {BETWEEN} JOIN renewal rn ON {ASKS.format(day=OF_RENEWALS[column])}")  # noqa: S608
    for anchor, column in ANCHORS.items()
}  # fmt: skip
CHOOSE_MORE = text("""
    INSERT INTO chosen
    SELECT renewal_id FROM replan WHERE agency_id = :agency
     UNION ALL
    SELECT id FROM renewal WHERE agency_id = :agency AND status = 'upcoming' AND occasion = 'annual_care_plan'
     UNION ALL
    SELECT id FROM renewal WHERE agency_id = :agency AND status = 'discontinued_procedural'
       AND effective_on + cast(:cure_days AS integer) BETWEEN cast(:today AS date) - 1 AND :until
""")
ONCE = text("""
    DELETE FROM chosen WHERE ctid NOT IN (SELECT min(ctid) FROM chosen GROUP BY renewal_id)
""")
FORESEE_CURE_ENDS = text("""
    WITH ending AS (
      UPDATE occasion SET begins_until = effective_on + cast(:cure_days AS integer)
       WHERE status = 'discontinued_procedural' RETURNING *)
    INSERT INTO occasion
    SELECT renewal_id, member_id, occasion, program, owner, cycle, 'cure_expired', member_status, period, on_date,
           packet_mailed_on, requested_on, due_on, received_on, effective_on, begins_until + 1, begins_until + 1, NULL
      FROM ending
""")
FORESEE_CARE_PLANS = text("""
    INSERT INTO occasion
    SELECT gen_random_uuid(), rn.member_id, rn.occasion, rn.program, rn.owner, rn.cycle, rn.status, rn.member_status,
           cast(date_trunc('month', next.on_date) AS date), next.on_date, NULL, NULL, NULL, NULL, NULL, NULL,
           cast(rn.on_date + make_interval(years => years - 1) AS date) + 1, NULL
      FROM occasion rn CROSS JOIN generate_series(1, :years) years
     CROSS JOIN LATERAL (SELECT cast(rn.on_date + make_interval(years => years) AS date) AS on_date) next
     WHERE rn.occasion = 'annual_care_plan' AND next.on_date >= cast(:today AS date)
       AND NOT EXISTS (SELECT FROM occasion held WHERE (held.member_id, held.program, held.occasion)
             = (rn.member_id, rn.program, rn.occasion) AND held.on_date >= next.on_date)
""")

MARK = {
    anchor: text(f"""
        INSERT INTO replan (agency_id, renewal_id)
        SELECT DISTINCT rn.agency_id, rn.id FROM {BETWEEN} JOIN renewal rn ON {ASKS.format(day=OF_RENEWALS[column])}
         WHERE NOT EXISTS (SELECT FROM message m WHERE m.renewal_id = rn.id AND m.step = step.key
                 AND m.kind = 'reminder' AND m.status <> 'canceled')
           AND NOT EXISTS (SELECT FROM message m WHERE m.renewal_id = rn.id AND m.step = step.key
                 AND m.kind = 'reminder' AND m.status = 'canceled')
        ON CONFLICT DO NOTHING
    """)  # noqa: S608
    for anchor, column in ANCHORS.items()
}
END_CURES = text("""
    WITH ended AS (
      UPDATE renewal SET status = 'cure_expired', status_on = effective_on + cast(:cure_days AS integer) + 1
       WHERE agency_id = :agency AND status = 'discontinued_procedural'
         AND effective_on + cast(:cure_days AS integer) < cast(:today AS date)
      RETURNING agency_id, id)
    INSERT INTO replan (agency_id, renewal_id) SELECT agency_id, id FROM ended ON CONFLICT DO NOTHING
""")
NEXT_CARE_PLANS = text("""
    WITH opened AS (
      INSERT INTO renewal (agency_id, id, member_id, program, occasion, renewal_month, on_date, owner, status)
      SELECT rn.agency_id, gen_random_uuid(), rn.member_id, rn.program, rn.occasion,
             cast(date_trunc('month', next.on_date) AS date), next.on_date, rn.owner, 'upcoming'
        FROM (SELECT DISTINCT ON (member_id, program) * FROM renewal
               WHERE agency_id = :agency AND occasion = 'annual_care_plan' AND status = 'upcoming'
               ORDER BY member_id, program, on_date DESC) rn
        JOIN member mb ON (mb.agency_id, mb.id, mb.status) = (rn.agency_id, rn.member_id, 'active')
       CROSS JOIN LATERAL (
         SELECT cast(rn.on_date + make_interval(years => years) AS date) AS on_date FROM generate_series(1, 100) years
          WHERE rn.on_date + make_interval(years => years) >= cast(:today AS date) ORDER BY 1 LIMIT 1) next
       WHERE rn.on_date < cast(:today AS date)
      ON CONFLICT DO NOTHING RETURNING agency_id, id)
    INSERT INTO replan (agency_id, renewal_id) SELECT agency_id, id FROM opened ON CONFLICT DO NOTHING
""")
NEXT_CURE_END = text("""
    SELECT min(effective_on) AS day FROM renewal
     WHERE status = 'discontinued_procedural' AND effective_on + cast(:cure_days AS integer) >= cast(:today AS date)
""")

PLANNED_UNTIL = text("SELECT planned_until AS day FROM agency WHERE id = :agency")
PLANNED = text("UPDATE agency SET planned_until = :until WHERE id = :agency")

Ranges = dict[str, list[tuple[Any, ...]]]
"""By anchor: what a step asks, and the anchor days on which it may begin, as `RANGES`."""


async def choose_open(
    session: Session, agency: UUID, ranges: Ranges, *, rfi_days: int, cure_days: int, today: date, until: date
) -> None:  # fmt: skip
    """Choose every occasion for which a step may begin, and those that wait to be planned."""
    for anchor, rows in ranges.items():
        await _over(session, CHOOSE[anchor], rows, agency=agency, rfi_days=rfi_days)
    await session.run(CHOOSE_MORE, agency=agency, cure_days=cure_days, today=today, until=until)
    await session.run(ONCE)


async def foresee(session: Session, *, cure_days: int, today: date, until: date) -> None:
    """Let happen in the draft what the days will bring until then: cure periods end, care plans come again."""
    await session.run(FORESEE_CURE_ENDS, cure_days=cure_days)
    await session.run(FORESEE_CARE_PLANS, today=today, years=until.year - today.year + 2)


async def mark(session: Session, agency: UUID, ranges: Ranges, *, rfi_days: int) -> int:
    """Mark every occasion that has a step within the ranges without a message to be planned anew."""
    return sum([
        await _over(session, MARK[anchor], rows, agency=agency, rfi_days=rfi_days) for anchor, rows in ranges.items()
    ])  # fmt: skip


async def planned_until(session: Session, agency: UUID) -> date | None:
    """Return up to which day every step that begins was looked for before, if ever."""
    row = await session.first(PLANNED_UNTIL, agency=agency)
    day: date | None = row.day if row else None
    return day


async def planned(session: Session, agency: UUID, until: date) -> None:
    """Remember up to which day every step that begins has been looked for."""
    await session.run(PLANNED, agency=agency, until=until)


async def end_cures(session: Session, agency: UUID, *, cure_days: int, today: date) -> int:
    """End the cure periods that are over, and have what follows planned."""
    return await session.run(END_CURES, agency=agency, cure_days=cure_days, today=today)


async def open_care_plans(session: Session, agency: UUID, today: date) -> int:
    """Open the next care plan of whoever's last one is past, a year on."""
    return await session.run(NEXT_CARE_PLANS, agency=agency, today=today)


async def next_cure_end(session: Session, *, cure_days: int, today: date) -> date | None:
    """Return the next day on which coverage ended whose cure period is not over yet, of any agency."""
    row = await session.first(NEXT_CURE_END, cure_days=cure_days, today=today)
    day: date | None = row.day if row else None
    return day


async def _over(session: Session, statement: Any, rows: Sequence[tuple[Any, ...]], **values: Any) -> int:  # noqa: ANN401
    named = statement._bindparams  # noqa: SLF001
    return await session.run(
        statement, **columns(RANGES, rows), **{name: value for name, value in values.items() if name in named}
    )  # fmt: skip
