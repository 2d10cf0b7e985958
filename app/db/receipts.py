"""Receipts: appended raw and once, then applied in sets; what a person presses in a call; open attempts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text

from app.db.columns import columns
from app.db.deliveries import IN_FLIGHT, STEER
from app.db.transaction import Session
from app.db.verdicts import consent_joins_of, refusal

ASKED = "asked"
"""How the key of a receipt ends that says: a call was answered, and asked us what to say."""
COLUMNS = ("attempt_id", "provider", "key", "status", "provider_id", "reason", "provider_code")
APPEND = text("""
    INSERT INTO receipt (period, agency_id, attempt_id, provider, key, status, provider_id, reason, provider_code,
           received_at, received_on_machine)
    SELECT a.period, a.agency_id, a.id, v.provider, v.key, v.status, v.provider_id, v.reason, v.provider_code,
           :now, :machine_now
      FROM unnest(cast(:attempt_id AS uuid[]), cast(:provider AS text[]), cast(:key AS text[]), cast(:status AS text[]),
             cast(:provider_id AS text[]), cast(:reason AS text[]), cast(:provider_code AS text[]))
        AS v (attempt_id, provider, key, status, provider_id, reason, provider_code)
      JOIN attempt a ON a.id = v.attempt_id
    ON CONFLICT DO NOTHING
""")
UNTIL_THE_BACKUP = "1 minute"
"""How much later than the last note in it a backup may have been made, while calls are placed."""
# The furthest word on a message wins within one pass: delivered over undelivered over accepted (carriers correct
# themselves). A late word on an attempt that was thought absent counts too: the message need not be sent again, or
# was, and then the other attempt stays the open one (a call that was replaced is silent and says nothing). Of an
# attempt that is over, because it did not arrive and another try followed, only `delivered` is news.
REPLACED = """(a.state = 'absent' AND EXISTS (
             SELECT FROM attempt other WHERE other.message_id = a.message_id AND other.period = a.period
                AND other.state IN ('intended', 'unclear', 'accepted')))"""
# A call that a person answered while our service was away: nobody asked us for what it should say. Of one from before
# a restore it is not known any more whether it asked, and another call would be one too many.
UNHEARD = f"""(a.channel = 'voice' AND w.status = 'delivered' AND w.reason = '' AND NOT EXISTS (
             SELECT FROM receipt asked WHERE (asked.attempt_id, asked.period) = (a.id, a.period)
                AND asked.key LIKE '%\\:{ASKED}')
               AND NOT EXISTS (
             SELECT FROM epoch WHERE a.intended_on_machine <= held_from_on_machine + interval '{UNTIL_THE_BACKUP}'))"""  # noqa: S608  (constants of ours)
APPLY = f"""
    WITH waiting AS MATERIALIZED (
      SELECT id, period, attempt_id, status, provider_id, reason, provider_code, received_at, received_on_machine
        FROM receipt WHERE applied_at IS NULL ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED),
    said AS MATERIALIZED (
      SELECT DISTINCT ON (message_id, period) * FROM (
        SELECT w.id, w.period, w.attempt_id, w.provider_id, w.provider_code, w.received_at, w.received_on_machine,
               CASE WHEN {UNHEARD} THEN 'undelivered' ELSE w.status END AS status,
               CASE WHEN {UNHEARD} THEN 'nothing_said' ELSE w.reason END AS reason,
               a.message_id, a.channel, a.provider, a.intended_on_machine, a.send_at, a.over, {REPLACED} AS replaced,
               greatest(a.accepted_on_machine, a.intended_on_machine + (a.send_at - a.intended_at)) AS left_on_machine
          FROM waiting w JOIN attempt a ON (a.id, a.period) = (w.attempt_id, w.period) AND a.state <> 'rejected'
               AND (w.status = 'delivered' OR NOT a.over)) heard
       WHERE status = 'delivered' OR NOT over
       ORDER BY message_id, period, array_position(ARRAY['delivered', 'undelivered', 'accepted'], status), id),
    done AS (UPDATE receipt r SET applied_at = :now FROM waiting w WHERE (r.id, r.period) = (w.id, w.period)),
    proved AS (
      UPDATE attempt a SET state = CASE WHEN s.replaced THEN a.state ELSE 'accepted' END,
             late_at = CASE WHEN a.state = 'absent' AND NOT a.over THEN coalesce(a.late_at, :now) ELSE a.late_at END,
             proof = CASE WHEN a.state = 'absent' AND NOT s.replaced THEN 'receipt' ELSE coalesce(a.proof, 'receipt') END,
             look_at = NULL,
             provider_id = coalesce(nullif(s.provider_id, ''), a.provider_id),
             accepted_at = coalesce(a.accepted_at, s.received_at),
             accepted_on_machine = coalesce(a.accepted_on_machine, s.received_on_machine),
             erase_at = CASE WHEN s.status <> 'accepted' AND a.erased_at IS NULL
                              AND a.channel || '/' || a.provider = ANY(cast(:erasable AS text[]))
                        THEN cast(:erase_at AS timestamptz) ELSE a.erase_at END
        FROM said s WHERE (a.id, a.period) = (s.attempt_id, s.period))
    UPDATE message m SET
           status = CASE p.status WHEN 'accepted' THEN 'sent' ELSE p.status END,
           reason = CASE p.status WHEN 'undelivered' THEN coalesce(nullif(p.reason, ''), 'undelivered')
                    ELSE coalesce(nullif(p.reason, ''), {IN_FLIGHT}) END,
           handed_at = CASE WHEN m.status IN ('planned', 'sending') THEN greatest(p.received_at, p.send_at)
                       ELSE coalesce(m.handed_at, p.received_at) END,
           again_at = CASE WHEN p.status = 'undelivered' AND m.kind IN ('reminder', 'broadcast')
                      THEN (SELECT p.received_at + make_interval(secs => t.wait)
                              FROM unnest(cast(:again_reason AS text[]), cast(:again_tries AS int[]),
                                     cast(:again_wait AS float8[])) t (reason, tries, wait)
                             WHERE t.reason = p.reason AND (t.tries IS NULL OR m.again < t.tries)) END,
           ended_at = CASE WHEN p.status <> 'accepted' THEN p.received_at ELSE m.ended_at END,
           seconds = CASE WHEN p.status = 'delivered'
                     THEN greatest(0, extract(epoch FROM p.received_on_machine
                       - coalesce(p.left_on_machine, p.received_on_machine))) ELSE m.seconds END
      FROM said p
      JOIN unnest(cast(:from_status AS text[]), cast(:to_status AS text[])) AS allowed (from_status, to_status)
        ON allowed.to_status = CASE p.status WHEN 'accepted' THEN 'sent' ELSE p.status END
     WHERE (m.id, m.period) = (p.message_id, p.period) AND NOT (p.replaced AND p.channel = 'voice')
       AND CASE m.status WHEN 'planned' THEN 'sending' ELSE m.status END = allowed.from_status
    RETURNING m.id, m.agency_id, m.channel, p.provider, m.contact_point_id, m.status, m.reason, m.again_at,
              p.intended_on_machine AS left_at, coalesce(m.agency_id = ANY(cast((
                SELECT array_agg(w.agency_id) FROM webhook w
                 WHERE w.disabled_at IS NULL AND 'message.delivered' = ANY(w.events)) AS uuid[])), false) AS wants_word
