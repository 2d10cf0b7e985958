"""Once: a request with an idempotency key is worked on by one caller, and its answer is given again to the others.

The work commits by itself; if the process dies between it and the stored answer, the repeated request
does the work again, and each stage's own guard (an event's id, a sign-up's daily cap) makes that harmless.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.db import stored_answers
from app.db.transaction import Database
from app.errors import NotNow

AT_ONCE = 8
"""How many hold their key at a time: each holds a connection while its work takes another."""
MAY_WAIT = 500
"""How many wait for that before further ones are told to come again."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer, and whether it was given before."""

    result: dict[str, Any] = field(repr=False)
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class KeyReused:
    """The key came before with another request."""


@dataclass(frozen=True, slots=True)
class KeyInUse:
    """The first request with this key is still running."""


class Once:
    """Answers each key once."""

    def __init__(self, database: Database) -> None:
        self._database, self._room, self._inside = database, asyncio.Semaphore(AT_ONCE), 0

    async def answer(
        self, agency: UUID, key: str, digest: bytes, work: Callable[[], Awaitable[dict[str, Any]]]
    ) -> Answered | KeyReused | KeyInUse:
        """Do the work and store its result, or return what is stored; what `work` raises is not stored."""
        if self._inside >= MAY_WAIT:
            raise NotNow
        self._inside += 1
        try:
            async with self._room:
                return await self._alone(agency, key, digest, work)
        finally:
            self._inside -= 1

    async def _alone(
        self, agency: UUID, key: str, digest: bytes, work: Callable[[], Awaitable[dict[str, Any]]]
    ) -> Answered | KeyReused | KeyInUse:
        async with self._database.transaction(agency) as tx:
            if not await stored_answers.try_alone(tx.session, agency, key):
                return KeyInUse()
            held = await stored_answers.one(tx.session, agency, key)
            if held is not None:
                before, result = held
                return Answered(result, replayed=True) if hmac.compare_digest(before, digest) else KeyReused()
            result = await work()
            await stored_answers.keep(tx.session, agency, key, digest=digest, result=result)
        return Answered(result)
