"""What pacing reads and writes: the draft in groups, what is booked already, and the times that it gives.

Groups come out, a few rows for each hour go back in; no message is ever looked at one by one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.transaction import Session

TABLE = text("""
    DO $$ BEGIN IF to_regclass('pg_temp.pacing_row') IS NULL THEN
      CREATE TEMP TABLE pacing_row (
        at tid, id uuid, period date, channel text, place text, template text, language text, earliest timestamptz,
        due_at timestamptz, deadline timestamptz, renewal_id uuid, step text
      ) ON COMMIT DELETE ROWS;
    END IF; DELETE FROM pacing_row; END $$
""")
SCOPE = text("""
    SELECT min(due_at) FILTER (WHERE NOT coalesce(kept, false)) AS since, max(deadline_at) AS until,
           count(*) FILTER (WHERE NOT coalesce(kept, false)) AS n
      FROM draft WHERE status = 'planned'
""")
WAITING = """
    m.agency_id = :agency AND m.status = 'planned' AND m.kind IN ('reminder', 'broadcast')
       AND m.channel IN ('sms', 'email', 'voice') AND m.due_at >= :since
"""
HOW_MANY = text(f"""
    SELECT count(*) AS n FROM (SELECT FROM message m WHERE {WAITING} AND m.due_at < :until LIMIT :most) waiting
""")  # noqa: S608  (constants of ours)
OF_THE_DRAFT = """
    SELECT ctid AS at, cast(NULL AS uuid) AS id, cast(NULL AS date) AS period, channel, place, template, language, due_at, deadline_at, renewal_id,
           step, zone, ladder, member_id, address_index, coalesce(kept, false) AS waits
      FROM draft WHERE status = 'planned' AND (NOT coalesce(kept, false) OR :moving AND due_at >= :since)
"""
OF_OTHERS = f"""
    SELECT NULL, m.id, m.period, m.channel, m.place, m.template, m.language, m.due_at, m.deadline_at, m.renewal_id,
           m.step, m.zone, m.ladder, m.member_id, c.value_index, true
      FROM message m JOIN contact_point c ON (c.agency_id, c.id) = (m.agency_id, m.contact_point_id)
     WHERE {WAITING} AND NOT EXISTS (SELECT FROM chosen WHERE chosen.renewal_id = m.renewal_id)
"""  # noqa: S608
# Nobody hears twice a day on one channel: a message has to leave before the day of the next one to its address, or
# three days before the next step of its ladder. Those who wait already may stay in their hour or move to later ones.
PACED = """
    SELECT at, id, period, channel, place, template, coalesce(language, 'en') AS language,
           CASE WHEN waits THEN greatest(date_trunc('hour', due_at), least(due_at, cast(:now AS timestamptz))) ELSE due_at END AS earliest,
           due_at, CASE WHEN next_due_at < deadline_at THEN greatest(before_the_next, least(deadline_at, own_day + interval '1 day'))
                        ELSE deadline_at END AS deadline, renewal_id, step
      FROM (SELECT *, date_trunc('day', timezone(zone, due_at)) AT TIME ZONE zone AS own_day,
                   date_trunc('day', timezone(zone, next_due_at)) AT TIME ZONE zone
                     - CASE WHEN (next_ladder, next_member) = (ladder, member_id) THEN interval '2 days'
                            ELSE interval '0 days' END AS before_the_next
              FROM (SELECT *, lead(due_at) OVER same AS next_due_at, lead(ladder) OVER same AS next_ladder,
                           lead(member_id) OVER same AS next_member
                      FROM ({rows}) everybody
                    WINDOW same AS (PARTITION BY address_index, channel ORDER BY due_at, renewal_id)) beside) d
     WHERE due_at < deadline_at
"""
EVERYBODY = f"{OF_THE_DRAFT} UNION ALL {OF_OTHERS}"
NEWCOMERS = text(f"""
    SELECT cast(at AS text) AS at, channel, place, template, language, earliest, deadline
      FROM ({PACED.format(rows=OF_THE_DRAFT)}) paced ORDER BY due_at, renewal_id, step COLLATE "C"
""")  # noqa: S608
GIVE_EACH = text("""
    UPDATE draft d SET due_at = given.due_at
      FROM unnest(cast(:at AS text[]), cast(:due_at AS timestamptz[])) AS given (at, due_at) WHERE d.ctid = cast(given.at AS tid)
""")
COLLECT_EVERYBODY = text(f"INSERT INTO pacing_row {PACED.format(rows=EVERYBODY)}")
ALIKE = """
    SELECT channel, place, template, language, earliest, deadline, count(*) AS n FROM {rows} GROUP BY 1, 2, 3, 4, 5, 6
"""
GROUPS = text(ALIKE.format(rows="pacing_row"))
GROUPS_OF_EVERYBODY = text(ALIKE.format(rows=f"({PACED.format(rows=EVERYBODY)}) paced"))
HOURS = text(f"""
    SELECT cast(floor(extract(epoch FROM m.due_at) / 3600) AS bigint) AS hour, m.channel, m.template,
           coalesce(m.language, 'en') AS language, count(*) AS n
      FROM message m WHERE {WAITING} GROUP BY 1, 2, 3, 4
