"""Delivery: what is due, the intent before a send, and the outcome after it; all in batches."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text

from app.db.broadcasts import pass_on
from app.db.columns import columns
from app.db.switches import HELD_REASONS
from app.db.transaction import Session
from app.db.verdicts import consent_joins_of, refusal

WINDOWED = "kind IN ('reminder', 'broadcast')"
# The first that is due of each lane, by its index: whether there is one at all is asked every few seconds.
DUE_LANES = text("""
    SELECT a.id AS agency_id, c.channel FROM agency a CROSS JOIN (VALUES ('sms'), ('email'), ('voice')) c (channel)
     CROSS JOIN LATERAL (SELECT FROM message m WHERE m.agency_id = a.id AND m.channel = c.channel
             AND m.status = 'planned' AND m.due_at <= :now ORDER BY m.due_at LIMIT 1) first
""")
# Until planning has written where the person is, the zone alone says it.
PLACE = "coalesce(nullif(m.place, ''), m.zone || ';')"
# What a switch held until its deadline ended because of the switch.
TOO_LATE = f"CASE WHEN m.reason IN ({HELD_REASONS}) THEN m.reason ELSE 'deadline_passed' END"
DUE_PLACES = text(f"""
    SELECT DISTINCT {PLACE} AS place FROM message m
     WHERE agency_id = :agency AND channel = :channel AND status = 'planned' AND due_at <= :now AND {WINDOWED}
""")  # noqa: S608
WAIT_FOR_WINDOW = text(f"""
    UPDATE message m SET due_at = :opens,
           status = CASE WHEN deadline_at <= :opens THEN 'expired' ELSE status END,
           reason = CASE WHEN deadline_at <= :opens THEN {TOO_LATE} ELSE reason END,
           ended_at = CASE WHEN deadline_at <= :opens THEN cast(:now AS timestamptz) END
     WHERE agency_id = :agency AND channel = :channel AND {PLACE} = :place AND status = 'planned'
       AND due_at <= :now AND {WINDOWED}
""")  # noqa: S608

# Only an e-mail greets anybody by name, so only for one is it read whose name that is; whether others read along is asked
# for it, and for whoever chose a safe word.
DUE = """
    SELECT m.id, m.period, m.kind, m.template_version_id, m.language, m.zone, {place} AS place, m.step, m.renewal_id,
           m.address_sealed, m.words_sealed,
           m.tries, m.reason AS last_reason, m.member_id, m.contact_point_id, m.deadline_at, rn.renewal_month, m.about_on, cp.value_sealed, cp.value_index,
           CASE WHEN m.channel = 'email' THEN mb.private_sealed END AS private_sealed, mb.safe_word_sealed,
           mb.language_written, mb.language_spoken, mb.to_county_code,
           (m.channel = 'email' OR mb.safe_word_sealed IS NOT NULL) AND m.kind IN ('reminder', 'broadcast')
             AND EXISTS (SELECT FROM message told WHERE told.bundled_into = m.id) AS household,
           CASE WHEN m.deadline_at <= :now THEN {too_late} ELSE {refusal} END AS refused,
           coalesce(NOT cp.listed, false) AS unlisted
      FROM message m
      LEFT JOIN member mb ON (mb.agency_id, mb.id) = (m.agency_id, m.member_id)
      LEFT JOIN renewal rn ON (rn.agency_id, rn.id) = (m.agency_id, m.renewal_id)
      LEFT JOIN contact_point cp ON (cp.agency_id, cp.id) = (m.agency_id, m.contact_point_id)
      {joins}
     WHERE m.agency_id = :agency AND m.channel = :channel AND m.status = 'planned' AND m.due_at <= :now AND {which}
     ORDER BY m.due_at, m.id LIMIT :limit FOR UPDATE OF m SKIP LOCKED
