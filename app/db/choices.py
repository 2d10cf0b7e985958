"""Choices: hours, pause and programs as members chose them, and the append-only lines of everything they chose.

A line is linked into its own chain (`choice`) as it is written: people choose seldom, so nobody waits for another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from uuid_utils.compat import uuid7

from app.db import safe_words
from app.db.columns import array, columns
from app.db.sealed import associated
from app.db.transaction import Session
from app.db.verdicts import PLACE
from app.rules.chain import BEFORE_THE_FIRST, hash_of, written
from app.rules.choices import Limits

CHAIN: Final = "choice"
LINE: Final = (
    "id", "member_id", "address_index", "what", "said_sealed", "basis", "source", "language", "at",
)  # fmt: skip
LINKED: Final = (
    "agency_id", "id", "member_id", "address_index", "what", "said_digest", "basis", "source", "language", "at",
    "recorded_at",
)  # fmt: skip
"""What a line of the chain holds beside its number."""
HELD = text("""
    SELECT id, lower(hours) AS first, upper(hours) AS last, paused_until, only_programs
      FROM member WHERE agency_id = :agency AND id = ANY(cast(:ids AS uuid[])) ORDER BY id
""")
PUT = text("""
    UPDATE member SET hours = CASE WHEN cast(:first AS int) IS NOT NULL THEN int4range(:first, :last) END,
           paused_until = :paused_until, only_programs = cast(:programs AS text[])
     WHERE agency_id = :agency AND id = ANY(cast(:ids AS uuid[]))
""")
# What a sign-up chose goes with its person, where nothing was chosen there.
TAKE_OVER = text("""
    UPDATE member held SET hours = coalesce(held.hours, gone.hours),
           paused_until = coalesce(held.paused_until, gone.paused_until),
           only_programs = coalesce(held.only_programs, gone.only_programs)
      FROM member gone
     WHERE (held.agency_id, held.id) = (:agency, :into) AND (gone.agency_id, gone.id) = (:agency, :gone)
""")
# The claim asks whether a message's place is open, so what is chosen holds before anything is planned anew.
REPLACE = text(f"""
    UPDATE message m SET place = {PLACE} FROM member mb, contact_point cp
     WHERE m.agency_id = :agency AND m.member_id = ANY(cast(:ids AS uuid[])) AND m.status = 'planned'
       AND m.kind IN ('reminder', 'broadcast') AND (mb.agency_id, mb.id) = (m.agency_id, m.member_id)
       AND (cp.agency_id, cp.id) = (m.agency_id, m.contact_point_id)
""")  # noqa: S608  (constants of ours)
TIME_ANEW = text("""
    INSERT INTO replan (agency_id, renewal_id, afresh) SELECT agency_id, id, true FROM renewal
     WHERE agency_id = :agency AND member_id = ANY(cast(:ids AS uuid[]))
    ON CONFLICT (agency_id, renewal_id) DO UPDATE SET afresh = true
""")
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('choices ' || :agency, 0))")
HEAD = text("""
    SELECT number, hash FROM chain_link WHERE agency_id = :agency AND chain = :chain ORDER BY number DESC LIMIT 1
""")
APPEND = text("""
    INSERT INTO choice (agency_id, id, member_id, address_index, what, said_sealed, basis, source, language, at,
           recorded_at)
    SELECT :agency, v.*, :now
      FROM unnest(cast(:id AS uuid[]), cast(:member_id AS uuid[]), cast(:address_index AS bytea[]),
             cast(:what AS text[]), cast(:said_sealed AS bytea[]), cast(:basis AS text[]), cast(:source AS text[]),
             cast(:language AS text[]), cast(:at AS timestamptz[])) v
""")
LINK = text("""
    INSERT INTO chain_link (agency_id, chain, number, entry_id, hash, linked_at)
    SELECT :agency, :chain, number, entry_id, hash, :now
      FROM unnest(cast(:number AS bigint[]), cast(:entry_id AS uuid[]), cast(:hash AS bytea[])) v (number, entry_id, hash)
""")
LINES = text("""
    SELECT c.agency_id, c.id, c.member_id, c.address_index, c.what, c.said_sealed,
           sha256(c.said_sealed) AS said_digest, c.basis, c.source, c.language, c.at, c.recorded_at, l.number, l.hash
      FROM choice c JOIN chain_link l ON (l.agency_id, l.chain, l.entry_id) = (c.agency_id, :chain, c.id)
     WHERE c.agency_id = :agency AND (cast(:members AS uuid[]) IS NULL OR c.member_id = ANY(cast(:members AS uuid[])))
     ORDER BY l.number