"""  # noqa: S608  (constants of ours)
APPLY_WAITING = text(APPLY)
MARK_POINTS = text("""
    UPDATE contact_point SET state = 'bounced'
     WHERE id = ANY(cast(:points AS uuid[])) AND state = 'active' RETURNING agency_id, id
""")
MARK_REPLAN = text("""
    INSERT INTO replan (agency_id, renewal_id)
    SELECT r.agency_id, r.id FROM contact_point c JOIN renewal r
        ON (r.agency_id, r.member_id) = (c.agency_id, c.member_id)
     WHERE c.id = ANY(cast(:points AS uuid[])) ON CONFLICT DO NOTHING
""")
ATTEMPT = text(f"""
    SELECT CASE WHEN a.over THEN 'absent' WHEN a.state <> 'absent' OR {REPLACED} THEN a.state
                ELSE 'unclear' END AS state,
           a.id AS attempt_id, a.agency_id, a.channel, m.id, m.period, m.kind, m.status, m.member_id,
           m.contact_point_id, m.address_sealed, m.words_sealed, m.template_version_id, m.language,
           m.template, cp.value_index, cp.value_sealed, cp.line_kind, rn.renewal_month, m.about_on,
           mb.language_written, mb.language_spoken, mb.private_sealed, mb.safe_word_sealed, mb.to_county_code,
           mb.safe_word_sealed IS NOT NULL AND EXISTS (SELECT FROM message told WHERE told.bundled_into = m.id) AS household,
           {refusal("m")} AS refused
      FROM attempt a JOIN message m ON (m.id, m.period) = (a.message_id, a.period)
      LEFT JOIN contact_point cp ON (cp.agency_id, cp.id) = (m.agency_id, m.contact_point_id)
      LEFT JOIN renewal rn ON (rn.agency_id, rn.id) = (m.agency_id, m.renewal_id)
      LEFT JOIN member mb ON (mb.agency_id, mb.id) = (m.agency_id, m.member_id)
      {consent_joins_of("m")}
     WHERE a.id = :attempt