"""
PARTS = {
    "refusal": refusal("m"), "joins": consent_joins_of("m"), "place": PLACE,
    "too_late": TOO_LATE,
}  # fmt: skip
DUE_URGENT = text(DUE.format(**PARTS, which="m.priority < 5"))
DUE_AGAIN = text(
    DUE.replace("m.due_at <= :now", "m.id = ANY(cast(:ids AS uuid[]))").format(**PARTS, which="m.due_at IS NOT NULL")
)
DUE_PACED = text(DUE.format(**PARTS, which=f"m.priority >= 5 AND {PLACE} = ANY(cast(:places AS text[]))"))

# Who was to be told by the message of another of the household is planned anew when that one ends.
END = text("""
    WITH ended AS (
      UPDATE message m SET status = v.status, reason = v.reason, ended_at = :now
        FROM unnest(cast(:id AS uuid[]), cast(:period AS date[]), cast(:status AS text[]), cast(:reason AS text[]))
          AS v (id, period, status, reason)
       WHERE (m.id, m.period) = (v.id, v.period) AND m.status = 'planned' RETURNING m.id)
    INSERT INTO replan (agency_id, renewal_id)
    SELECT DISTINCT told.agency_id, told.renewal_id FROM message told JOIN ended ON ended.id = told.bundled_into
     WHERE told.status = 'skipped' AND told.deadline_at > :now AND told.renewal_id IS NOT NULL ON CONFLICT DO NOTHING
""")
TOLD_OTHERWISE = text("""
    SELECT DISTINCT m.renewal_id, m.step FROM message m
     WHERE m.agency_id = :agency AND m.renewal_id = ANY(cast(:renewals AS uuid[]))
       AND m.step = ANY(cast(:steps AS text[])) AND m.kind = 'reminder' AND m.status = 'delivered'
""")
# The server's statistics lag behind a run that plans and sends a hundred thousand in minutes. By them it would read
# and sort all that is due for each batch anew, or compare each row of a batch with each other one. So it is told how:
# claiming walks an index until it has enough; writing finds each row by its key (`= ANY`, and only in the partitions of
# its periods) and joins the values by hash.
STEER = text("""
    SELECT set_config('enable_' || name, CASE WHEN name = ANY(cast(:without AS text[])) THEN 'off' ELSE 'on' END, true)
      FROM unnest(ARRAY['seqscan', 'bitmapscan', 'sort', 'nestloop', 'hashjoin', 'mergejoin']) AS name
""")
WALK = ["seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin"]
FIND = ["seqscan", "bitmapscan", "sort", "nestloop", "mergejoin"]
INTEND = text("""
    WITH going AS (
      UPDATE message SET status = 'sending', tries = tries + 1, provider = :provider
       WHERE id = ANY(cast(:message_id AS uuid[])) AND period = ANY(cast(:periods AS date[])))
    INSERT INTO attempt (id, period, agency_id, message_id, number, state, channel, provider, account, code,
           intended_at, intended_on_machine, lease_until, look_at, send_at, fence)
    SELECT v.id, v.period, :agency, v.message_id, v.number, 'intended', :channel, :provider, :account, v.code,
           :now, :machine_now, :lease_until, :look_at, :send_at, :fence
      FROM unnest(cast(:attempt_id AS uuid[]), cast(:period AS date[]), cast(:message_id AS uuid[]),
             cast(:number AS smallint[]), cast(:code AS text[])) AS v (id, period, message_id, number, code)
""")
RESULTS = """
    unnest(cast(:attempt_id AS uuid[]), cast(:message_id AS uuid[]), cast(:period AS date[]), cast(:state AS text[]),
           cast(:status AS text[]), cast(:provider_id AS text[]), cast(:segments AS smallint[]),
           cast(:cost AS numeric[]), cast(:reason AS text[]), cast(:provider_code AS text[]),
           cast(:due_at AS timestamptz[]))
      AS v (attempt_id, message_id, period, state, status, provider_id, segments, cost, reason, provider_code, due_at)
