"""Upkeep: what was left open is brought to an end; nothing unclear is ever sent again blindly.

An attempt whose sender died, or that got no clear answer, is looked up at the provider: found is
accepted; absent twice is proven never to have arrived and may be sent again; what nobody can prove for
a day ends as unknown, for a person.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import procrastinate

from app.crashpoints import crashpoint
from app.db import agencies, gone_out, reconciling, stored_answers, webhooks
from app.db.sealed import associated
from app.db.transaction import Database, Row, Session
from app.logs import log
from app.pipeline import passes
from app.pipeline.asking import look_up
from app.pipeline.attempts import made_with
from app.pipeline.brakes import Brakes
from app.pipeline.calendars import Almanac
from app.pipeline.consent import Consents
from app.pipeline.erasing import Erasing
from app.pipeline.ladders import Ladders
from app.pipeline.providers import Providers
from app.pipeline.restoring import Restoring
from app.pipeline.rounds import in_rounds
from app.pipeline.tries import Tries
from app.pipeline.webhooks import KEEP_CALLS
from app.pipeline.withdrawing import Withdrawing
from app.queue import put_stalled_jobs_back
from app.rules.agency import Agency
from app.rules.facts import Channel
from app.rules.times import back_off
from app.rules.waiting import WAITS, Waits
from channels.contract import Absent, Found, Lookup, MessageChannel, Present

LOOKS = 2
"""How many look-ups must find nothing before a message is sent again."""
AT_ONCE = 100
"""How many attempts are looked up at a time."""
ROUNDS = 20
"""How many batches one pass works off; the next tick goes on."""
IF_WE_DIE = timedelta(minutes=1)
STILL_FRESH = timedelta(seconds=2)
"""Machine time within which a receipt may still be on its way, however far business time was moved."""
KEEP_JOBS = timedelta(days=1)
KEEP_ANSWERS = timedelta(days=30)
KEEP_GONE_OUT = timedelta(days=60)


@dataclass(slots=True)
class _Verdicts:
    found: list[tuple[UUID, str]] = field(default_factory=list)
    absent: list[tuple[UUID, datetime]] = field(default_factory=list)
    unproven: list[UUID] = field(default_factory=list)
    again: list[tuple[UUID, int, Any]] = field(default_factory=list)


class Upkeep:
    """Brings what is open to an end."""

    def __init__(
        self, database: Database, providers: Providers, queue: procrastinate.App, *,
        consents: Consents, ladders: Ladders, almanac: Almanac, restoring: Restoring, waits: Waits = WAITS,
    ) -> None:  # fmt: skip
        self._database, self._providers, self._queue, self._waits = database, providers, queue, waits
        self._restoring = restoring
        self._tries = Tries(database, consents=consents, ladders=ladders, almanac=almanac)
        self._brakes = Brakes(database)
        self._withdrawing, self._erasing = Withdrawing(database, providers), Erasing(database, providers)

    async def tick(self) -> None:
        """Bring to an end what is open, and put the queue's stalled jobs back."""
        await self.run()
        await put_stalled_jobs_back(self._queue)

    async def run(self) -> None:
        """Settle what is unclear, end what waited too long, try again what may be, erase what is settled."""
        await self._restoring.run()
        await self._end()
        await in_rounds(self._reconcile, at_once=AT_ONCE, rounds=ROUNDS)
        await self._brakes.run()
        await self._withdrawing.run()
        await self._tries.run()
        await self._erasing.run()

    async def sweep(self) -> int:
        """Remove what nobody needs any more: finished jobs, answers stored for repeated requests, old lists."""
        async with self._database.transaction(None) as tx:
            session, now = tx.session, tx.session.machine_now
            await stored_answers.sweep(session, now - KEEP_ANSWERS)
            await gone_out.sweep(session, tx.now - KEEP_GONE_OUT)
            await webhooks.sweep(session, now - KEEP_CALLS)
            await passes.sweep(session)
            return await reconciling.sweep_jobs(session, now - KEEP_JOBS)

    async def _end(self) -> None:
        """End what waited too long, and report what a provider took after all."""
        async with self._database.transaction(None) as tx:
            session = tx.session
            await reconciling.end_leases(session)
            await reconciling.end_past_deadline(session)
            silent_since, erase_at = tx.now - self._waits.no_word, tx.now + self._waits.erase_unknown
            await reconciling.end_without_word(session, silent_since, session.machine_now - STILL_FRESH, erase_at)
            late = await reconciling.newly_late(session)
        for row in late:
            log().error("taken after it was proven absent", provider=row.provider, attempt_id=str(row.id))

    async def _reconcile(self) -> tuple[int, int]:
        """Look up what is unclear and due to be; return how many, twice."""
        async with self._database.transaction(None) as tx:
            session = tx.session
            rows = await reconciling.to_look_up(session, back_in=IF_WE_DIE, limit=AT_ONCE)
            people = await agencies.by_ids(session, {row.agency_id for row in rows})
            lookups = [_lookup(session, row, people.get(row.agency_id)) for row in rows]
            providers = await made_with(session, self._providers, rows)
        if rows:
            crashpoint("reconcile.due")
            await self._look_up(rows, lookups, providers)
        return len(rows), len(rows)

    async def _look_up(
        self, rows: Sequence[Row[Any]], lookups: Sequence[Lookup], providers: Sequence[MessageChannel | None]
    ) -> None:  # fmt: skip
        asked = (look_up(provider, lookup) for provider, lookup in zip(providers, lookups, strict=True))
        found = list(zip(rows, await asyncio.gather(*asked), strict=True))
        crashpoint("reconcile.looked_up")
        async with self._database.transaction(None) as tx:
            verdicts = _Verdicts()
            for row, what in found:
                _judge(verdicts, row, what, tx.session, self._waits)
            await reconciling.found(tx.session, verdicts.found)
            await reconciling.absent(tx.session, verdicts.absent)
            await reconciling.unproven(tx.session, verdicts.unproven)
            await reconciling.look_again(tx.session, verdicts.again)
            crashpoint("reconcile.judged")
        crashpoint("reconcile.settled")
        log().info("looked up", count=len(found))


def _lookup(session: Session, row: Row[Any], agency: Agency | None) -> Lookup:
    if row.address_sealed is not None:
        place = associated("message.address", row.agency_id, row.message_id)
        to = session.ring.open(row.address_sealed, place)
    else:
        place = associated("contact_point.value", row.agency_id, row.contact_point_id)
        to = session.ring.open(row.value_sealed, place)
    sender = agency.sender(Channel(row.channel), row.provider) if agency else ""
    others = frozenset(row.not_these)
    return Lookup(session.index.reference(row.id), row.code, to, sender, row.intended_on_machine, others)


def _judge(verdicts: _Verdicts, row: Row[Any], what: Found, session: Session, waits: Waits) -> None:
    """Sort one look-up's result: proven there, proven absent, look again, or nobody can say."""
    if isinstance(what, Present):
        verdicts.found.append((row.id, what.provider_id))
    elif isinstance(what, Absent) and row.looks + 1 >= LOOKS:
        verdicts.absent.append((row.id, session.now + back_off(row.tries)))
    elif isinstance(what, Absent):
        verdicts.again.append((row.id, row.looks + 1, session.now + waits.second_look(row.channel)))
    elif session.now - row.intended_at >= waits.give_up:
        verdicts.unproven.append(row.id)
    else:
        verdicts.again.append((row.id, row.looks, session.now + waits.look_later))
