"""The consent ledger: append-only lines, and what they say now per address, channel and purpose."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from uuid_utils.compat import uuid7

from app.db.columns import columns
from app.db.sealed import associated
from app.db.transaction import Session
from app.rules.facts import Channel
from app.rules.record import ConsentLine, Member

LINE_COLUMNS = (
    "id", "member_id", "address_index", "channel", "purpose", "granted", "basis", "evidence_sealed",
    "wording", "language", "source", "at", "until", "address_stopped", "with_whom",
)  # fmt: skip
APPEND = text("""
    INSERT INTO consent (agency_id, id, member_id, address_index, channel, purpose, granted, basis, evidence_sealed,
           wording, language, source, at, until, address_stopped, with_whom, recorded_at)
    SELECT :agency, v.id, v.member_id, v.address_index, v.channel, v.purpose, v.granted, v.basis, v.evidence_sealed,
           v.wording, v.language, v.source, v.at, v.until, v.address_stopped, coalesce(v.with_whom, own.name), :now
      FROM unnest(cast(:id AS uuid[]), cast(:member_id AS uuid[]),
             cast(:address_index AS bytea[]), cast(:channel AS text[]), cast(:purpose AS text[]),
             cast(:granted AS boolean[]), cast(:basis AS text[]), cast(:evidence_sealed AS bytea[]),
             cast(:wording AS text[]), cast(:language AS text[]), cast(:source AS text[]),
             cast(:at AS timestamptz[]), cast(:until AS timestamptz[]), cast(:address_stopped AS boolean[]),
             cast(:with_whom AS text[])) WITH ORDINALITY
        AS v (id, member_id, address_index, channel, purpose, granted, basis, evidence_sealed, wording, language, source,
              at, until, address_stopped, with_whom, place)
      LEFT JOIN (SELECT profile ->> 'name' AS name FROM agency WHERE id = :agency) own ON true
     ORDER BY v.place
""")
STATE_COLUMNS = ("member_id", "address_index", "channel", "purpose", "granted", "at", "tie", "until")
SET_STATE = text("""
    INSERT INTO consent_state AS held (agency_id, member_id, address_index, channel, purpose, granted, at, tie, until)
    SELECT :agency, v.* FROM unnest(cast(:member_id AS uuid[]), cast(:address_index AS bytea[]),
             cast(:channel AS text[]), cast(:purpose AS text[]), cast(:granted AS boolean[]),
             cast(:at AS timestamptz[]), cast(:tie AS text[]), cast(:until AS timestamptz[])) v
    ON CONFLICT (agency_id, member_id, channel, purpose, address_index) DO UPDATE
       SET granted = excluded.granted, at = excluded.at, tie = excluded.tie, until = excluded.until
""")
STOP = text("""
    INSERT INTO address_stop AS held (agency_id, address_index, channel, stopped, at)
    VALUES (:agency, :address, :channel, :stopped, :at)
    ON CONFLICT (agency_id, address_index, channel) DO UPDATE SET stopped = excluded.stopped, at = excluded.at
     WHERE held.at <= excluded.at
""")
LIFT = text("""
    UPDATE address_stop SET stopped = false, at = :at
     WHERE agency_id = :agency AND address_index = :address AND channel = :channel AND at <= :at
       AND (stopped OR NOT :only_stopped)
""")
LINES = text("""
    SELECT c.id, c.address_index, c.channel, c.purpose, c.granted, c.basis, c.with_whom, c.evidence_sealed, c.wording,
           c.language, c.source, c.at, c.until, c.recorded_at, l.number, l.hash
      FROM consent c LEFT JOIN chain_link l ON (l.agency_id, l.chain, l.entry_id) = (c.agency_id, 'consent', c.id)
     WHERE c.agency_id = :agency AND c.member_id = :member
       AND (cast(:after AS uuid) IS NULL OR c.id > :after)
     ORDER BY c.id LIMIT :limit
""")
STOPPED_SINCE = text("""
    SELECT FROM address_stop WHERE agency_id = :agency AND address_index = :address AND channel = :channel
       AND stopped AND at > :since AND at <= :now
""")
STOPPED_ON = text("""
    SELECT channel FROM address_stop WHERE agency_id = :agency AND address_index = :address AND stopped
""")
MEMBER_STOPS = text("""
    SELECT s.address_index, s.channel, s.stopped FROM address_stop s JOIN contact_point c
        ON (c.agency_id, c.value_index) = (s.agency_id, s.address_index)
     WHERE s.agency_id = :agency AND c.member_id = :member AND s.stopped