"""
RECORD_ATTEMPTS = text(f"""
    UPDATE attempt a SET state = v.state, provider_id = coalesce(nullif(v.provider_id, ''), a.provider_id),
           segments = v.segments, reason = v.reason, provider_code = v.provider_code,
           proof = CASE WHEN v.state = 'accepted' THEN cast(:proof AS text) END,
           accepted_at = CASE WHEN v.state = 'accepted' THEN cast(:now AS timestamptz) END,
           accepted_on_machine = CASE WHEN v.state = 'accepted' THEN cast(:machine_now AS timestamptz) END,
           look_at = CASE WHEN v.state = 'unclear' THEN a.look_at END
      FROM {RESULTS} WHERE a.id = ANY(cast(:attempt_id AS uuid[])) AND a.period = ANY(cast(:periods AS date[]))
       AND (a.id, a.period) = (v.attempt_id, v.period)
       AND a.state NOT IN ('accepted', 'rejected', 'absent')
""")  # noqa: S608
# A stop that came while a message was on its way stays to be seen, unless the provider has a reason of its own.
IN_FLIGHT = "CASE m.reason WHEN 'in_flight_at_stop' THEN m.reason END"
# Only what the attempt took counts: it may have been proven absent, and another may be open by now. (That it is the
# message's own is said for the server: once it plans without looking at the values, it compares all with all.)
RECORD_MESSAGES = text(f"""
    UPDATE message m SET
           status = CASE WHEN m.status = 'sending' THEN v.status ELSE m.status END,
           reason = CASE WHEN m.status = 'sending' THEN coalesce(nullif(v.reason, ''), {IN_FLIGHT}) ELSE m.reason END,
           due_at = CASE WHEN m.status = 'sending' THEN greatest(v.due_at, m.due_at) ELSE m.due_at END,
           handed_at = CASE WHEN v.state <> 'accepted' THEN m.handed_at
                       WHEN m.status = 'sending' THEN greatest(cast(:now AS timestamptz), a.send_at)
                       ELSE coalesce(m.handed_at, :now) END,
           ended_at = CASE WHEN m.status = 'sending' AND v.status = 'failed' THEN :now ELSE m.ended_at END,
           segments = CASE WHEN v.state = 'accepted' THEN m.earlier_segments + v.segments ELSE m.segments END,
           cost = CASE WHEN v.state = 'accepted' THEN m.earlier_cost + v.cost ELSE m.cost END
      FROM {RESULTS} JOIN attempt a ON (a.id, a.period, a.state) = (v.attempt_id, v.period, v.state)
     WHERE a.id = ANY(cast(:attempt_id AS uuid[])) AND a.period = ANY(cast(:periods AS date[]))
       AND m.id = ANY(cast(:message_id AS uuid[])) AND m.period = ANY(cast(:periods AS date[]))
       AND (m.id, m.period) = (v.message_id, v.period) AND m.id = a.message_id
       AND (m.status = 'sending' OR v.state = 'accepted')
""")  # noqa: S608
GIVE_TRIES_BACK = text("""
    UPDATE message SET tries = tries - 1 WHERE id = ANY(cast(:ids AS uuid[])) AND status = 'planned' AND tries > 0
""")
NEXT_DUE = text("""
    SELECT min(due_at) AS at FROM message WHERE status = 'planned' AND due_at > :after AND due_at <= :until
""")


class Result(NamedTuple):
    """What became of one attempt and its message, to be recorded."""

    attempt_id: UUID
    message_id: UUID
    period: Any
    state: str
    status: str
    provider_id: str = ""
    segments: int = 0
    cost: float = 0.0
    reason: str = ""
    provider_code: str = ""
    due_at: datetime | None = None


async def due_lanes(session: Session) -> list[tuple[UUID, str]]:
    """Return the lanes (agency, channel) that have something due."""
    return [(row.agency_id, row.channel) for row in await session.all(DUE_LANES, now=session.now)]


async def due_places(session: Session, agency: UUID, channel: str) -> list[str]:
    """Return the places of the people whom a lane's due reminders are for."""
    rows = await session.all(DUE_PLACES, agency=agency, channel=channel, now=session.now)
    return [row.place for row in rows]


async def wait_for_window(session: Session, agency: UUID, channel: str, place: str, opens: datetime) -> int:
    """Move what is due at a place that is closed to its next opening, or end it as expired."""
    return await session.run(
        WAIT_FOR_WINDOW, agency=agency, channel=channel, place=place, opens=opens, now=session.now
    )  # fmt: skip