""")  # noqa: S608
OWNERS = text("SELECT DISTINCT agency_id FROM attempt WHERE id = ANY(cast(:attempts AS uuid[]))")
LANGUAGE_OF_ADDRESS = text("""
    SELECT m.id AS member_id, m.language_written, m.language_spoken FROM contact_point c
      JOIN member m ON (m.agency_id, m.id) = (c.agency_id, c.member_id)
     WHERE c.agency_id = :agency AND c.value_index = :address AND c.state <> 'wrong_person'
     ORDER BY c.listed DESC, m.created_at LIMIT 1
""")


async def append(session: Session, rows: Sequence[tuple[Any, ...]]) -> int:
    """Append receipts, each once; what names no attempt of ours falls away."""
    return await session.run(APPEND, now=session.now, machine_now=session.machine_now, **columns(COLUMNS, rows))


@dataclass(frozen=True, slots=True)
class Rules:
    """What receipts are applied by: moves (from, to), what is tried again, what can be erased."""

    moves: Sequence[tuple[str, str]]
    again: Sequence[tuple[str, int | None, float]] = ()
    """Each as (reason, tries, seconds to wait); without a number it is tried as often as it takes."""
    erasable: Sequence[str] = ()
    """Each as `channel/provider`."""
    erase_after: timedelta = timedelta(days=1)


async def apply_waiting(session: Session, rules: Rules, limit: int = 5000) -> Sequence[Row[Any]]:
    """Apply receipts that wait, forward along the transition table; return the messages they moved."""
    moved = columns(("from_status", "to_status"), rules.moves)
    again = columns(("again_reason", "again_tries", "again_wait"), rules.again)
    await session.all(STEER, without=["seqscan"])  # receipts are few beside what was ever attempted
    return await session.all(
        APPLY_WAITING, now=session.now, limit=limit, erasable=list(rules.erasable),
        erase_at=session.now + rules.erase_after, **moved, **again,
    )  # fmt: skip


async def owners_of_attempts(session: Session, attempts: Sequence[UUID]) -> set[UUID]:
    """Return the agencies whose attempts these are."""
    return {row.agency_id for row in await session.all(OWNERS, attempts=list(attempts))}


async def mark_bounced(session: Session, points: Sequence[UUID]) -> Sequence[tuple[UUID, UUID]]:
    """Mark contact points that do not work, and return (agency, point) of those that are new.

    What was planned for them is to be planned anew.
    """
    marked = await session.all(MARK_POINTS, points=list(points))
    await session.run(MARK_REPLAN, points=list(points))
    return [(row.agency_id, row.id) for row in marked]


async def attempt(session: Session, id_: UUID, allowed: Sequence[str] = ()) -> Row[Any] | None:
    """Return an attempt with its message's member and address; one thought absent that is heard of is unclear.

    `refused` is what speaks against a reminder by now, where the renewal may have one of the `allowed` statuses.
    """
    return await session.first(ATTEMPT, attempt=id_, allowed=list(allowed), now=session.now)


class Key(NamedTuple):
    """A key that was pressed in a call of ours; `part` says what was asked."""

    attempt: UUID
    provider: str
    provider_id: str
    part: str
    digits: str


async def keep_key(session: Session, key: Key) -> bool:
    """Keep a key once, as a receipt, for it shows that the call was placed; say whether it is news."""
    of_one_call = f"{key.provider_id}:{key.part}:{key.digits}"
    row = (key.attempt, key.provider, of_one_call, "accepted", key.provider_id, "", "")
    return await append(session, [row]) > 0


async def reader_of(session: Session, agency: UUID, address: bytes) -> Row[Any] | None:
    """Return the member (and languages) that an address belongs to; nobody where somebody else said to have it."""
    return await session.first(LANGUAGE_OF_ADDRESS, agency=agency, address=address)
