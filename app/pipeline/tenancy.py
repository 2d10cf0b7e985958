"""Tenancy: agencies and the keys of their machines."""

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from uuid_utils.compat import uuid7

from app.db import agencies, credentials, planning
from app.db.transaction import AWAY, Database, Row, Transaction
from app.pipeline.accounts import Misfits, Offered, read_accounts
from app.pipeline.together import Together
from app.queue import Job
from app.rules.agency import Agency, BadAgency, agency_of, read_profile

SCOPES: Final = ("events:write", "members:read", "members:write", "reports:read", "templates:write", "admin")
KEY: Final = re.compile(r"kc_([a-z0-9]{12})_([A-Za-z0-9_-]{43})")
KEY_LIVES = timedelta(days=365)
NOTE_USE_EVERY = timedelta(minutes=1)
NOBODY = UUID(int=0)
CALLERS, MAY_WAIT = 500, 5_000
"""How many callers' keys are looked up in one go, and how many callers wait for that."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: a key of one agency with its scopes."""

    agency: UUID
    key_id: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        """Say whether the key has a scope; `admin` has all."""
        return scope in self.scopes or "admin" in self.scopes


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made; its text is shown once and never stored."""

    id: str
    text: str = field(repr=False)


class Tenancy:
    """Keeps agencies and keys."""

    def __init__(self, database: Database, offered: Offered, misfits: Misfits) -> None:
        self._database, self._offered, self._misfits = database, offered, misfits
        self._callers = Together(self._principals, most=CALLERS, room=MAY_WAIT, shared=AWAY)

    async def add(self, toml: str) -> Agency | BadAgency:
        """Add an agency from its file, or update the one of the same code; absent credentials stay as they are."""
        profile = read_profile(toml)
        if isinstance(profile, BadAgency):
            return profile
        accounts = read_accounts(profile, self._offered(), self._misfits)
        if accounts.problems:
            return BadAgency(tuple(accounts.problems))
        async with self._database.transaction(None) as tx:
            before = await agencies.by_code(tx.session, profile["code"])
            if taken := await agencies.senders_taken(tx.session, agency_of(NOBODY, profile)):
                return BadAgency(tuple(f"the sender {one} belongs to another agency" for one in taken))
            agency = await agencies.save(tx.session, uuid7(), profile)
            await agencies.set_senders(tx.session, agency)
            for provider, (account, settings) in accounts.kept.items():
                await credentials.save(tx.session, agency.id, provider, account, settings)
            await credentials.remove(tx.session, agency.id, accounts.forgotten)
            if before is not None:
                await _time_anew(tx, before, agency)
            return await agencies.by_id(tx.session, agency.id) or agency

    async def every(self) -> list[Agency]:
        """Return all agencies."""
        async with self._database.transaction(None) as tx:
            return await agencies.every(tx.session)

    async def by_code(self, code: str) -> Agency | None:
        """Return an agency by its code."""
        async with self._database.transaction(None) as tx:
            return await agencies.by_code(tx.session, code)

    async def by_id(self, id_: UUID) -> Agency | None:
        """Return an agency by its id."""
        async with self._database.transaction(None) as tx:
            return await agencies.by_id(tx.session, id_)

    async def add_key(self, agency: UUID, *, name: str, scopes: Sequence[str]) -> NewKey:
        """Make a key for an agency: a public id and 256 random bits, of which only the digest is kept."""
        id_ = secrets.token_hex(6)
        secret = secrets.token_urlsafe(32)
        async with self._database.transaction(None) as tx:
            await agencies.add_key(
                tx.session, agency, id_=id_, name=name, digest=_digest(secret), scopes=scopes,
                expires_at=tx.session.machine_now + KEY_LIVES,
            )  # fmt: skip
        return NewKey(id_, f"kc_{id_}_{secret}")

    async def keys(self, agency: UUID | None) -> Sequence[Row[Any]]:
        """Return keys without their secrets."""
        async with self._database.transaction(None) as tx:
            return await agencies.keys(tx.session, agency)

    async def revoke_key(self, id_: str) -> bool:
        """Revoke a key at once; say whether it was live."""
        async with self._database.transaction(None) as tx:
            return await agencies.revoke_key(tx.session, id_)

    async def principal(self, text: str) -> Principal | None:
        """Return who a key's text stands for; None for unknown, revoked or expired keys.

        Looked up anew each time, for a key is revoked at once, but for all who ask at about the same time in one go.
        """
        found = KEY.fullmatch(text)
        return await self._callers.do(None, (found[1], found[2])) if found else None

    async def _principals(self, _: None, asked: Sequence[tuple[str, str]]) -> Sequence[Principal | None]:
        async with self._database.transaction(None) as tx:
            rows = await agencies.keys_by_id(tx.session, {id_ for id_, _ in asked})
            now = tx.session.machine_now
            live = [id_ in rows and _is_live(rows[id_], secret, now) for id_, secret in asked]
            used = {id_ for (id_, _), is_live in zip(asked, live, strict=True) if is_live and _is_news(rows[id_], now)}
            await agencies.keys_used(tx.session, sorted(used))
        return [
            Principal(rows[id_].agency_id, id_, frozenset(rows[id_].scopes)) if is_live else None
            for (id_, _), is_live in zip(asked, live, strict=True)
        ]


async def _time_anew(tx: Transaction, before: Agency, agency: Agency) -> None:
    """Have whatever waits spread anew if lanes or call centre can take more or less than before."""
    if (before.rates, before.call_centre) != (agency.rates, agency.call_centre):
        await planning.time_anew(tx.session, agency.id)
        await tx.enqueue(Job.PLAN, agency=str(agency.id))


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _is_live(row: Row[Any], secret: str, now: datetime) -> bool:
    right = hmac.compare_digest(bytes(row.digest), _digest(secret))
    return right and row.revoked_at is None and (row.expires_at is None or now < row.expires_at)


def _is_news(row: Row[Any], now: datetime) -> bool:
    return row.last_used_at is None or now - row.last_used_at > NOTE_USE_EVERY