async def due_urgent(
    session: Session, agency: UUID, channel: str, *, allowed: Sequence[str], limit: int
) -> Sequence[Row[Any]]:
    """Lock and return due codes, replies and the like, which go first and at any hour."""
    await session.all(STEER, without=WALK)
    return await session.all(
        DUE_URGENT, agency=agency, channel=channel, allowed=list(allowed), now=session.now, limit=limit
    )


async def due_paced(
    session: Session, agency: UUID, channel: str, *, allowed: Sequence[str], places: Sequence[str], limit: int
) -> Sequence[Row[Any]]:
    """Lock and return due reminders for places that are open, each with what refuses it."""
    await session.all(STEER, without=WALK)
    return await session.all(
        DUE_PACED, agency=agency, channel=channel, allowed=list(allowed), places=list(places), now=session.now,
        limit=limit,
    )  # fmt: skip


async def due_again(
    session: Session, agency: UUID, channel: str, *, allowed: Sequence[str], ids: Sequence[UUID]
) -> Sequence[Row[Any]]:
    """Lock and return these messages, whenever they would be due: another provider may take them now."""
    await session.all(STEER, without=WALK)
    return await session.all(
        DUE_AGAIN, agency=agency, channel=channel, allowed=list(allowed), now=session.now, ids=list(ids),
        limit=len(ids),
    )  # fmt: skip


async def end(session: Session, rows: Sequence[tuple[UUID, Any, str, str]]) -> int:
    """End planned messages, (id, period, status, reason) each; return how many renewals are to be planned anew."""
    if not rows:
        return 0
    ended = await session.run(END, now=session.now, **columns(("id", "period", "status", "reason"), rows))
    await pass_on(session, [row[0] for row in rows])
    return ended


async def told_otherwise(session: Session, agency: UUID, asked: Sequence[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Return those of these (renewal, step) that some channel's message was delivered for."""
    renewals, steps = [renewal for renewal, _ in asked], sorted({step for _, step in asked})
    rows = await session.all(TOLD_OTHERWISE, agency=agency, renewals=renewals, steps=steps) if asked else []
    return {(row.renewal_id, row.step) for row in rows}


async def intend(
    session: Session, agency: UUID, channel: str, provider: str,
    rows: Sequence[tuple[UUID, Any, UUID, int, str]], *, lease_until: datetime, look_at: datetime, account: str = "",
    send_at: datetime | None = None, fence: str = "",
) -> None:  # fmt: skip
    """Write the intent: (attempt, period, message, number, code) each; `account` marks an agency's own.

    `send_at` is the business time until which the provider is to hold them, `fence` what they are withdrawn by.
    """
    await session.all(STEER, without=FIND)
    await session.run(
        INTEND, agency=agency, channel=channel, provider=provider, account=account, now=session.now,
        machine_now=session.machine_now, lease_until=lease_until, look_at=look_at, send_at=send_at, fence=fence,
        periods=_periods(row[1] for row in rows),
        **columns(("attempt_id", "period", "message_id", "number", "code"), rows),
    )  # fmt: skip


async def record(session: Session, results: Sequence[Result], *, proof: str = "response") -> int:
    """Record outcomes and return how many; what is settled already stays as it is, and repeating changes nothing."""
    if not results:
        return 0
    values = {**columns(Result._fields, results), "periods": _periods(one.period for one in results)}
    await session.all(STEER, without=FIND)
    done = await session.run(RECORD_ATTEMPTS, now=session.now, machine_now=session.machine_now, proof=proof, **values)
    await session.run(RECORD_MESSAGES, now=session.now, **values)
    return done


def _periods(several: Iterable[date]) -> list[date]:
    return sorted(set(several))


async def give_tries_back(session: Session, ids: Sequence[UUID]) -> None:
    """Let these planned messages have the last try back: it was not their fault."""
    if ids:
        await session.run(GIVE_TRIES_BACK, ids=list(ids))


async def next_due(session: Session, after: datetime, until: datetime) -> datetime | None:
    """Return the next moment at which a planned message falls due, if it is in this span."""
    row = await session.first(NEXT_DUE, after=after, until=until)
    moment: datetime | None = row.at if row else None
    return moment