""")
WRITTEN = text("""
    SELECT agency_id, id, member_id, address_index, what, sha256(said_sealed) AS said_digest, basis, source, language,
           at, recorded_at FROM choice WHERE agency_id = :agency AND id = ANY(cast(:ids AS uuid[])) ORDER BY id
""")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a member chose."""

    member: UUID
    address: bytes = field(repr=False)
    what: str
    said: str = field(repr=False)
    basis: str
    language: str | None = None
    source: str = "member"


async def held(session: Session, agency: UUID, members: Sequence[UUID]) -> dict[UUID, Limits]:
    """Return the hours, pause and programs that each of these members chose."""
    rows = await session.all(HELD, agency=agency, ids=array(members))
    return {row.id: _limits(row) for row in rows}


async def put(session: Session, agency: UUID, members: Sequence[UUID], limits: Limits) -> None:
    """Set the hours, pause and programs of these members."""
    first, last = limits.hours or (None, None)
    programs = None if limits.only_programs is None else array(limits.only_programs)
    await session.run(
        PUT, agency=agency, ids=array(members), first=first, last=last, paused_until=limits.paused_until,
        programs=programs,
    )  # fmt: skip


async def take_over(session: Session, agency: UUID, *, gone: UUID, into: UUID) -> None:
    """Carry over what somebody chose whose record goes on in another."""
    await session.run(TAKE_OVER, agency=agency, gone=gone, into=into)
    word = await safe_words.of_member(session, agency, gone)
    if word is not None and await safe_words.of_member(session, agency, into) is None:
        await safe_words.put(session, agency, [into], word)


async def act(session: Session, agency: UUID, members: Sequence[UUID], *, zone: str) -> None:
    """Have what is planned for these members keep to what they chose, and mark it to be timed afresh."""
    await session.run(REPLACE, agency=agency, ids=array(members), agency_zone=zone, now=session.now)
    await session.run(TIME_ANEW, agency=agency, ids=array(members))


async def append(session: Session, agency: UUID, lines: Sequence[Line]) -> None:
    """Append lines and link them into their chain."""
    if not lines:
        return
    await session.all(ONE_AT_A_TIME, agency=str(agency))
    head = await session.first(HEAD, agency=agency, chain=CHAIN)
    number, hash_ = (int(head.number), bytes(head.hash)) if head else (0, BEFORE_THE_FIRST)
    rows = [_row(session, agency, line) for line in lines]
    await session.run(APPEND, agency=agency, now=session.now, **columns(LINE, rows))
    links = []
    for row in await _written(session, agency, [row[0] for row in rows]):
        number += 1
        hash_ = hash_of(hash_, linked(number, row))
        links.append((number, row.id, hash_))
    await session.run(
        LINK, agency=agency, chain=CHAIN, now=session.now, **columns(("number", "entry_id", "hash"), links)
    )  # fmt: skip


def linked(number: int, row: object) -> dict[str, Any]:
    """Return a line as its chain holds it."""
    return {"number": number, **{name: written(getattr(row, name)) for name in LINKED}}


async def lines(session: Session, agency: UUID, members: Sequence[UUID] | None = None) -> Sequence[Row[Any]]:
    """Return the lines of these members, or all, in the order of their chain."""
    return await session.all(LINES, agency=agency, chain=CHAIN, members=None if members is None else array(members))


def opened(session: Session, row: Row[Any]) -> str:
    """Return what a line says."""
    return session.ring.open(row.said_sealed, associated("choice.said", row.agency_id, row.id))


async def _written(session: Session, agency: UUID, ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    return await session.all(WRITTEN, agency=agency, ids=array(ids))


def _row(session: Session, agency: UUID, line: Line) -> tuple[Any, ...]:
    id_ = uuid7()
    sealed = session.ring.seal(line.said, associated("choice.said", agency, id_))
    return (
        id_, line.member, line.address, line.what, sealed, line.basis, line.source, line.language, session.now,
    )  # fmt: skip


def _limits(row: Row[Any]) -> Limits:
    hours = (int(row.first), int(row.last)) if row.first is not None else None
    programs: Sequence[str] | None = row.only_programs
    return Limits(hours, row.paused_until, None if programs is None else tuple(programs))
