"""Passes: codes and links by which people come to their choices, kept as digests, and what still waits to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.sealed import associated
from app.db.transaction import Session

ADD = text("""
    INSERT INTO pass (agency_id, id, channel, address_sealed, address_index, language, browser_digest, waits, created_at,
           expires_at)
    VALUES (:agency, :id, :channel, :address_sealed, :address_index, :language, :browser, :waits, :now, :expires_at)
""")
# One at an address that nobody has, or that does not work, is taken all the same, and nothing is sent for it.
TAKE_WAITING = text("""
    UPDATE pass p SET waits = false
     WHERE p.agency_id = :agency AND p.id = ANY(ARRAY(
             SELECT id FROM pass WHERE agency_id = :agency AND waits ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED))
    RETURNING p.agency_id, p.id, p.channel, p.address_sealed, p.language, p.expires_at > :now AND EXISTS (
              SELECT FROM contact_point cp JOIN member mb ON (mb.agency_id, mb.id) = (cp.agency_id, cp.member_id)
               WHERE (cp.agency_id, cp.value_index) = (p.agency_id, p.address_index) AND cp.listed
                 AND cp.state = 'active' AND mb.status = 'active') AS known
""")
SET_DIGESTS = text("""
    UPDATE pass SET code_digest = :code, link_digest = :link WHERE agency_id = :agency AND id = :id
""")
COLUMNS = """agency_id, id, channel, address_sealed, address_index, browser_digest, code_digest, tries, expires_at,
           used_at"""
ONE = text(f"SELECT {COLUMNS} FROM pass WHERE id = :id")  # noqa: S608  (constants of ours)
BY_LINK = text(f"SELECT {COLUMNS} FROM pass WHERE link_digest = :link")  # noqa: S608
TRY = text("UPDATE pass SET tries = tries + 1 WHERE agency_id = :agency AND id = :id RETURNING tries")
USE = text("""
    UPDATE pass SET used_at = :now WHERE agency_id = :agency AND id = :id AND used_at IS NULL AND expires_at > :now
""")
SWEEP = text("DELETE FROM pass WHERE created_at < :before")


@dataclass(frozen=True, slots=True)
class NewPass:
    """A pass that was asked for; its code is made when it is sent."""

    id: UUID
    channel: str
    address: str = field(repr=False)
    address_index: bytes = field(repr=False)
    language: str
    browser_digest: bytes = field(repr=False)
    expires_at: datetime
    waits: bool
    """Whether it may be sent; not, if the address had its codes for today."""


async def add(session: Session, agency: UUID, new: NewPass) -> None:
    """Keep a pass with its address sealed."""
    await session.run(
        ADD, agency=agency, id=new.id, channel=new.channel, address_index=new.address_index, language=new.language,
        address_sealed=session.ring.seal(new.address, associated("pass.address", agency, new.id)),
        browser=new.browser_digest, waits=new.waits, now=session.machine_now, expires_at=new.expires_at,
    )  # fmt: skip


async def take_waiting(session: Session, agency: UUID, limit: int) -> Sequence[Row[Any]]:
    """Take what waits to be sent; `known` says whether somebody has the address."""
    return await session.all(TAKE_WAITING, agency=agency, limit=limit, now=session.machine_now)


async def set_digests(session: Session, agency: UUID, id_: UUID, *, code: bytes, link: bytes) -> None:
    """Keep the digests of the code and the link that go out."""
    await session.run(SET_DIGESTS, agency=agency, id=id_, code=code, link=link)


async def one(session: Session, id_: UUID) -> Row[Any] | None:
    """Return a pass of any agency."""
    return await session.first(ONE, id=id_)


async def by_link(session: Session, digest: bytes) -> Row[Any] | None:
    """Return the pass that a link belongs to."""
    return await session.first(BY_LINK, link=digest)


def address_of(session: Session, row: Row[Any]) -> str:
    """Return the address of a pass."""
    return session.ring.open(row.address_sealed, associated("pass.address", row.agency_id, row.id))


async def count_try(session: Session, agency: UUID, id_: UUID) -> int:
    """Count a try at the code and return how many there were."""
    row = await session.first(TRY, agency=agency, id=id_)
    return int(row.tries) if row else 0


async def use(session: Session, agency: UUID, id_: UUID) -> bool:
    """Use a pass up; say whether it was still good."""
    return await session.run(USE, agency=agency, id=id_, now=session.machine_now) > 0


async def sweep(session: Session, before: datetime) -> int:
    """Delete what was asked for before a moment."""
    return await session.run(SWEEP, before=before)
