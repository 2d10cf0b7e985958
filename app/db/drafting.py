"""The draft: what is to be said to whom and when, worked out in sets beside the messages, before any is touched.

It lives in temporary tables of the transaction. `chosen` are the occasions to be planned; `occasion` and `reach`
say what falls due and by which contact points each person is reached; `held` is what was said or decided before;
`draft` has one row for each step, channel and occasion that is still open, with its words, times and reason.
The small tables that come in as arrays are computed by the pure rules (`app.pipeline.laying_out`); SQL only joins
them, so that each rule exists once.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, text
from uuid_utils.compat import uuid7

from app.db.transaction import Session
from app.db.verdicts import PLACE, case_of_the_address, case_of_the_member, consent_joins

ANCHORS: Mapping[str, str] = {
    "renewal_month": "period", "packet_mailed_on": "packet_mailed_on", "requested_on": "requested_on",
    "due_on": "due_on", "received_on": "received_on", "effective_on": "effective_on", "status_on": "status_on",
    "on": "on_date",
}  # fmt: skip
"""Each anchor of the ladders, and the column of `occasion` that holds its day."""
ANCHOR_DAYS = "VALUES " + ", ".join(f"('{anchor}', rn.{column})" for anchor, column in ANCHORS.items())
SHOWN = "CASE step.shows " + " ".join(f"WHEN '{name}' THEN rn.{column}" for name, column in ANCHORS.items()) + " END"

TABLES = text("""
    DO $$ BEGIN
      CREATE TEMP TABLE chosen (renewal_id uuid, afresh boolean DEFAULT false) ON COMMIT DELETE ROWS;
      CREATE INDEX ON chosen (renewal_id);
      CREATE TEMP TABLE occasion (
        renewal_id uuid, member_id uuid, occasion text, program text, owner text, cycle smallint, status text,
        member_status text, period date, on_date date, packet_mailed_on date, requested_on date, due_on date,
        received_on date, effective_on date, status_on date, begins_from date, begins_until date
      ) ON COMMIT DELETE ROWS;
      CREATE TEMP TABLE reach (
        member_id uuid, channel text, contact_point_id uuid, address_index bytea, place text, zone text,
        wanted text, in_order smallint, refused text, purpose text, only_programs text[]
      ) ON COMMIT DELETE ROWS;
      CREATE TEMP TABLE held (
        renewal_id uuid, step text, channel text, id uuid, status text, settled boolean, anchor_on date, place text,
        month date, first_due_at timestamptz, due_at timestamptz, deadline_at timestamptz, contact_point_id uuid,
        template text, language text, afresh boolean, drafted text
      ) ON COMMIT DELETE ROWS;
      CREATE TEMP TABLE draft (
        id uuid, renewal_id uuid, member_id uuid, period date, ladder text, step text, channel text,
        contact_point_id uuid, address_index bytea, place text, zone text, template text, version uuid, language text,
        about_on date, anchor_on date, starts_on date, status text, reason text, priority smallint, month date,
        first_due_at timestamptz, due_at timestamptz, deadline_at timestamptz, bundled_into uuid, in_order smallint,
        was text, kept boolean, moves boolean, waits boolean, held_due timestamptz, purpose text
      ) ON COMMIT DELETE ROWS;
      CREATE TEMP TABLE taken (
        id uuid, member_id uuid, channel text, address_index bytea, ladder text, step text, template text,
        language text, anchor_on date, about_on date, on_day date, planned boolean
      ) ON COMMIT DELETE ROWS;
      CREATE INDEX ON taken (address_index, channel);
      CREATE TEMP TABLE moving (
        round integer, id uuid, member_id uuid, channel text, address_index bytea, ladder text, step text,
        template text, language text, anchor_on date, about_on date, place text, zone text, asked_at timestamptz,
        due_at timestamptz, deadline_at timestamptz
      ) ON COMMIT DELETE ROWS;
      CREATE INDEX ON moving (round);
      CREATE TEMP TABLE opening (
        place text, channel text, opens_at timestamptz, closes_at timestamptz
      ) ON COMMIT DELETE ROWS;
      CREATE INDEX ON opening (place, channel, opens_at);
    END $$
