"""Sign-up: a person asks for reminders, proves the address with a code, and says yes with the wording shown.

The answer never tells whether an address is known. A code goes out at most three times a day to an
address, lives ten minutes and takes five tries (reliability: M-1, M-2, M-6).
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from app.db import agencies, members, messages, signups
from app.db.sealed import associated
from app.db.transaction import Database, Row, Session, Transaction
from app.pipeline.consent import Consents, Wish
from app.pipeline.wording import Wording
from app.queue import Job
from app.rules.agency import Agency
from app.rules.facts import Channel, RenewalStatus
from app.rules.folding_renewals import OPEN_STATUSES, is_guess
from app.rules.placing import place_points
from app.rules.record import KIND_OF, Member, Point, Renewal, index_form

CODES_A_DAY = 3
CODE_DIGITS = 8
CODE_LIVES = timedelta(minutes=10)
TRIES = 5
PROGRAM = "medi_cal"


class Refusal(StrEnum):
    """Why a sign-up or a code is not taken; the same for known and unknown addresses."""

    UNKNOWN_AGENCY = "unknown-agency"
    UNKNOWN_WORDING = "unknown-consent-wording"
    CHANNEL_NOT_OFFERED = "channel-not-offered"
    UNKNOWN_SIGNUP = "unknown-signup"
    WRONG_CODE = "wrong-code"


@dataclass(frozen=True, slots=True)
class SignupAsked:
    """What a person filled in; the address is canonical already."""

    agency: str
    channel: Channel
    address: str = field(repr=False)
    language: str
    wording: str
    renewal_month: date | None = None


@dataclass(frozen=True, slots=True)
class SignupTaken:
    """The answer: where to send the code to, and until when."""

    id: UUID
    expires_at: datetime


class Signup:
    """Takes sign-ups and their codes."""

    def __init__(self, database: Database, *, wording: Wording, consents: Consents) -> None:
        self._database, self._wording, self._consents = database, wording, consents

    async def ask(self, asked: SignupAsked) -> SignupTaken | Refusal:
        """Keep a sign-up and send its code, unless the address had its codes for today."""
        async with self._database.transaction(None) as tx:
            agency = await agencies.by_code(tx.session, asked.agency)
        if agency is None:
            return Refusal.UNKNOWN_AGENCY
        if self._wording.wording(asked.wording, asked.language, asked.channel) is None:
            return Refusal.UNKNOWN_WORDING
        if not agency.sender(asked.channel):
            return Refusal.CHANNEL_NOT_OFFERED
        async with self._database.transaction(agency.id) as tx:
            return await self._take(tx, agency, asked)

    async def _take(self, tx: Transaction, agency: Agency, asked: SignupAsked) -> SignupTaken:
        session, id_ = tx.session, uuid7()
        address = _index(session, agency.id, asked.channel, asked.address)
        await signups.one_at_a_time(session, address)
        sent_today = await signups.count_since(session, agency.id, address, session.now - timedelta(days=1))
        code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
        new = signups.NewSignup(
            id_, asked.channel, asked.address, address, asked.language, asked.renewal_month, asked.wording,
            session.index.one_time(code, id_.bytes), session.now + CODE_LIVES,
        )  # fmt: skip
        if sent_today < CODES_A_DAY:
            await signups.add(session, agency.id, new)
            await self._send(tx, agency, new, "signup_code", {"signup_code": code}, kind="code", valid=CODE_LIVES)
        return SignupTaken(id_, new.expires_at)

    async def _send(
        self, tx: Transaction, agency: Agency, new: signups.NewSignup, template: str, words: dict[str, str], *,
        kind: str, valid: timedelta, member: Member | None = None,
    ) -> None:  # fmt: skip
        channel = Channel(new.channel)
        book = await self._wording.book(tx.session)
        language, version = book.version(template, channel, new.language)
        message = messages.Direct(
            kind=kind, once_key=f"{kind}:{new.id}", channel=channel, address=new.address, template=template,
            version=version, language=language, zone=agency.timezone, words=words, valid=valid,
            member=member.id if member else None, point=member.points[new.address_index].id if member else None,
        )  # fmt: skip
        await messages.add(tx.session, agency.id, message)
        await tx.enqueue(Job.DELIVER, agency=str(agency.id), channel=channel)

    async def confirm(self, id_: UUID, code: str) -> UUID | Refusal:
        """Check a code; the right one writes the consent and welcomes the person. Returns the sign-up's id."""
        async with self._database.transaction(None) as tx:
            row = await signups.one(tx.session, id_)
            agency = await agencies.by_id(tx.session, row.agency_id) if row else None
        if row is None or agency is None:
            return Refusal.UNKNOWN_SIGNUP
        async with self._database.transaction(agency.id) as tx:
            tries = await signups.count_try(tx.session, agency.id, id_)
            if not _fits(row, code, tries, tx.session):
                return Refusal.WRONG_CODE
            if await signups.confirm(tx.session, agency.id, id_):
                await self._welcome(tx, agency, row)
        return id_

    async def _welcome(self, tx: Transaction, agency: Agency, row: Row[Any]) -> None:
        """Write the yes for the members who have the address, or for a provisional member made now."""
        session, channel = tx.session, Channel(row.channel)
        address = session.ring.open(row.address_sealed, associated("signup.address", agency.id, row.id))
        wish = Wish(
            bytes(row.address_index), (channel,), granted=True, basis="opt_in", evidence=f"sign-up {row.id}",
            wording=row.wording, language=row.language,
        )  # fmt: skip
        if not await members.ids_by_address(session, agency.id, wish.address):
            provisional = _provisional(row, address, session.now)
            await members.save(session, agency.id, [provisional])
        people = await self._consents.write(tx, agency.id, wish)
        await self._add_month(tx, agency, people, row.renewal_month)
        new = signups.NewSignup(
            row.id, channel, address, wish.address, row.language, row.renewal_month, row.wording, b"", session.now
        )
        await self._send(tx, agency, new, "welcome", {}, kind="welcome", valid=timedelta(days=1),
                         member=people[0] if people else None)  # fmt: skip

    async def _add_month(self, tx: Transaction, agency: Agency, people: list[Member], month: date | None) -> None:
        """Open the month a person named where the county has told us none."""
        without = [member for member in people if not _has_one_ahead(member)]
        if month is None or len(people) != 1 or not without:
            return
        member = without[0]
        if (PROGRAM, month) in member.renewals:
            return  # the county has told us how that month ended
        member.renewals[PROGRAM, month] = Renewal(uuid7(), PROGRAM, month, RenewalStatus.UNKNOWN, changed=True)
        member.lines, member.consents_set, member.changed = [], set(), True
        await members.save(tx.session, agency.id, [member])


