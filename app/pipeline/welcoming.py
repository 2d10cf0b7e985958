"""What a proven yes does: the line in the ledger, the member it belongs to, the month that was named, the welcome.

The county's members who list the address are meant, if there are any; else the person is a provisional member, whom
a later record of the county with the same address makes one of its own.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from app.db import flyers, members, messages, signups
from app.db.transaction import Session, Transaction
from app.pipeline.consent import Consents, Wish
from app.pipeline.wording import Wording
from app.queue import Job
from app.rules.agency import Agency
from app.rules.facts import Channel, LineKind, RenewalStatus
from app.rules.folding_renewals import OPEN_STATUSES, is_guess
from app.rules.placing import place_points
from app.rules.record import KIND_OF, Member, Point, Renewal, index_form

PROGRAM: Final = "medi_cal"
SOURCE: Final = "sign-up"
"""What the stamps of facts name that a person said by signing up."""
WELCOME_LIVES: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Proven:
    """A yes of somebody who proved to hold the address."""

    id: UUID
    channel: Channel
    address: str = field(repr=False)
    language: str
    wording: str
    basis: str
    evidence: str
    spoken: str | None = None
    month: date | None = None
    place: str | None = None
    zip: str | None = field(default=None, repr=False)
    shown_in: str | None = None
    """The language in which the wording was shown, if it was not the one chosen."""
    language_chosen: bool = True
    """Whether the person chose the language, and did not only hear it."""

    @property
    def heard_in(self) -> str:
        """The language of what is said or written to the person on the channel."""
        return self.spoken if self.channel is Channel.VOICE and self.spoken else self.language


class Welcoming:
    """Takes people in who said yes and proved their address."""

    def __init__(self, *, wording: Wording, consents: Consents) -> None:
        self._wording, self._consents = wording, consents

    async def take_in(self, tx: Transaction, agency: Agency, yes: Proven) -> list[Member]:
        """Write the yes for the members who have the address, or for a provisional member made now."""
        session, address = tx.session, address_index(tx.session, agency.id, yes.channel, yes.address)
        wish = Wish(
            address, (yes.channel,), granted=True, basis=yes.basis, evidence=yes.evidence, wording=yes.wording,
            language=yes.shown_in or yes.heard_in,
        )  # fmt: skip
        await signups.one_at_a_time(session, address)
        is_new = not await members.ids_by_address(session, agency.id, address)
        if is_new:
            await members.save(session, agency.id, [_provisional(yes, address, session.now)])
        people = await self._consents.write(tx, agency.id, wish)
        await self._learn(tx, agency, people, yes)
        if yes.place:
            await flyers.count_signup(session, agency.id, yes.place, agency.day(session.now))
        return people

    async def welcome(self, tx: Transaction, agency: Agency, yes: Proven, people: list[Member]) -> None:
        """Send the welcome on the channel that was agreed to."""
        address = address_index(tx.session, agency.id, yes.channel, yes.address)
        await send(
            tx, agency, self._wording, "welcome", channel=yes.channel, address=yes.address, language=yes.heard_in,
            once_key=f"welcome:{yes.id}", kind="welcome", valid=WELCOME_LIVES,
            to=(people[0].id, people[0].points[address].id) if people else None,
        )  # fmt: skip

    async def _learn(self, tx: Transaction, agency: Agency, people: list[Member], yes: Proven) -> None:
        """Learn what the person said beside the yes; of several who share the address nobody knows who spoke."""
        for member in people:
            member.lines, member.consents_set = [], set()  # written already
        index = address_index(tx.session, agency.id, yes.channel, yes.address)
        proven = [one for one in people if yes.channel is Channel.SMS and _can_get_texts(one.points[index])]
        alone = people[:1] if len(people) == 1 else []
        learned = [one for one in alone if [_languages(one, yes, tx.now), _month(one, yes)] != [False, False]]
        changed = {one.id: one for one in (*proven, *learned)}
        if changed:
            await members.save(tx.session, agency.id, list(changed.values()))


async def send(
    tx: Transaction, agency: Agency, wording: Wording, template: str, *,
    channel: Channel, address: str, language: str, once_key: str, kind: str, valid: timedelta,
    words: dict[str, str] | None = None, to: tuple[UUID, UUID] | None = None,
) -> None:  # fmt: skip
    """Send one message at once, to a member's contact point or to an address that nobody may have yet."""
    book = await wording.book(tx.session)
    found, version = book.version(template, channel, language)
    message = messages.Direct(
        kind=kind, once_key=once_key, channel=channel, address=address, template=template, version=version,
        language=found, zone=agency.timezone, words=words or {}, valid=valid,
        member=to[0] if to else None, point=to[1] if to else None,
    )  # fmt: skip
    await messages.add(tx.session, agency.id, message)
    await tx.enqueue(Job.DELIVER, agency=str(agency.id), channel=channel)


def address_index(session: Session, agency: UUID, channel: Channel, address: str) -> bytes:
    """Return the blind index of an address."""
    kind = KIND_OF[channel]
    return session.index.of(f"contact_point.{kind}", agency, index_form(kind, address))


def _can_get_texts(point: Point) -> bool:
    """Note that a number which the county holds for a landline got a text; say whether that is news."""
    if point.line_kind is not LineKind.LANDLINE:
        return False
    point.line_kind, point.changed = LineKind.MOBILE, True
    return True


def _languages(member: Member, yes: Proven, now: datetime) -> bool:
    """Set the languages that the person chose; say whether they are others than before."""
    chosen = yes.language, yes.spoken or member.language_spoken or yes.language
    if not yes.language_chosen or chosen == (member.language_written, member.language_spoken):
        return False
    member.language_written, member.language_spoken = chosen
    member.stamps["languages"] = (now, SOURCE, str(yes.id))
    member.touched = member.changed = True
    return True


def _month(member: Member, yes: Proven) -> bool:
    """Open the month that the person named where the county has told us none; say whether it did."""
    if yes.month is None or _has_one_ahead(member) or (PROGRAM, yes.month) in member.renewals:
        return False  # the county has told us a month, or how that month ended
    member.renewals[PROGRAM, yes.month] = Renewal(uuid7(), PROGRAM, yes.month, RenewalStatus.UNKNOWN, changed=True)
    member.changed = True
    return True


def _has_one_ahead(member: Member) -> bool:
    """Say whether somebody named a renewal that is still ahead; a month that only follows from the cycle is no word."""
    ours = [one for one in member.renewals.values() if one.program == PROGRAM and one.status in OPEN_STATUSES]
    return any(not is_guess(member.stamps, one) for one in ours)


def _provisional(yes: Proven, address: bytes, now: datetime) -> Member:
    """Return a member known only by a yes of their own."""
    member = Member(
        uuid7(), "", new=True, touched=True, changed=True, language_written=yes.language,
        language_spoken=yes.spoken or yes.language,
    )  # fmt: skip
    if yes.zip:
        member.private["zip"], member.private_said = yes.zip, True
    member.points[address] = Point(uuid7(), KIND_OF[yes.channel], address, 1, value=yes.address, changed=True)
    place_points(member, {})
    member.stamps["languages"] = (now, SOURCE, str(yes.id))
    return member
