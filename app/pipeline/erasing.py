"""Erasing: a day after an attempt was settled, its words and number are erased at the provider.

Not earlier, for a look-up needs them; and within a week, or an operator hears of it.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from app.crashpoints import crashpoint
from app.db import erasing
from app.db.transaction import Database, Row
from app.logs import log
from app.pipeline.attempts import made_with
from app.pipeline.providers import Providers
from app.pipeline.rounds import in_rounds
from channels.contract import Handle, MessageChannel, Redacted

AT_ONCE = 100
ROUNDS = 10
"""How many batches one pass works off; the next tick goes on."""
AGAIN_AFTER = timedelta(hours=1)
GIVE_UP = timedelta(days=7)


class Erasing:
    """Erases at the providers."""

    def __init__(self, database: Database, providers: Providers) -> None:
        self._database, self._providers = database, providers

    async def run(self) -> int:
        """Erase what is due to be; return how many attempts were asked about."""
        return await in_rounds(self._some, at_once=AT_ONCE, rounds=ROUNDS)

    async def _some(self) -> tuple[int, int]:
        async with self._database.transaction(None) as tx:
            rows = await erasing.take(tx.session, back_in=AGAIN_AFTER, limit=AT_ONCE)
            providers = await made_with(tx.session, self._providers, rows)
        if rows:
            crashpoint("erasing.taken")
            asked = (_erase(one, row) for one, row in zip(providers, rows, strict=True))
            answers = await asyncio.gather(*asked, return_exceptions=True)
            crashpoint("erasing.asked")
            never = [one is not None and not one.capabilities.can_redact for one in providers]
            await self._settle(rows, [one is True for one in answers], never)
        return len(rows), len(rows)

    async def _settle(self, rows: Sequence[Row[Any]], erased: Sequence[bool], never: Sequence[bool]) -> None:
        """Keep what was erased; the rest comes back, but for what is never offered and what is given up."""
        async with self._database.transaction(None) as tx:
            given_up = [
                row
                for row, done, hopeless in zip(rows, erased, never, strict=True)
                if not done and not hopeless and _gives_up(row, tx.now)
            ]
            hopeless = [row for row, one in zip(rows, never, strict=True) if one]
            kept = [(row.id, row.period, True) for row, done in zip(rows, erased, strict=True) if done]
            await erasing.done(tx.session, kept + [(row.id, row.period, False) for row in given_up + hopeless])
        for row in given_up:
            log().error("not erased at the provider", provider=row.provider, attempt_id=str(row.id))


async def _erase(provider: MessageChannel | None, row: Row[Any]) -> bool:
    if provider is None or not provider.capabilities.can_redact or not row.provider_id:
        return False
    return isinstance(await provider.redact(Handle(row.provider_id)), Redacted)


def _gives_up(row: Row[Any], now: datetime) -> bool:
    begun: datetime = row.settled_at or row.intended_at
    return now - begun >= GIVE_UP