""")
EMPTY = text("TRUNCATE chosen, occasion, reach, held, draft, taken, moving, opening")
HELD_OVER = text("SELECT to_regclass('pg_temp.draft') IS NOT NULL AS laid_out")
ANY_LEFT = text("SELECT 1 FROM chosen UNION ALL SELECT 1 FROM reach LIMIT 1")
# The server knows nothing of how many rows the tables of a transaction have. Rows that stay are found by their keys,
# one by one; tables of the transaction are joined with each other by hash.
STEER = text("""
    SELECT set_config('join_collapse_limit', '1', true), set_config('work_mem', '32MB', true),
           set_config('enable_' || name, CASE WHEN name = ANY(cast(:without AS text[])) THEN 'off' ELSE 'on' END, true)
      FROM unnest(ARRAY['seqscan', 'hashjoin', 'mergejoin', 'nestloop']) AS name
""")
# A plan that the server kept from planning one person is no plan for fifty thousand. Statements without a parameter
# know no other way than the kept one, so that one is dropped, too.
PLAN_ANEW = text("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)")
DROP_PLANS = text("DISCARD PLANS")
FIND = ["seqscan", "hashjoin", "mergejoin"]
MATCH = ["nestloop", "mergejoin"]
BY_KEY = ["seqscan", "mergejoin"]
"""For statements that name the messages they change by an array of keys, and join them with the draft by hash."""

OCCASIONS = text("""
    INSERT INTO occasion
    SELECT rn.id, rn.member_id, rn.occasion, rn.program, rn.owner, rn.cycle, rn.status, mb.status, rn.renewal_month,
           rn.on_date, rn.packet_mailed_on, rn.requested_on,
           coalesce(rn.due_on,
                    CASE rn.status WHEN 'information_requested' THEN rn.requested_on + cast(:rfi_days AS integer) END,
                    cast(rn.renewal_month + interval '1 month - 1 day' AS date)),
           rn.received_on, rn.effective_on, rn.status_on
      FROM chosen JOIN renewal rn ON (rn.agency_id, rn.id) = (:agency, chosen.renewal_id)
      JOIN member mb ON (mb.agency_id, mb.id) = (rn.agency_id, rn.member_id)
     WHERE rn.status <> 'canceled'
""")
# One row per person and channel (and purpose, where ladders have several): the contact point that may be used, else the first with what refuses it.
REACH = text(f"""
    INSERT INTO reach
    SELECT DISTINCT ON (mb.id, kinds.channel, purpose.name) mb.id, kinds.channel, cp.id, cp.value_index,
           {PLACE},
           coalesce(mb.timezone, cp.zone, :agency_zone),
           coalesce(CASE kinds.channel WHEN 'voice' THEN mb.language_spoken END, mb.language_written,
                    mb.language_spoken, 'en'),
           array_position(coalesce(mb.channels, ARRAY['sms', 'email', 'voice']), kinds.channel),
           coalesce({case_of_the_address("kinds.channel")}, kinds.refused), purpose.name, mb.only_programs
      FROM (SELECT DISTINCT member_id FROM occasion) asked
      JOIN member mb ON (mb.agency_id, mb.id) = (:agency, asked.member_id)
      JOIN contact_point cp ON (cp.agency_id, cp.member_id) = (:agency, asked.member_id) AND cp.listed
      JOIN unnest(cast(:kind_channel AS text[]), cast(:kind AS text[]), cast(:kind_refused AS text[]))
             AS kinds (channel, kind, refused) ON kinds.kind = cp.kind
     CROSS JOIN unnest(cast(:purposes AS text[])) AS purpose (name)
      {consent_joins("kinds.channel", "purpose.name")}
     ORDER BY mb.id, kinds.channel, purpose.name, ({case_of_the_address("kinds.channel")}) IS NOT NULL, cp.rank, cp.id
