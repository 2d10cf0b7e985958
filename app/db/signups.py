"""Sign-ups: an address that asked for reminders and the code that proves it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.sealed import associated
from app.db.transaction import Session

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('sign-up ' || encode(:address, 'hex'), 0))")
SINCE = text("""
    SELECT count(*) AS n FROM signup WHERE agency_id = :agency AND address_index = :address AND created_at > :since
""")
ADD = text("""
    INSERT INTO signup (agency_id, id, channel, address_sealed, address_index, language, renewal_month, wording,
           code_digest, created_at, expires_at)
    VALUES (:agency, :id, :channel, :address_sealed, :address_index, :language, :month, :wording, :code, :now, :expires_at)
""")
ONE = text("""
    SELECT agency_id, id, channel, address_sealed, address_index, language, renewal_month, wording, code_digest, tries,
           expires_at, confirmed_at
      FROM signup WHERE id = :id
""")
TRY = text("UPDATE signup SET tries = tries + 1 WHERE agency_id = :agency AND id = :id RETURNING tries")
CONFIRM = text("""
    UPDATE signup SET confirmed_at = :now WHERE agency_id = :agency AND id = :id AND confirmed_at IS NULL
""")


@dataclass(frozen=True, slots=True)
class NewSignup:
    """A sign-up to be kept."""

    id: UUID
    channel: str
    address: str = field(repr=False)
    address_index: bytes = field(repr=False)
    language: str
    month: date | None
    wording: str
    code_digest: bytes = field(repr=False)
    expires_at: datetime


async def one_at_a_time(session: Session, address: bytes) -> None:
    """Wait until no other transaction signs this address up."""
    await session.all(ONE_AT_A_TIME, address=address)


async def count_since(session: Session, agency: UUID, address: bytes, since: datetime) -> int:
    """Return how many sign-ups an address made since a moment."""
    row = await session.first(SINCE, agency=agency, address=address, since=since)
    return int(row.n) if row else 0


async def add(session: Session, agency: UUID, new: NewSignup) -> None:
    """Keep a sign-up with its address sealed and its code as a digest."""
    place = associated("signup.address", agency, new.id)
    await session.run(
        ADD, agency=agency, id=new.id, channel=new.channel, address_sealed=session.ring.seal(new.address, place),
        address_index=new.address_index, language=new.language, month=new.month, wording=new.wording,
        code=new.code_digest, now=session.now, expires_at=new.expires_at,
    )  # fmt: skip


async def one(session: Session, id_: UUID) -> Row[Any] | None:
    """Return a sign-up of any agency."""
    return await session.first(ONE, id=id_)


async def count_try(session: Session, agency: UUID, id_: UUID) -> int:
    """Count a try at the code and return how many there were."""
    row = await session.first(TRY, agency=agency, id=id_)
    return int(row.tries) if row else 0


async def confirm(session: Session, agency: UUID, id_: UUID) -> bool:
    """Mark a sign-up as confirmed; say whether it was not before."""
    return await session.run(CONFIRM, agency=agency, id=id_, now=session.now) > 0