""")  # noqa: S608
BESIDE = text("SELECT 1 FROM pacing_row WHERE id IS NOT NULL LIMIT 1")
# How far an hour is filled shows in when its last message is due: one look into the index for each hour and channel.
FILLED = text("""
    SELECT asked.hour, max(extract(epoch FROM last.due_at) / 3600 - asked.hour) AS filled
      FROM unnest(cast(:hours AS bigint[])) asked (hour)
     CROSS JOIN unnest(ARRAY['sms', 'email', 'voice']) lane (channel)
     CROSS JOIN LATERAL (
       SELECT m.due_at FROM message m
        WHERE m.agency_id = :agency AND m.channel = lane.channel AND m.status = 'planned'
          AND m.due_at >= to_timestamp(asked.hour * 3600) AND m.due_at < to_timestamp(asked.hour * 3600 + 3600)
        ORDER BY m.due_at DESC LIMIT 1) last
     GROUP BY 1
""")
SHARES = """
    WITH share AS (
      SELECT number, array_agg(first ORDER BY first) AS firsts, array_agg(begins ORDER BY first) AS begins,
             array_agg(gap ORDER BY first) AS gaps
        FROM unnest(cast(:number AS integer[]), cast(:first AS bigint[]), cast(:begins AS timestamptz[]),
                    cast(:gap AS float8[])) AS s (number, first, begins, gap)
       GROUP BY 1),
    alike AS (
      SELECT * FROM unnest(cast(:channel AS text[]), cast(:place AS text[]), cast(:template AS text[]),
                           cast(:language AS text[]), cast(:earliest AS timestamptz[]), cast(:deadline AS timestamptz[]))
          WITH ORDINALITY AS g (channel, place, template, language, earliest, deadline, number)),
    timed AS (
      SELECT at, id, period, begins[k] + make_interval(secs => (n - firsts[k]) * gaps[k]) AS due_at
        FROM (SELECT r.*, share.firsts, share.begins, share.gaps, width_bucket(r.n, share.firsts) AS k
                FROM (SELECT at, id, period, number,
                             row_number() OVER (PARTITION BY number ORDER BY due_at, renewal_id, step COLLATE "C") - 1 AS n
                        FROM pacing_row JOIN alike USING (channel, place, template, language, earliest, deadline)) r
                JOIN share ON share.number = r.number) shared)
"""
GIVE = text(f"""
    {SHARES} UPDATE draft d SET due_at = timed.due_at FROM timed WHERE d.ctid = timed.at
""")  # noqa: S608
MOVE = text(f"""
    {SHARES} UPDATE message m SET due_at = timed.due_at FROM timed
     WHERE (m.id, m.period) = (timed.id, timed.period) AND m.status = 'planned' AND m.due_at <> timed.due_at
""")  # noqa: S608
WORDS = text("""
    SELECT DISTINCT ON (key, language) key, language, source FROM template_version
     WHERE agency_id IS NULL AND key = ANY(cast(:keys AS text[])) AND language = ANY(cast(:languages AS text[]))
     ORDER BY key, language, version DESC
""")


async def scope(session: Session) -> Row[Any] | None:
    """Return how many newcomers the draft has (`n`), from when on and until when; None if there are none."""
    row = await session.first(SCOPE)
    return row if row and row.n else None


async def are_few(session: Session, agency: UUID, since: datetime, until: datetime, most: int) -> bool:
    """Say whether only so few messages wait to be due between two moments."""
    row = await session.first(HOW_MANY, agency=agency, since=since, until=until, most=most + 1)
    return row is None or row.n <= most


async def newcomers(session: Session, since: datetime) -> Sequence[Row[Any]]:
    """Return each message whom the draft gives no time yet, with what it shares with those that are alike."""
    return await session.all(NEWCOMERS, now=session.now, since=since, moving=False)


async def give_each(session: Session, times: Sequence[tuple[str, datetime]]) -> None:
    """Give single messages of the draft their times, by where they stand in it."""
    await session.run(GIVE_EACH, at=[at for at, _ in times], due_at=[due_at for _, due_at in times])


async def everybody(session: Session, agency: UUID, since: datetime, *, keep: bool) -> Sequence[Row[Any]]:
    """Return the groups of the newcomers and of all who wait from a moment on, in the draft and beside it.

    Unless they are kept, `give` and `move` have nobody to give times to.
    """
    if not keep:
        return await session.all(GROUPS_OF_EVERYBODY, agency=agency, now=session.now, since=since, moving=True)
    await session.run(TABLE)
    await session.run(COLLECT_EVERYBODY, agency=agency, now=session.now, since=since, moving=True)
    return await session.all(GROUPS)


async def filled(session: Session, agency: UUID, hours: Sequence[int]) -> dict[int, float]:
    """Return which part of each hour, counted from 1970, is filled already; those that are not there are empty."""
    rows = await session.all(FILLED, agency=agency, hours=list(hours))
    return {row.hour: float(row.filled) for row in rows}


async def hours(session: Session, agency: UUID, since: datetime) -> Sequence[Row[Any]]:
    """Count what waits from a moment on by hour (counted from 1970), channel, template and language."""
    return await session.all(HOURS, agency=agency, since=since)


async def give(session: Session, shares: Mapping[str, Sequence[Any]]) -> None:
    """Give the messages of the draft, and those beside it that are to give way, their times by their groups' shares."""
    await session.run(GIVE, **shares)
    if await session.first(BESIDE):
        await session.run(MOVE, **shares)


async def move(session: Session, shares: Mapping[str, Sequence[Any]]) -> int:
    """Give only the messages beside the draft their times; return how many moved."""
    return await session.run(MOVE, **shares)


async def words(session: Session, keys: Sequence[str], languages: Sequence[str]) -> Sequence[Row[Any]]:
    """Return the newest source of these templates in these languages."""
    return await session.all(WORDS, keys=list(keys), languages=list(languages))
