"""The chain over the consent ledger: what waits to be linked, the links, and lines with their numbers."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.columns import array, columns
from app.db.transaction import Session
from app.rules.chain import BEFORE_THE_FIRST, CHAIN
from app.rules.ledger import Holding

# Evidence is in the chain by the digest of its sealed form, which can be checked after its key is gone.
LINE = """
    c.agency_id, c.id, c.seq, c.member_id, c.address_index, c.address_stopped, c.channel, c.purpose, c.granted, c.basis,
    c.with_whom, sha256(c.evidence_sealed) AS evidence_digest, c.wording, c.language, c.source, c.at, c.until,
    c.recorded_at
"""
AGENCIES = text("""
    SELECT a.id FROM agency a WHERE EXISTS (
      SELECT FROM chain_waiting w WHERE w.agency_id = a.id AND w.chain = :chain) ORDER BY a.id
""")
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('chain ' || :agency, 0))")
HEAD = text("""
    SELECT number, hash FROM chain_link WHERE agency_id = :agency AND chain = :chain ORDER BY number DESC LIMIT 1
""")
AT = text("SELECT number, hash FROM chain_link WHERE agency_id = :agency AND chain = :chain AND number = :number")
WAITING = text(f"""
    SELECT {LINE} FROM (SELECT seq, entry_id FROM chain_waiting WHERE agency_id = :agency AND chain = :chain
                         ORDER BY seq LIMIT :limit) w
      JOIN consent c ON c.agency_id = :agency AND c.id = w.entry_id ORDER BY w.seq
""")  # noqa: S608  (constants of ours)
LINK = text("""
    INSERT INTO chain_link (agency_id, chain, number, entry_id, hash, linked_at)
    SELECT :agency, :chain, number, entry_id, hash, :now
      FROM unnest(cast(:number AS bigint[]), cast(:entry_id AS uuid[]), cast(:hash AS bytea[])) v (number, entry_id, hash)
""")
# By name, not by a range: what was committed since they were read has a smaller number, perhaps.
LINKED = text("""
    DELETE FROM chain_waiting WHERE agency_id = :agency AND chain = :chain AND seq = ANY(cast(:seqs AS bigint[]))
""")
LINES = text(f"""
    SELECT l.number, l.hash, l.entry_id, {LINE} FROM chain_link l
      LEFT JOIN consent c ON (c.agency_id, c.id) = (l.agency_id, l.entry_id)
     WHERE l.agency_id = :agency AND l.chain = :chain AND l.number > :after AND l.number <= :last
     ORDER BY l.number LIMIT :limit
""")  # noqa: S608
SAID = text("""
    SELECT member_id, address_index, channel, purpose, granted, until, at, address_stopped
      FROM consent WHERE agency_id = :agency ORDER BY seq
""")
STATES = text("""
    SELECT member_id, address_index, channel, purpose, granted, until FROM consent_state WHERE agency_id = :agency
""")
STOPPED = text("SELECT address_index, channel FROM address_stop WHERE agency_id = :agency AND stopped")
SPAN = text("""
    SELECT min(l.number) AS first, max(l.number) AS last FROM chain_link l
      JOIN consent c ON (c.agency_id, c.id) = (l.agency_id, l.entry_id)
     WHERE l.agency_id = :agency AND l.chain = :chain
       AND (cast(:first AS date) IS NULL OR timezone('UTC', c.recorded_at) >= cast(:first AS date))
       AND (cast(:last AS date) IS NULL OR timezone('UTC', c.recorded_at) < cast(:last AS date) + 1)
""")


async def agencies_waiting(session: Session) -> list[UUID]:
    """Return the agencies of which lines wait to be linked."""
    return [row.id for row in await session.all(AGENCIES, chain=CHAIN)]


async def one_at_a_time(session: Session, agency: UUID) -> None:
    """Wait until no other transaction links lines of this agency."""
    await session.all(ONE_AT_A_TIME, agency=str(agency))


async def head(session: Session, agency: UUID) -> tuple[int, bytes]:
    """Return the number and the hash of the last line that is linked."""
    return _numbered(await session.first(HEAD, agency=agency, chain=CHAIN))


async def at(session: Session, agency: UUID, number: int) -> tuple[int, bytes]:
    """Return a line's number and hash; before the first there is nothing but zeros."""
    return _numbered(await session.first(AT, agency=agency, chain=CHAIN, number=number))


async def waiting(session: Session, agency: UUID, limit: int) -> Sequence[Row[Any]]:
    """Return the first lines that wait to be linked, in the order in which they were written."""
    return await session.all(WAITING, agency=agency, chain=CHAIN, limit=limit)


async def link(session: Session, agency: UUID, links: Sequence[tuple[int, UUID, bytes]], seqs: Sequence[int]) -> None:
    """Keep links, as (number, line, hash) each, of the lines that waited under these numbers."""
    names = ("number", "entry_id", "hash")
    await session.run(LINK, agency=agency, chain=CHAIN, now=session.now, **columns(names, links))
    await session.run(LINKED, agency=agency, chain=CHAIN, seqs=array(seqs))


async def lines(session: Session, agency: UUID, *, after: int, last: int, limit: int) -> Sequence[Row[Any]]:
    """Return linked lines by their numbers, with their hashes; a line that is missing has no `id`."""
    return await session.all(LINES, agency=agency, chain=CHAIN, after=after, last=last, limit=limit)


async def said(session: Session, agency: UUID) -> Sequence[Row[Any]]:
    """Return what each line of the ledger says, in the order in which they were written."""
    return await session.all(SAID, agency=agency)


async def holding(session: Session, agency: UUID) -> Holding:
    """Return what the service goes by."""
    states = {
        (row.member_id, bytes(row.address_index), row.channel, row.purpose): (row.granted, row.until)
        for row in await session.all(STATES, agency=agency)
    }
    stopped = {(bytes(row.address_index), row.channel) for row in await session.all(STOPPED, agency=agency)}
    return Holding(states, stopped)


async def span(session: Session, agency: UUID, first: date | None, last: date | None) -> tuple[int, int] | None:
    """Return the first and the last number among the lines that were recorded on these days (UTC), both included."""
    row = await session.first(SPAN, agency=agency, chain=CHAIN, first=first, last=last)
    return None if row is None or row.first is None else (int(row.first), int(row.last))


def _numbered(row: Row[Any] | None) -> tuple[int, bytes]:
    return (int(row.number), bytes(row.hash)) if row else (0, BEFORE_THE_FIRST)
