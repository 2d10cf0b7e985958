"""Sign-up: a person asks for reminders, proves the address with a code, and says yes with the wording shown.

The answer never tells whether an address is known: nothing of what is done depends on it. A code lives ten minutes,
takes five tries, works once, and only in the browser that asked for it (reliability: M-1, M-2, M-6).
"""

import hmac
import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from uuid_utils.compat import uuid7

from app.db import agencies, signups
from app.db.transaction import Database, Row, Session, Transaction
from app.pipeline.pumping import Counters, Scope
from app.pipeline.welcoming import Proven, Welcoming, address_index, send
from app.pipeline.wording import Wording
from app.rules.agency import Agency
from app.rules.facts import Channel
from app.rules.network import Network, prefix_key
from app.rules.signup import Refusal, SignupAsked, SignupTaken, Standing, Who
from schedules.months import add_months

__all__ = ["Refusal", "Signup", "SignupAsked", "SignupTaken"]

CODE_DIGITS: Final = 8
CODE_LIVES: Final = timedelta(minutes=10)
SHOWN_FOR: Final = timedelta(hours=1)
"""How long the browser that asked is shown where its sign-up stands."""
TRIES: Final = 5
SECONDS_KEPT: Final = 1.0
MONTHS_AHEAD: Final = 13
BASIS: Final = "opt_in"
REFUSED_BY: Final[Mapping[Scope, Refusal]] = {
    Scope.CODES_NETWORK_HOUR: Refusal.TOO_MANY,
    Scope.CODES_PREFIX_DAY: Refusal.TOO_MANY,
    Scope.CODES_AGENCY_HOUR: Refusal.PAUSED,
}
"""What a cap is answered with; the cap of a number is answered as if the code were on its way."""


