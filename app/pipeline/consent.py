"""Consent from the person's side: stop, start, unsubscribe; the county's side comes in by intake.

A stop covers its number on text and call for all members of the agency that owns the sender; key 9
covers calls, an e-mail unsubscribe its address. It writes the ledger and cancels what is planned. What is
stopped follows from the ledger's lines alone: a no that changes nothing is written all the same, unless it
was said a minute ago.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from uuid_utils.compat import uuid7

from app.db import consents, contact_points, members, planning, receipts
from app.db.sealed import associated
from app.db.transaction import Database, Row, Session, Transaction
from app.pipeline import webhooks
from app.pipeline.ladders import Ladders
from app.pipeline.withdrawing import withdraw_what_no_longer_fits
from app.queue import Job
from app.rules.choices import BY_TEXT, OWN_WORD
from app.rules.facts import Channel
from app.rules.record import KIND_OF, ConsentHeld, ConsentLine, Member, index_form

PURPOSE = "renewal"
SAME_NO: Final = timedelta(minutes=1)
"""A no that comes again within this time is the same one: who presses a key twice, or whose link is followed twice."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants of an address: whose, which channels, yes or no, and how we know."""

    address: bytes
    channels: tuple[Channel, ...]
    granted: bool
    basis: str
    source: str = "member"
    evidence: str = ""
    wording: str | None = None
    language: str | None = None
    with_whom: str | None = None
    """Between whom and the person it is; without a name it is the agency."""
    purpose: str = PURPOSE


class Consents:
    """Writes what people say about their addresses."""

    def __init__(self, database: Database, *, ladders: Ladders) -> None:
        self._database, self._ladders = database, ladders

    async def write(self, tx: Transaction, agency: UUID, wish: Wish) -> list[Member]:
        """Write a yes for every member who has the address, a no for all who list it, and act on it at once."""
        session = tx.session
        concerned = members.ids_by_address if wish.granted else members.ids_listing
        ids = await concerned(session, agency, wish.address)
        people = await members.by_ids(session, agency, ids, lock=True)
        for channel in wish.channels:
            repeated = await self._is_repeated(session, agency, wish, channel)
            for member in people.values():
                _line(member, wish, channel, session, repeated=repeated)
            if not people and not repeated:
                await consents.append_for_address(session, agency, _consent_line(wish, channel, session))
        again = [member for member in people.values() if wish.granted and _chooses_again(member, wish, session.now)]
        await members.save(session, agency, again)
        await consents.save(session, agency, list(people.values()))
        if not wish.granted and wish.purpose == PURPOSE:
            await webhooks.tell_of_no(tx, agency, list(people.values()), wish.address)
        book = await self._ladders.book(session, agency)
        await planning.cancel_what_no_longer_fits(session, agency, list(people), book.allowed)
        await withdraw_what_no_longer_fits(tx, agency, list(people), book.allowed)
        if wish.granted:
            await members.mark_for_planning(session, agency, list(people))
            await tx.enqueue(Job.PLAN, agency=str(agency))
        return list(people.values())

    async def _is_repeated(self, session: Session, agency: UUID, wish: Wish, channel: Channel) -> bool:
        """Say whether a no was said just now, and stands."""
        if wish.granted or wish.purpose != PURPOSE:
            return False
        return await consents.stopped_since(session, agency, wish.address, channel, session.now - SAME_NO)

    async def agency_behind(self, token: str) -> UUID | None:
        """Return the agency of the address that an unsubscribe token names."""
        point = self._database.index.row_of("unsubscribe", token)
        if point is None:
            return None
        async with self._database.transaction(None) as tx:
            row = await contact_points.by_id(tx.session, point)
        return row.agency_id if row else None

    async def unsubscribe(self, token: str) -> bool:
        """One-click unsubscribe (RFC 8058): stop e-mail to the address that a token names."""
        point = self._database.index.row_of("unsubscribe", token)
        if point is None:
            return False
        async with self._database.transaction(None) as tx:
            row = await contact_points.by_id(tx.session, point)
        if row is None:
            return False
        wish = Wish(bytes(row.value_index), (Channel.EMAIL,), granted=False, basis="unsubscribe_link")
        await self._write_surely(row.agency_id, wish)
        return True

    async def stop_by_attempt(
        self, attempt: UUID | None, *, basis: str, source: str, key: receipts.Key | None = None
    ) -> bool:
        """Stop the address that an attempt went to, on its channel (key 9, a spam report); False for no attempt.

        A key stops once: when its request comes again, what was said meanwhile holds.
        """
        async with self._database.transaction(None) as tx:
            row = await receipts.attempt(tx.session, attempt) if attempt else None
            if row is None:
                return False
            address = address_of(row, tx.session)
        wish = Wish(address, (Channel(row.channel),), granted=False, basis=basis, source=source, evidence=str(attempt))
        await self._write_surely(row.agency_id, wish, key)
        return True

    async def _write_surely(self, agency: UUID, wish: Wish, key: receipts.Key | None = None) -> None:
        """Write a wish, again after a deadlock or a lost connection: nobody says it twice."""

        async def write(tx: Transaction) -> None:
            if key is None or await receipts.keep_key(tx.session, key):
                await self.write(tx, agency, wish)

        await self._database.repeated(agency, write)

    async def addresses_fail(self, tx: Transaction, points: Sequence[UUID]) -> None:
        """Mark addresses that a provider says do not work, and have what was planned for them planned anew."""
        if points:
            bounced = await receipts.mark_bounced(tx.session, points)
            await webhooks.tell_of_points(tx, "contact.bounced", bounced)
            await tx.enqueue(Job.DAILY)

    async def carrier_stops(self, tx: Transaction, agency: UUID, channel: Channel, points: Sequence[UUID]) -> None:
        """Write the stops that a carrier or provider holds and we did not know of."""
        channels = (Channel.SMS, Channel.VOICE) if channel is Channel.SMS else (channel,)
        for address in await contact_points.addresses(tx.session, agency, points):
            wish = Wish(address, channels, granted=False, basis="carrier", source="provider")
            await self.write(tx, agency, wish)