def _has_one_ahead(member: Member) -> bool:
    """Say whether somebody named a renewal that is still ahead; a month that only follows from the cycle is no word."""
    ours = [one for one in member.renewals.values() if one.program == PROGRAM and one.status in OPEN_STATUSES]
    return any(not is_guess(member.stamps, one) for one in ours)


def _index(session: Session, agency: UUID, channel: Channel, address: str) -> bytes:
    kind = KIND_OF[channel]
    return session.index.of(f"contact_point.{kind}", agency, index_form(kind, address))


def _fits(row: Row[Any], code: str, tries: int, session: Session) -> bool:
    """Say whether a code is the right one, in time, unused and within the tries."""
    right = hmac.compare_digest(bytes(row.code_digest), session.index.one_time(code.strip(), row.id.bytes))
    return right and tries <= TRIES and row.confirmed_at is None and session.now < row.expires_at


def _provisional(row: Row[Any], address: str, now: datetime) -> Member:
    """Return a member known only by a confirmed sign-up."""
    kind, index = KIND_OF[Channel(row.channel)], bytes(row.address_index)
    member = Member(
        uuid7(), "", new=True, touched=True, changed=True, language_written=row.language, language_spoken=row.language
    )
    member.points[index] = Point(uuid7(), kind, index, 1, value=address, changed=True)
    place_points(member, {})
    member.stamps["languages"] = (now, "sign-up", str(row.id))
    return member