class Signup:
    """Takes sign-ups and their codes."""

    def __init__(self, database: Database, *, wording: Wording, welcoming: Welcoming, counters: Counters) -> None:
        self._database, self._wording, self._welcoming, self._counters = database, wording, welcoming, counters
        self._seen: dict[str, tuple[float, Agency]] = {}

    async def ask(self, asked: SignupAsked) -> SignupTaken | Refusal:
        """Keep a sign-up and send its code, unless the address had its codes for today."""
        agency = await self._agency(asked.agency)
        if agency is None:
            return Refusal.UNKNOWN_AGENCY
        if refusal := self._refused(agency, asked):
            return refusal
        async with self._database.transaction(agency.id) as tx:
            cap = await self._counters.a_code_in(tx, agency.id, asked.channel, asked.address, asked.network)
            if cap is not None and cap in REFUSED_BY:
                return REFUSED_BY[cap]
            return await self._take(tx, agency, asked, sends=cap is None)

    async def _agency(self, code: str) -> Agency | None:
        """Return the agency of a code, as it was at most a second ago."""
        seen, agency = self._seen.get(code, (0.0, None))
        if agency is None or time.monotonic() - seen > SECONDS_KEPT:
            async with self._database.transaction(None) as tx:
                agency = await agencies.by_code(tx.session, code)
            if agency is not None:
                self._seen[code] = time.monotonic(), agency
        return agency

    def _refused(self, agency: Agency, asked: SignupAsked) -> Refusal | None:
        if asked.who is Who.MINOR:
            return Refusal.MINOR
        if self._wording.wording(asked.wording, asked.shown_in or asked.heard_in, asked.channel) is None:
            return Refusal.UNKNOWN_WORDING
        return None if agency.sender(asked.channel) else Refusal.CHANNEL_NOT_OFFERED

    async def _take(self, tx: Transaction, agency: Agency, asked: SignupAsked, *, sends: bool) -> SignupTaken:
        session, id_ = tx.session, uuid7()
        code = drawn_code()
        kept = code if sends else secrets.token_hex()  # what is not sent cannot be guessed, either
        new = signups.NewSignup(
            id_, asked.channel, asked.address, address_index(session, agency.id, asked.channel, asked.address),
            asked.language, asked.renewal_month, asked.wording, session.index.one_time(kept, id_.bytes),
            session.now + CODE_LIVES, spoken=asked.spoken, browser_digest=browser_digest(session, asked.browser),
            place=asked.place, network_index=prefix_key(session.index, asked.network.prefix) if asked.network else None,
            for_somebody_else=asked.who is Who.OTHER, zip=asked.zip, shown_in=asked.shown_in,
        )  # fmt: skip
        await signups.add(session, agency.id, new)
        if sends:
            await send(
                tx, agency, self._wording, "signup_code", channel=asked.channel, address=asked.address,
                language=asked.heard_in, once_key=f"code:{id_}", kind="code", valid=CODE_LIVES,
                words={"signup_code": code},
            )  # fmt: skip
        return SignupTaken(id_, new.expires_at)

    async def months(self, agency: Agency) -> list[date]:
        """Return the months that a person may name for the renewal: this one and the twelve after it."""
        async with self._database.transaction(None) as tx:
            first = agency.day(tx.now).replace(day=1)
        return [add_months(first, number) for number in range(MONTHS_AHEAD)]

    async def may_try(self, network: Network) -> bool:
        """Count a code that a network types; False if it types too many."""
        return await self._counters.from_network(Scope.TRIES_NETWORK_HOUR, network)

    async def confirm(self, id_: UUID, code: str, browser: str | None = None) -> UUID | Refusal:
        """Check a code; the right one writes the consent and welcomes the person. Returns the sign-up's id."""
        async with self._database.transaction(None) as tx:
            row = await signups.one(tx.session, id_)
            agency = await agencies.by_id(tx.session, row.agency_id) if row else None
        if row is None or agency is None:
            return Refusal.UNKNOWN_SIGNUP
        async with self._database.transaction(agency.id) as tx:
            tries = await signups.count_try(tx.session, agency.id, id_)
            if not _fits(row, code, browser, tries, tx.session):
                return Refusal.WRONG_CODE
            if await signups.confirm(tx.session, agency.id, id_):
                yes = _proven(row, tx.session)
                people = await self._welcoming.take_in(tx, agency, yes)
                await self._welcoming.welcome(tx, agency, yes, people)
        return id_

    async def standing(self, agency: UUID, ids: Sequence[UUID], browser: str | None) -> list[Standing]:
        """Return where sign-ups stand, to the browser that asked for them and not for long."""
        async with self._database.transaction(agency) as tx:
            rows = await signups.some(tx.session, agency, ids)
            return [
                Standing(
                    row.id, Channel(row.channel), signups.opened(tx.session, row)[0], row.confirmed_at is not None,
                    row.tries < TRIES and tx.now < row.expires_at)
                for row in rows
                if row.browser_digest is not None and _is_asker(row, browser, tx.session)
                and tx.now < row.created_at + SHOWN_FOR
            ]  # fmt: skip


def drawn_code() -> str:
    """Return a new code that nobody can foresee."""
    return "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))


def browser_digest(session: Session, browser: str | None) -> bytes | None:
    """Return the digest under which a browser is known."""
    return None if browser is None else session.index.one_time(browser, b"browser")


def _is_asker(row: Row[Any], browser: str | None, session: Session) -> bool:
    """Say whether a sign-up was asked for from this browser, or from no browser at all."""
    if row.browser_digest is None:
        return True
    return hmac.compare_digest(bytes(row.browser_digest), browser_digest(session, browser or "") or b"")


def _fits(row: Row[Any], code: str, browser: str | None, tries: int, session: Session) -> bool:
    """Say whether a code is the right one, in time, unused, within the tries, and typed where it was asked for."""
    right = hmac.compare_digest(bytes(row.code_digest), session.index.one_time(code.strip(), row.id.bytes))
    right = _is_asker(row, browser, session) and right and row.kind == signups.CODE
    return right and tries <= TRIES and row.confirmed_at is None and session.now < row.expires_at


def _proven(row: Row[Any], session: Session) -> Proven:
    address, zip_code = signups.opened(session, row)
    whose = ", for somebody in their care" if row.for_somebody_else else ""
    return Proven(
        row.id, Channel(row.channel), address, row.language, row.wording, BASIS, f"sign-up {row.id}{whose}",
        spoken=row.spoken, month=row.renewal_month, place=row.place, zip=zip_code, shown_in=row.shown_in,
    )  # fmt: skip