def address_of(row: Row[Any], session: Session) -> bytes:
    """Return the blind index of the address that an attempt's message went to."""
    if row.value_index is not None:
        return bytes(row.value_index)
    kind = KIND_OF[Channel(row.channel)]
    address = session.ring.open(row.address_sealed, associated("message.address", row.agency_id, row.id))
    return session.index.of(f"contact_point.{kind}", row.agency_id, index_form(kind, address))


def _consent_line(wish: Wish, channel: Channel, session: Session) -> ConsentLine:
    return ConsentLine(
        wish.address, channel, wish.purpose, wish.granted, wish.basis, session.now, None, wish.evidence, wish.source,
        tie=uuid7().hex, wording=wish.wording, language=wish.language, with_whom=wish.with_whom,
        address_stopped=not wish.granted if wish.purpose == PURPOSE else None,
    )  # fmt: skip


def _line(member: Member, wish: Wish, channel: Channel, session: Session, *, repeated: bool) -> None:
    """Add a line to a member's ledger, unless it would only repeat what was said just now."""
    key = (channel, wish.purpose, wish.address)
    line = _consent_line(wish, channel, session)
    held = member.consents.get(key)
    if repeated and held is not None and not held.granted:
        return
    member.lines.append(line)
    member.consents[key] = ConsentHeld(wish.granted, line.at, line.tie)
    member.consents_set.add(key)


def _chooses_again(member: Member, wish: Wish, now: datetime) -> bool:
    """List the channels of a person's own yes that this person had chosen against; say whether there were any."""
    if wish.source != "member" or wish.purpose != PURPOSE or member.channels is None:
        return False
    lacking = [str(channel) for channel in wish.channels if channel not in member.channels]
    if not lacking or member.stamps.get("channels", (now, "", ""))[1] not in OWN_WORD:
        return False
    member.channels = [*member.channels, *lacking]
    member.stamps["channels"] = (now, BY_TEXT, uuid7().hex)
    member.touched = member.changed = True
    return True
