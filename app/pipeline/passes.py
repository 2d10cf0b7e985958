"""Passes: the way to the page of one's choices by a code or a link, and the visit that follows.

What is done when somebody asks is the same for every address: a row. A job sends what waits, and only that looks
whether somebody has the address. Time-outs count machine time (`reliability.md`: M-1, M-2).
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from uuid_utils.compat import uuid7

from app.db import agencies, passes, visits
from app.db.transaction import Database, Row, Session, Transaction
from app.pipeline.pumping import Counters, Scope
from app.pipeline.signup import CODE_LIVES, REFUSED_BY, TRIES, browser_digest, drawn_code
from app.pipeline.welcoming import address_index, send
from app.pipeline.wording import Wording
from app.queue import Job
from app.rules.agency import Agency
from app.rules.choices import Visit
from app.rules.facts import Channel
from app.rules.network import Network
from app.rules.record import KIND_OF
from app.rules.signup import Refusal

TEMPLATE: Final = "preferences_code"
LINK_BYTES: Final = 16
VISIT_BYTES: Final = 32
IDLE: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=2)
AT_ONCE: Final = 100
KEEP: Final = timedelta(hours=1)
"""How long a pass is kept after it was asked for."""


@dataclass(frozen=True, slots=True)
class PassAsked:
    """What a person typed to get a code; the address is canonical already."""

    agency: Agency
    channel: Channel
    address: str = field(repr=False)
    language: str
    browser: str = field(repr=False)
    network: Network | None = None


class Passes:
    """Lets people in to their choices."""

    def __init__(self, database: Database, *, wording: Wording, counters: Counters, public_url: str) -> None:
        self._database, self._wording, self._counters = database, wording, counters
        self._public_url = public_url.rstrip("/")

    async def ask(self, asked: PassAsked) -> UUID | Refusal:
        """Keep that a code is wanted, and have it sent if somebody has the address; return under which id."""
        agency = asked.agency
        if not agency.sender(asked.channel):
            return Refusal.CHANNEL_NOT_OFFERED
        cap = await self._counters.a_code(agency.id, asked.channel, asked.address, asked.network)
        if cap is not None and cap in REFUSED_BY:
            return REFUSED_BY[cap]
        async with self._database.transaction(agency.id) as tx:
            return await self._keep(tx, asked, sends=cap is None)

    async def _keep(self, tx: Transaction, asked: PassAsked, *, sends: bool) -> UUID:
        session, agency, id_ = tx.session, asked.agency.id, uuid7()
        new = passes.NewPass(
            id_, asked.channel, asked.address, address_index(session, agency, asked.channel, asked.address),
            asked.language, browser_digest(session, asked.browser) or b"", session.machine_now + CODE_LIVES, sends,
        )  # fmt: skip
        await passes.add(session, agency, new)
        await tx.enqueue(Job.PASSES, agency=str(agency))
        return id_

    async def send_waiting(self, agency_id: UUID) -> int:
        """Send the codes that wait, to addresses that somebody has; return how many."""
        async with self._database.transaction(agency_id) as tx:
            agency = await agencies.by_id(tx.session, agency_id)
            rows = await passes.take_waiting(tx.session, agency_id, AT_ONCE) if agency else []
            known = [row for row in rows if row.known]
            for row in known:
                if agency is not None:
                    await self._send(tx, agency, row)
        return len(known)

    async def _send(self, tx: Transaction, agency: Agency, row: Row[Any]) -> None:
        session = tx.session
        code = drawn_code()
        token = secrets.token_urlsafe(LINK_BYTES)
        digests = {"code": session.index.one_time(code, row.id.bytes), "link": _link_digest(session, token)}
        await passes.set_digests(session, agency.id, row.id, **digests)
        await send(
            tx, agency, self._wording, TEMPLATE, channel=Channel(row.channel), address=passes.address_of(session, row),
            language=row.language, once_key=f"pass:{row.id}", kind="code", valid=CODE_LIVES,
            words={"signup_code": code, "link": f"{self._public_url}/p/{token}"},
        )  # fmt: skip

    async def may_try(self, network: Network) -> bool:
        """Count a code that a network types; False if it types too many."""
        return await self._counters.from_network(Scope.PASS_NETWORK_HOUR, network)

    async def open_by_code(self, id_: UUID, code: str, browser: str | None) -> str | None:
        """Check a code; the right one begins a visit, and its token is returned."""
        async with self._database.transaction(None) as tx:
            row = await passes.one(tx.session, id_)
            if row is None:
                return None
            tries = await passes.count_try(tx.session, row.agency_id, id_)
            if tries > TRIES or not _fits(row, code, browser, tx.session):
                return None
            return await self._begin(tx, row)

    async def behind_link(self, token: str) -> UUID | None:
        """Return the agency of a link that can still be used; asking changes nothing."""
        async with self._database.transaction(None) as tx:
            row = await passes.by_link(tx.session, _link_digest(tx.session, token))
            good = row is not None and row.used_at is None and tx.session.machine_now < row.expires_at
            return row.agency_id if row is not None and good else None

    async def open_by_link(self, token: str) -> str | None:
        """Use a link up; a good one begins a visit, in whichever browser it was opened."""
        async with self._database.transaction(None) as tx:
            row = await passes.by_link(tx.session, _link_digest(tx.session, token))
            return await self._begin(tx, row) if row is not None else None

    async def _begin(self, tx: Transaction, row: Row[Any]) -> str | None:
        """Begin a visit, once for each pass."""
        session = tx.session
        if not await passes.use(session, row.agency_id, row.id):
            return None
        token = secrets.token_urlsafe(VISIT_BYTES)
        kind = KIND_OF[Channel(row.channel)]
        visit = Visit(row.agency_id, kind, passes.address_of(session, row), bytes(row.address_index))
        await visits.begin(session, _visit_digest(session, token), visit)
        return token

    async def visit(self, token: str | None) -> Visit | None:
        """Return the visit of a token, as long as it goes on."""
        if not token:
            return None
        async with self._database.transaction(None) as tx:
            now = tx.session.machine_now
            return await visits.see(
                tx.session, _visit_digest(tx.session, token), seen_since=now - IDLE, begun_since=now - LONGEST
            )  # fmt: skip

    async def leave(self, token: str | None) -> None:
        """End a visit."""
        if token:
            async with self._database.transaction(None) as tx:
                await visits.end(tx.session, _visit_digest(tx.session, token))


async def sweep(session: Session) -> None:
    """Forget passes and visits that are over."""
    now = session.machine_now
    await passes.sweep(session, now - KEEP)
    await visits.sweep(session, seen_since=now - IDLE, begun_since=now - LONGEST)


def _fits(row: Row[Any], code: str, browser: str | None, session: Session) -> bool:
    """Say whether a code is the right one, typed in the browser that asked for it."""
    asker = browser_digest(session, browser or "") or b""
    right = hmac.compare_digest(bytes(row.code_digest or b""), session.index.one_time(code, row.id.bytes))
    return hmac.compare_digest(bytes(row.browser_digest), asker) and right


def _link_digest(session: Session, token: str) -> bytes:
    return session.index.one_time(token, b"link")


def _visit_digest(session: Session, token: str) -> bytes:
    return session.index.one_time(token, b"visit")