""")  # noqa: S608  (constants of ours)
UNREACHED = text("""
    INSERT INTO reach (member_id, channel, place, zone, refused)
    SELECT member_id, 'none', :agency_zone || ';', :agency_zone, 'no_contact_point'
      FROM (SELECT member_id FROM occasion EXCEPT SELECT member_id FROM reach) nobody
""")
MET = text(f"""
    SELECT DISTINCT rn.occasion, rn.program, rn.cycle, rn.owner, rn.status, anchor.name AS anchor, anchor.day
      FROM occasion rn CROSS JOIN LATERAL ({ANCHOR_DAYS}) anchor (name, day) WHERE anchor.day IS NOT NULL
""")  # noqa: S608
PEOPLE = text("""
    SELECT ARRAY(SELECT DISTINCT place FROM reach) AS places,
           ARRAY(SELECT DISTINCT wanted FROM reach WHERE wanted IS NOT NULL) AS wanted
""")

# What was said stays; so does what was skipped in its time, or canceled for good; so does who heard it by the
# message to another of the household that went out. A person who lost the last address has no row more than that.
HELD = text("""
    INSERT INTO held
    SELECT m.renewal_id, m.step, m.channel, m.id, m.status,
           CASE m.status WHEN 'planned' THEN false
                WHEN 'skipped' THEN m.deadline_at <= :now
                       OR coalesce(led.status NOT IN ('planned', 'canceled', 'skipped', 'expired'), false)
                ELSE true END,
           m.anchor_on, m.place, m.month, m.first_due_at, m.due_at, m.deadline_at, m.contact_point_id, m.template,
           m.language, chosen.afresh, NULL
      FROM chosen
     CROSS JOIN LATERAL (SELECT * FROM message WHERE message.renewal_id = chosen.renewal_id AND kind = 'reminder'
                            AND status <> 'canceled' OFFSET 0) m
      LEFT JOIN message led ON led.id = m.bundled_into
     UNION ALL
    SELECT DISTINCT ON (m.renewal_id, m.step, m.channel) m.renewal_id, m.step, m.channel, NULL, m.status,
           m.reason IN ('stopped', 'reached_otherwise'), m.anchor_on, m.place, m.month, m.first_due_at, m.due_at,
           m.deadline_at, m.contact_point_id, m.template, m.language, chosen.afresh, NULL
      FROM chosen
     CROSS JOIN LATERAL (SELECT * FROM message WHERE message.renewal_id = chosen.renewal_id AND kind = 'reminder'
                            AND status = 'canceled' OFFSET 0) m
     WHERE NOT EXISTS (SELECT FROM message live WHERE (live.renewal_id, live.step, live.channel)
             = (m.renewal_id, m.step, m.channel) AND live.kind = 'reminder' AND live.status <> 'canceled')
     ORDER BY 1, 2, 3, 6 DESC
""")

STEPS = """
    unnest(cast(:step_number AS smallint[]), cast(:step_ladder AS text[]), cast(:step_key AS text[]),
           cast(:step_priority AS smallint[]), cast(:step_purpose AS text[]), cast(:step_shows AS text[]))
      AS step (number, ladder, key, priority, purpose, shows)
"""
ASKED = """
    unnest(cast(:asked_occasion AS text[]), cast(:asked_program AS text[]), cast(:asked_cycle AS smallint[]),
           cast(:asked_owner AS text[]), cast(:asked_status AS text[]), cast(:asked_anchor AS text[]),
           cast(:asked_day AS date[]), cast(:asked_step AS smallint[]), cast(:asked_starts_on AS date[]),
           cast(:asked_template AS text[]), cast(:asked_may AS boolean[]))
      AS asked (occasion, program, cycle, owner, status, anchor, day, step, starts_on, template, may)