""")


async def save(session: Session, agency: UUID, members: Sequence[Member]) -> set[UUID]:
    """Append the new lines of these members and set what they now say, of the members and of the addresses.

    Returns the members of whom a line said nothing new, but lifted a stop.
    """
    every = [(member.id, line) for member in members for line in member.lines]
    said = [(id_, line) for id_, line in every if await _counts(session, agency, line)]
    lines = [_line(session, agency, id_, line) for id_, line in said]
    if lines:
        await session.run(APPEND, agency=agency, now=session.now, **columns(LINE_COLUMNS, lines))
    held = [
        (member.id, key[2], key[0], key[1], now.granted, now.at, now.tie, now.until)
        for member in members
        for key in member.consents_set
        for now in (member.consents[key],)
    ]
    if held:
        await session.run(SET_STATE, agency=agency, **columns(STATE_COLUMNS, held))
    return {id_ for id_, line in said if line.again}


async def append_for_address(session: Session, agency: UUID, line: ConsentLine) -> None:
    """Append a line about an address that no member lists (a stop from a number we do not hold)."""
    await _counts(session, agency, line)
    row = _line(session, agency, None, line)
    await session.run(APPEND, agency=agency, now=session.now, **columns(LINE_COLUMNS, [row]))


async def set_stop(
    session: Session, agency: UUID, address: bytes, channel: Channel, *, stopped: bool, at: datetime
) -> None:
    """Stop an address on a channel for all members of the agency, or lift the stop."""
    await session.run(STOP, agency=agency, address=address, channel=channel, stopped=stopped, at=at)


async def stopped_since(session: Session, agency: UUID, address: bytes, channel: Channel, since: datetime) -> bool:
    """Say whether an address was stopped on a channel after this moment, and still is."""
    values = {"address": address, "channel": channel, "since": since, "now": session.now}
    return await session.first(STOPPED_SINCE, agency=agency, **values) is not None


async def is_stopped(session: Session, agency: UUID, address: bytes, channel: Channel) -> bool:
    """Say whether an address is stopped on a channel."""
    return channel in await stopped_on(session, agency, address)


async def stopped_on(session: Session, agency: UUID, address: bytes) -> frozenset[Channel]:
    """Return the channels on which an address is stopped."""
    rows = await session.all(STOPPED_ON, agency=agency, address=address)
    return frozenset(Channel(row.channel) for row in rows)


async def lift_stop(
    session: Session, agency: UUID, address: bytes, channel: Channel, at: datetime, *, only_stopped: bool = False
) -> bool:
    """Lift a stop, if there is one and it is not newer; `only_stopped` says whether one that was lifted is left alone."""
    values = {"address": address, "channel": channel, "at": at, "only_stopped": only_stopped}
    return await session.run(LIFT, agency=agency, **values) > 0


async def of_member(
    session: Session, agency: UUID, member: UUID, *, after: UUID | None, limit: int
) -> Sequence[Row[Any]]:
    """Return a member's lines of the ledger, oldest first, from a cursor on."""
    return await session.all(LINES, agency=agency, member=member, after=after, limit=limit)


async def stops_of_member(session: Session, agency: UUID, member: UUID) -> set[tuple[bytes, str]]:
    """Return which of a member's addresses are stopped on which channel."""
    rows = await session.all(MEMBER_STOPS, agency=agency, member=member)
    return {(bytes(row.address_index), row.channel) for row in rows}


async def _counts(session: Session, agency: UUID, line: ConsentLine) -> bool:
    """Do what a line says of its address, and say whether it is to be written at all.

    This comes before lines are appended, so that what becomes of an address and its lines have one order.
    """
    if line.address_stopped is None:
        return not line.again
    if line.address_stopped:
        await set_stop(session, agency, line.index, line.channel, stopped=True, at=line.at)
        return True
    lifted = await lift_stop(session, agency, line.index, line.channel, line.at, only_stopped=line.again)
    return lifted or not line.again


def _line(session: Session, agency: UUID, member: UUID | None, line: ConsentLine) -> tuple[Any, ...]:
    id_ = uuid7()
    sealed = None
    if line.evidence:
        sealed = session.ring.seal(line.evidence, associated("consent.evidence", agency, id_))
    return (
        id_, member, line.index, line.channel, line.purpose, line.granted, line.basis, sealed,
        line.wording, line.language, line.source, line.at, line.until, line.address_stopped, line.with_whom,
    )  # fmt: skip
