"""The passage of time in the sandbox: moves the business clock and lets what falls due on the way happen.

The clock stops at each moment at which a message falls due or something unclear is to be looked up, so
that a jump of months plays the season in order. At each stop every stage runs once, here and now.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from app.db import ahead, clock, deliveries, reconciling, tries
from app.db.transaction import Database, Session
from app.pipeline.delivery import Delivery
from app.pipeline.dispatch import Dispatch
from app.pipeline.planning import Planning
from app.pipeline.receipts import Receipts
from app.pipeline.upkeep import Upkeep
from app.rules.facts import Channel

PAUSE = 0.02
A_WHILE = 0.1
PATIENCE = 30
"""How many looks in a row, `A_WHILE` apart, may find something due and send none of it (its rate is used up)."""
HAND_OVER_WITHIN = timedelta(seconds=40)
"""Machine time to wait for what is being sent; longer than any lease."""
WHOLE = timedelta(seconds=1)
"""Providers are told whole seconds, so they let go up to one later."""
JUST_NOW = timedelta(seconds=5)
LAST_WORDS_WITHIN = timedelta(seconds=2)
"""Machine time that the providers have at each stop to tell what became of what was handed over there."""


class Passage:
    """Moves the sandbox's clock."""

    def __init__(
        self, database: Database, *, planning: Planning, dispatch: Dispatch, delivery: Delivery, ahead: Delivery,
        upkeep: Upkeep, receipts: Receipts, machine_now: Callable[[], datetime],
        providers_wait: Callable[[timedelta], Awaitable[None]], providers_told: Callable[[timedelta], Awaitable[None]],
        nap: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        self._database, self._planning, self._dispatch = database, planning, dispatch
        self._delivery, self._upkeep, self._receipts, self._nap = delivery, upkeep, receipts, nap
        self._machine_now, self._ahead = machine_now, ahead
        self._providers_wait, self._providers_told = providers_wait, providers_told
        self._planned: datetime | None = None

    async def now(self) -> datetime:
        """Return business time."""
        async with self._database.transaction(None) as tx:
            return await clock.now(tx.session)

    async def move(self, target: datetime, *, told: Callable[[datetime], None] | None = None) -> datetime:
        """Move business time to `target`, stop by stop; returns when all that was due is handed on."""
        turn = await self._day()
        await self._let_happen()
        while (stop := await self._next_stop(target, turn)) is not None:
            only_a_day = stop == turn
            if only_a_day:
                turn = await self._day()
            await self._let_happen()
            if told is not None and not only_a_day:
                told(stop)
        await self._go_to(target)
        await self._day()
        await self._let_happen()
        return target

    async def _go_to(self, moment: datetime) -> None:
        """Set the clock; at the providers, too, what they hold for later has waited for so long then."""
        async with self._database.transaction(None) as tx:
            await clock.set_to(tx.session, moment)
        if moment > tx.now:
            await self._providers_wait(moment - tx.now)

    async def _day(self) -> datetime:
        """Plan what the day brings, and return when that is to be done again."""
        hour = (await self.now()).replace(minute=0, second=0, microsecond=0)
        if hour != self._planned:  # where days begin they begin with an hour
            await self._planning.daily()
            self._planned = hour
        return await self._planning.next_turn()

    async def _next_stop(self, target: datetime, turn: datetime) -> datetime | None:
        """Move to the next moment at which something is due or to be planned, if it comes before `target`."""
        async with self._database.transaction(None) as tx:
            session = tx.session
            stops = [
                await deliveries.next_due(session, tx.now, target),
                await reconciling.next_look(session, tx.now, target),
                await tries.next_try(session, tx.now, target),
                await ahead.next_hand_over(session, tx.now, target),
                await _next_leaving(session, target),
                turn if turn <= target else None,
            ]
        stop = min((stop for stop in stops if stop is not None), default=None)
        if stop is not None:
            await self._go_to(stop)
        return stop

    async def _let_happen(self) -> None:
        """Run each stage once at this moment, and wait for what it set going."""
        await self._planning.waiting()
        await self._upkeep.run()
        begun = self._machine_now()
        handed_on = await self._hand_on()
        await self._settle()
        if handed_on or await self._awaited(begun):
            await self._providers_told(LAST_WORDS_WITHIN)
            await self._receipts.apply_waiting()

    async def _hand_on(self) -> int:
        """Deliver until nothing is due; a lane with a rate takes its time. Returns how many messages were tried."""
        total = idle = 0
        while idle < PATIENCE and (due := await self._dispatch.due()):
            tried = sum([await self._delivery.lane(agency, Channel(channel)) for agency, channel in due])
            total, idle = total + tried, 0 if tried else idle + 1
            if idle > 1:
                await self._nap(A_WHILE)
        for agency, channel in await self._dispatch.ahead():
            total += await self._ahead.lane(agency, Channel(channel))
        return total

    async def _settle(self) -> None:
        """Wait until nothing is being sent by anyone."""
        for _ in range(int(HAND_OVER_WITHIN.total_seconds() / PAUSE)):
            async with self._database.transaction(None) as tx:
                if not await reconciling.in_hand(tx.session):
                    return
            await self._nap(PAUSE)

    async def _awaited(self, since: datetime) -> int:
        """Return how many messages, handed over since a machine time or just let go, have no last word yet."""
        async with self._database.transaction(None) as tx:
            handed_over = await reconciling.awaited(tx.session, since)
            return handed_over + await ahead.leaving(tx.session, tx.now - JUST_NOW)


async def _next_leaving(session: Session, target: datetime) -> datetime | None:
    """Return the next moment at which a provider has let go something that it held."""
    left = await ahead.next_leaving(session, session.now - WHOLE, target - WHOLE)
    return left and left + WHOLE