"""
SLOTS = """
    unnest(cast(:slot_step AS smallint[]), cast(:slot_day AS date[]), cast(:slot_place AS text[]),
           cast(:slot_channel AS text[]), cast(:slot_first_due AS timestamptz[]), cast(:slot_due AS timestamptz[]),
           cast(:slot_deadline AS timestamptz[]), cast(:slot_month AS date[]), cast(:slot_fits AS boolean[]),
           cast(:slot_refused AS text[]))
      AS slot (step, day, place, channel, first_due_at, due_at, deadline_at, month, fits, refused)
"""
WORDS = """
    unnest(cast(:word_template AS text[]), cast(:word_wanted AS text[]), cast(:word_channel AS text[]),
           cast(:word_language AS text[]), cast(:word_version AS uuid[]))
      AS word (template, wanted, channel, language, version)
"""
ABOUT = """
    unnest(cast(:about_step AS smallint[]), cast(:about_day AS date[]), cast(:about_on AS date[])) AS about (step, day, on_day)
"""
# What is asked of each occasion.
DUE = f"""
    SELECT rn.renewal_id, rn.member_id, rn.program, rn.period, asked.step AS number, step.ladder, step.key AS step, step.priority, step.purpose,
           asked.template, asked.day, asked.starts_on, about.on_day,
           {case_of_the_member("step.key", may="asked.may")} AS refused
      FROM occasion rn
     CROSS JOIN LATERAL (SELECT rn.member_status AS status) mb
     CROSS JOIN LATERAL ({ANCHOR_DAYS}) anchor (name, day)
      JOIN {ASKED} ON (asked.occasion, asked.program, asked.cycle, asked.owner, asked.status, asked.anchor, asked.day)
                    = (rn.occasion, rn.program, rn.cycle, rn.owner, rn.status, anchor.name, anchor.day)
       AND (rn.begins_from IS NULL OR rn.begins_from <= asked.starts_on)
       AND (rn.begins_until IS NULL OR asked.starts_on <= rn.begins_until)
      JOIN {STEPS} ON step.number = asked.step
      LEFT JOIN {ABOUT} ON (about.step, about.day) = (asked.step, {SHOWN})
    OFFSET 0
"""  # noqa: S608
# By which channels, when, in which words, and whether the time of what is planned already stands.
BY_CHANNEL = f"""
    SELECT due.*, r.channel, r.contact_point_id, r.address_index, r.place, r.zone, r.in_order, word.version,
           word.language, slot.first_due_at, slot.due_at, slot.deadline_at, slot.month, slot.fits, h.id AS held,
           h.status AS was, h.settled, h.month AS held_month, h.first_due_at AS held_first, h.due_at AS held_due,
           h.contact_point_id AS held_point,
           coalesce(due.refused, CASE WHEN NOT due.program = ANY(r.only_programs) THEN 'program_not_wanted' END,
                    r.refused, slot.refused, CASE WHEN word.wanted IS NULL THEN 'cannot_render'
                                                 WHEN word.version IS NULL THEN 'words_not_approved' END) AS reason,
           coalesce(h.status IN ('planned', 'skipped') AND (h.anchor_on, h.place, h.deadline_at)
                    = (due.day, r.place, slot.deadline_at), false) AS stands, coalesce(h.afresh, false) AS afresh,
           heard.step IS NOT NULL AS heard
      FROM ({DUE}) due
      JOIN reach r ON r.member_id = due.member_id AND (r.purpose = due.purpose OR r.channel = 'none')
      JOIN {SLOTS} ON (slot.step, slot.day, slot.place, slot.channel) = (due.number, due.day, r.place, r.channel)
      LEFT JOIN {WORDS} ON (word.template, word.wanted, word.channel) = (due.template, r.wanted, r.channel)
      LEFT JOIN held h ON (h.renewal_id, h.step, h.channel) = (due.renewal_id, due.step, r.channel)
      LEFT JOIN (SELECT DISTINCT renewal_id, step FROM held WHERE status NOT IN ('planned', 'skipped', 'canceled')) heard
             ON (heard.renewal_id, heard.step) = (due.renewal_id, due.step) AND r.channel = 'none'
    OFFSET 0
