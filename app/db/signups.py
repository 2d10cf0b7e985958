"""Sign-ups: an address that asked for reminders, and the code or the yes that proves it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.columns import array
from app.db.sealed import associated
from app.db.transaction import Session

CODE, TEXT_JOIN = "code", "text_join"
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('sign-up ' || encode(:address, 'hex'), 0))")
ADD = text("""
    INSERT INTO signup (agency_id, id, kind, channel, address_sealed, address_index, language, spoken, renewal_month,
           wording, code_digest, browser_digest, place, network_index, for_somebody_else, zip_sealed, shown_in,
           created_at, expires_at)
    VALUES (:agency, :id, :kind, :channel, :address_sealed, :address_index, :language, :spoken, :month, :wording, :code,
           :browser, :place, :network, :other, :zip_sealed, :shown_in,
           :now, :expires_at)
""")
COLUMNS = """agency_id, id, kind, channel, address_sealed, address_index, language, spoken, renewal_month, wording,
           code_digest, browser_digest, place, for_somebody_else, zip_sealed, shown_in, tries, created_at, expires_at,
           confirmed_at"""
ONE = text(f"SELECT {COLUMNS} FROM signup WHERE id = :id")  # noqa: S608  (constants of ours)
SOME = text(f"SELECT {COLUMNS} FROM signup WHERE agency_id = :agency AND id = ANY(cast(:ids AS uuid[])) ORDER BY id")  # noqa: S608
JOINS = text(f"""
    SELECT {COLUMNS} FROM signup
     WHERE agency_id = :agency AND address_index = :address AND kind = '{TEXT_JOIN}' AND created_at > :since
       AND NOT EXISTS (SELECT FROM address_stop s
             WHERE (s.agency_id, s.address_index) = (signup.agency_id, signup.address_index) AND s.stopped
               AND s.at >= signup.created_at)
       AND NOT EXISTS (SELECT FROM inbound i
             WHERE (i.agency_id, i.from_index) = (signup.agency_id, signup.address_index) AND i.meaning = 'stop'
               AND i.received_at >= signup.created_at)
     ORDER BY created_at DESC
""")  # noqa: S608
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
    spoken: str | None = None
    kind: str = CODE
    browser_digest: bytes | None = field(default=None, repr=False)
    place: str | None = None
    network_index: bytes | None = field(default=None, repr=False)
    """The neighbourhood that it was asked from, as a keyed digest."""
    for_somebody_else: bool = False
    zip: str | None = field(default=None, repr=False)
    shown_in: str | None = None
    """The language in which the wording was shown, if it was not the chosen one."""


async def one_at_a_time(session: Session, address: bytes) -> None:
    """Wait until no other transaction signs this address up."""
    await session.all(ONE_AT_A_TIME, address=address)


async def add(session: Session, agency: UUID, new: NewSignup) -> None:
    """Keep a sign-up with its address sealed and its code as a digest."""
    place = associated("signup.address", agency, new.id)
    zip_sealed = session.ring.seal(new.zip, associated("signup.zip", agency, new.id)) if new.zip else None
    await session.run(
        ADD, agency=agency, id=new.id, kind=new.kind, channel=new.channel,
        address_sealed=session.ring.seal(new.address, place), address_index=new.address_index, language=new.language,
        spoken=new.spoken, month=new.month, wording=new.wording, code=new.code_digest, browser=new.browser_digest,
        place=new.place, network=new.network_index, other=new.for_somebody_else, zip_sealed=zip_sealed, shown_in=new.shown_in,
        now=session.now, expires_at=new.expires_at,
    )  # fmt: skip


async def one(session: Session, id_: UUID) -> Row[Any] | None:
    """Return a sign-up of any agency."""
    return await session.first(ONE, id=id_)


async def some(session: Session, agency: UUID, ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    """Return those of an agency's sign-ups that there are, in the order in which they were asked for."""
    return await session.all(SOME, agency=agency, ids=array(ids))


async def joins_since(session: Session, agency: UUID, address: bytes, since: datetime) -> Sequence[Row[Any]]:
    """Return how an address asked by text to join since a moment, newest first; a stop since then takes it back."""
    return await session.all(JOINS, agency=agency, address=address, since=since)


def opened(session: Session, row: Row[Any]) -> tuple[str, str | None]:
    """Return the address and the ZIP code of a sign-up."""
    address = session.ring.open(row.address_sealed, associated("signup.address", row.agency_id, row.id))
    if row.zip_sealed is None:
        return address, None
    return address, session.ring.open(row.zip_sealed, associated("signup.zip", row.agency_id, row.id))


async def count_try(session: Session, agency: UUID, id_: UUID) -> int:
    """Count a try at the code and return how many there were."""
    row = await session.first(TRY, agency=agency, id=id_)
    return int(row.tries) if row else 0


async def confirm(session: Session, agency: UUID, id_: UUID) -> bool:
    """Mark a sign-up as confirmed; say whether it was not before."""
    return await session.run(CONFIRM, agency=agency, id=id_, now=session.now) > 0