"""  # noqa: S608
# The ids are UUIDs of version 7 that count on from one: the server has no function for it before version 18, and to
# draw each anew takes longer than all else about a row.
FILL = text(f"""
    INSERT INTO draft
    SELECT coalesce(held, cast(:id_begins || lpad(to_hex(:id_from + row_number() OVER ()), 12, '0') AS uuid)),
           renewal_id, member_id, period, ladder, step, channel, contact_point_id, address_index, place, zone, template,
           version, language, on_day, day, starts_on, status,
           CASE status WHEN 'expired' THEN 'deadline_passed' ELSE reason END, priority,
           CASE WHEN stands THEN held_month ELSE month END, CASE WHEN stands THEN held_first ELSE first_due_at END,
           CASE WHEN keeps OR stands AND reason IS NOT NULL THEN held_due ELSE due_at END, deadline_at,
           NULL, in_order, was, keeps, NOT (keeps AND held_point = contact_point_id), false,
           CASE WHEN stands THEN held_due END, purpose
      FROM (SELECT *, CASE WHEN reason IS NOT NULL THEN 'skipped' WHEN fits OR keeps THEN 'planned' ELSE 'expired' END AS status
              FROM (SELECT *, stands AND was = 'planned' AND NOT afresh AS keeps FROM ({BY_CHANNEL}) one) kept) v
     WHERE (settled IS NULL OR NOT settled AND (was <> 'canceled' OR status = 'planned'))
       AND (channel <> 'none' OR was IS NOT NULL OR NOT heard)
""")  # noqa: S608


async def begin(session: Session) -> None:
    """Lay out empty tables for a draft; those of an earlier transaction were emptied when it ended."""
    row = await session.first(HELD_OVER)
    if row is None or not row.laid_out:
        await session.run(TABLES)
    elif await session.first(ANY_LEFT):
        await session.run(EMPTY)


async def expect_many(session: Session) -> None:
    """Have the server plan each statement of this transaction for the rows that there are, not as it did before."""
    await session.all(PLAN_ANEW)
    await session.run(DROP_PLANS)


async def gather(session: Session, values: Mapping[str, Any]) -> None:
    """Gather what falls due for the chosen, how each person is reached, and what was said or decided before."""
    await steer(session, FIND)
    await session.run(OCCASIONS, **pick(OCCASIONS, values))
    await session.run(REACH, **pick(REACH, values))
    await session.run(UNREACHED, **pick(UNREACHED, values))
    await session.run(HELD, **pick(HELD, values))


async def steer(session: Session, without: Sequence[str]) -> None:
    """Tell the server how not to join."""
    await session.all(STEER, without=list(without))


async def met(session: Session) -> tuple[Sequence[Row[Any]], list[str], list[str]]:
    """Return what is met among the chosen: occasions with their anchor days, places, and languages wanted."""
    people = await session.first(PEOPLE)
    return await session.all(MET), list(people.places) if people else [], list(people.wanted) if people else []


async def fill(session: Session, values: Mapping[str, Any]) -> int:
    """Fill the draft and return how many rows it has."""
    await steer(session, MATCH)
    fresh = uuid7().hex
    return await session.run(FILL, **pick(FILL, {**values, "id_begins": fresh[:20], "id_from": int(fresh[20:30], 16)}))


def pick(statement: Any, values: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401
    """Return just the values that a statement names."""
    return {name: values[name] for name in statement._bindparams}  # noqa: SLF001
