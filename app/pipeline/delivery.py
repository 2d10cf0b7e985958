"""Delivery: claim a batch, send it with no transaction open, record what became of it.

The intent is committed before the provider is called. What is not written before its deadline by the
boot clock surely was not sent; what got no clear answer waits for `upkeep` to look it up.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import inf
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from app.crashpoints import crashpoint
from app.db import agencies, deliveries, late, rates, switches, withdrawing
from app.db.transaction import Database, Row, Session, Transaction
from app.logs import log
from app.pipeline import breakers, counting, fencing, outcomes
from app.pipeline.asking import hand_over
from app.pipeline.breakers import Turn, Way
from app.pipeline.calendars import Almanac
from app.pipeline.consent import Consents
from app.pipeline.gates import OPEN, Gate
from app.pipeline.ladders import Ladders
from app.pipeline.lanes import PACED, Batch, Lane, ways_of
from app.pipeline.last_look import may_leave
from app.pipeline.numbers import cap_of
from app.pipeline.providers import Providers
from app.pipeline.rendering import Renderer
from app.pipeline.wording import Wording
from app.queue import Job
from app.rules.agency import Agency
from app.rules.facts import Channel
from app.rules.waiting import WAITS, Waits
from app.traces import span
from channels.contract import Outcome, Refused
from schedules.places import parse_place

BATCH = 1_000
RATE_SPAN = 10
"""A batch is at most what the rate allows in this many seconds."""
WRITE_WITHIN = 15.0
"""Seconds of the boot clock from the claim to the write; after that a message surely was not sent."""
LEASE = timedelta(seconds=30)
"""Machine time until a sender that said nothing is taken for dead (longer than write and time-out)."""
NEVER = timedelta(days=366)
"""How far away an opening is that the calendar does not find: beyond every deadline."""


class Delivery:
    """Sends what is due, lane by lane."""

    def __init__(
        self, database: Database, providers: Providers, *, wording: Wording,
        consents: Consents, ladders: Ladders, almanac: Almanac, public_url: str, paced: bool,
        waits: Waits = WAITS, gate: Gate = OPEN,
        boot_clock: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
    ) -> None:  # fmt: skip
        self._database, self._providers, self._wording = database, providers, wording
        self._consents, self._ladders, self._almanac = consents, ladders, almanac
        self._public_url, self._paced, self._waits, self._boot_clock = public_url, paced, waits, boot_clock
        self._gate = gate
        self.claims = True
        """Whether it claims; if not, what is claimed is sent and recorded, and the rest waits for another worker."""

    async def lane(self, agency: UUID, channel: Channel, *, until: float = inf) -> int:
        """Send what is due on a lane, batch after batch; return how many messages were tried.

        After `until`, in seconds of the boot clock, nothing more is claimed.
        """
        lane = await self._open(agency, channel) if await self._gate.may_send(channel) else None
        if lane is None or not self.claims:
            return 0
        first = await self._claim(lane)
        loops = [self._send_on(lane, until, first)]
        if first.seen == BATCH:  # while one batch is claimed or recorded, another can be on its way
            loops.append(self._send_on(lane, until))
        # Not a task group: a loop that fails must not cut off what the other is sending.
        tried = await asyncio.gather(*loops, return_exceptions=True)
        await self._gate.sent(last=True)
        for failed in tried:
            if isinstance(failed, BaseException):
                raise failed
        return sum(count for count in tried if isinstance(count, int))

    async def _send_on(self, lane: Lane, until: float, batch: Batch | None = None) -> int:
        """Send a batch that was claimed, then claim and send the next, until nothing more is due."""
        tried = 0
        while True:
            batch = batch or await self._claim(lane)
            tried += len(batch.messages)
            await self._send(lane, batch)
            await self._gate.sent()
            if not batch.seen or not batch.more or not self.claims or self._boot_clock() >= until:
                return tried
            batch = None

    async def _send(self, lane: Lane, batch: Batch) -> None:
        """Send a batch; what its provider surely did not take, by its own fault, goes by the next one at once."""
        ways = list(lane.ways)
        while batch.messages and batch.turn is not None:
            turn, began = batch.turn, self._boot_clock()
            crashpoint("delivery.intended")
            with span("send", lane=lane.key, provider=turn.way.provider.name):
                said = await hand_over(
                    turn.way.provider, batch.messages, not_after=batch.not_after, elsewhere=len(ways) > 1
                )
            took = self._boot_clock() - began
            counting.handed(lane.channel, turn.way.provider.name, said, took)
            crashpoint("delivery.sent")
            ways = [way for way in ways if way is not turn.way]
            left = [row.id for row, one in zip(batch.rows, said, strict=True) if outcomes.may_go_elsewhere(one)]
            free = left if ways else outcomes.paused(batch.rows, said)
            await self._write(lane, batch, turn, said, took=took, free=free)
            batch = await self._claim_left(lane, ways, left) if ways and left else Batch(0.0)

    async def _write(
        self, lane: Lane, batch: Batch, turn: Turn, said: Sequence[Outcome], *, took: float, free: Sequence[UUID]
    ) -> None:  # fmt: skip
        """Transaction 2, repeated after a deadlock or a lost connection; it used up no try of the `free` ones."""
        told = outcomes.tally(said, turn.way.provider.capabilities, took, trial=turn.trial)

        async def write(tx: Transaction) -> None:
            await self._record(tx, lane, batch, said)
            await deliveries.give_tries_back(tx.session, free)
            await breakers.count(tx.session, lane.agency.id, lane.channel, turn, told)
            crashpoint("delivery.recording")

        with span("record", lane=lane.key):
            await self._database.repeated(lane.agency.id, write)
        crashpoint("delivery.recorded")
        log().info("delivered", lane=lane.key, provider=turn.way.provider.name, count=len(batch.messages))

    async def _open(self, agency_id: UUID, channel: Channel) -> Lane | None:
        """Find which places are open; what is due elsewhere waits for its opening, or ends as expired."""
        async with self._database.transaction(agency_id) as tx:
            session = tx.session
            agency = await agencies.by_id(session, agency_id)
            ways = await ways_of(session, self._providers, agency, channel) if agency else ()
            if agency is None or not ways:
                return None
            lane = self._lane_of(agency, channel, ways, session.now)
            open_until: dict[str, datetime] = {}
            for place in await deliveries.due_places(session, agency_id, channel):
                opening = lane.calendar.next_opening(parse_place(place), channel, session.now)
                if opening is not None and opening.opens_at <= session.now:
                    open_until[place] = opening.closes_at
                else:
                    opens = opening.opens_at if opening is not None else session.now + NEVER
                    await deliveries.wait_for_window(session, agency_id, channel, place, opens)
        return replace(lane, open_until=open_until)

    def _lane_of(self, agency: Agency, channel: Channel, ways: tuple[Way, ...], now: datetime) -> Lane:
        """Return a lane of which no place is known to be open yet."""
        calendar = self._almanac.calendar_of(agency)
        constants = self._almanac.constants.on(now.astimezone(ZoneInfo(agency.timezone)).date())
        return Lane(agency, channel, ways, {}, calendar, cap_of(constants, channel))

    async def _claim(self, lane: Lane) -> Batch:
        """Transaction 1: lock, ask once more whether each may go, write the intents."""
        leased = await self._lease(lane) if lane.open_until else 0
        batch = Batch(self._boot_clock() + WRITE_WITHIN)
        async with self._database.transaction(lane.agency.id) as tx:
            session = tx.session
            await switches.claiming(session, lane.agency.id)
            batch.turn = await breakers.next_turn(
                session, lane.agency.id, lane.channel, lane.ways, wait=self._paced
            )  # fmt: skip
            due = await self._due(session, lane, leased, batch.turn)
            batch.seen = len(due)
            limit = (batch.turn and batch.turn.limit) or BATCH
            batch.more = len(due) == limit or any(row.kind not in PACED for row in due[:1])
            if batch.turn is not None:
                batch.send_at, fit = fencing.of_late(lane, batch.turn.way, due, session.now)
                batch.more, due = batch.more or len(fit) < len(due), fit
            await self._take(tx, lane, batch, due)
            await self._give_back(session, lane, batch, leased)
        return batch

    async def _claim_left(self, lane: Lane, ways: Sequence[Way], left: Sequence[UUID]) -> Batch:
        """Claim for another provider what the one before surely did not take; empty where no breaker lets it pass."""
        batch = Batch(self._boot_clock() + WRITE_WITHIN)
        async with self._database.transaction(lane.agency.id) as tx:
            session, agency = tx.session, lane.agency.id
            await switches.claiming(session, agency)
            batch.turn = await breakers.next_turn(session, agency, lane.channel, ways, wait=True)
            if batch.turn is not None:
                some = left[: batch.turn.limit]
                allowed = (await self._ladders.book(session, agency)).allowed
                due = await deliveries.due_again(session, agency, lane.channel, allowed=allowed, ids=some)
                await self._take(tx, lane, batch, [row for row in due if lane.is_open_for(row, session.now)])
        return batch

    async def _take(self, tx: Transaction, lane: Lane, batch: Batch, due: Sequence[Row[Any]]) -> None:
        """End or put off what may not leave, and write the intents of the rest."""
        session = tx.session
        book = await self._ladders.book(session, lane.agency.id)
        going = await may_leave(tx, lane, book, due, batch.send_at or session.now)
        if going and batch.turn is not None:
            await self._intend(session, lane, batch, batch.turn, going)
        elif all(row.unlisted and not row.refused for row in due):
            batch.seen = 0  # only rows whose address is being replaced: planning will see to them
        if not batch.messages:
            await breakers.give_back(session, lane.agency.id, lane.channel, batch.turn)

    async def _due(self, session: Session, lane: Lane, leased: int, turn: Turn | None) -> Sequence[Row[Any]]:
        """Return what is due: codes and replies first and at any hour, then reminders within what was leased."""
        agency, channel = lane.agency.id, lane.channel
        due: Sequence[Row[Any]] = []
        allowed = (await self._ladders.book(session, agency)).allowed
        limit = (turn.limit or BATCH) if turn is not None else 0
        if limit:
            due = await deliveries.due_urgent(session, agency, channel, allowed=allowed, limit=limit)
        places = lane.open_places(session.now)
        if not due and places and leased and limit:
            due = await deliveries.due_paced(
                session, agency, channel, allowed=allowed, places=places, limit=min(leased, limit)
            )
        return due

    async def _give_back(self, session: Session, lane: Lane, batch: Batch, leased: int) -> None:
        """Give back to the lane's rate what was leased and is not used; there may be more for it."""
        rate, used = lane.rate(paced=self._paced), sum(row.kind in PACED for row in batch.rows)
        if rate is not None and used < leased:
            await rates.charge(session, lane.key, rate=rate, tokens=used - leased)
            batch.more = batch.more or leased == batch.seen

    async def _lease(self, lane: Lane) -> int:
        """Lease what the lane's rate allows now: the least of a batch and ten seconds' worth.

        In a transaction of its own, for a claim that held the budget would keep every other from claiming.
        """
        rate = lane.rate(paced=self._paced)
        if rate is None:
            return BATCH
        burst = max(1.0, rate * RATE_SPAN)
        async with self._database.transaction(lane.agency.id) as tx:
            return await rates.take(tx.session, lane.key, rate=rate, burst=burst, want=min(BATCH, int(burst)))

    async def _intend(self, session: Session, lane: Lane, batch: Batch, turn: Turn, going: list[Row[Any]]) -> None:
        book = await self._wording.book(session, [row.template_version_id for row in going])
        renderer = Renderer(
            lane.agency, lane.channel, book, session.ring, session.index, self._wording.shipped.layout,
            self._public_url, turn.way.sender, batch.on_machine(session), batch.fence,
        )  # fmt: skip
        leaves = batch.send_at or session.now
        if lane.channel is Channel.EMAIL:
            going = sorted(going, key=lambda row: row.template_version_id.int)
        spoiled = outcomes.unapproved(going, book.may_send)
        for row in (one for one in going if book.may_send(one.template_version_id)):
            attempt = uuid7()
            try:
                batch.messages.append(renderer.render(row, attempt, lane.valid_for(row, leaves)))
            except Exception as error:  # noqa: BLE001  (one bad row must not hold up its batch)
                log().error("cannot render", message_id=str(row.id), error=type(error).__name__)
                spoiled.append((row.id, row.period, "canceled", "cannot_render"))
                continue
            batch.rows.append(row)
            batch.attempts.append(attempt)
        await deliveries.end(session, spoiled)
        intents = [
            (attempt, row.period, row.id, row.tries + 1, message.code)
            for attempt, row, message in zip(batch.attempts, batch.rows, batch.messages, strict=True)
        ]
        if not intents:
            return
        look_at = self._waits.first_look_at(session.now, batch.send_at, turn.way.provider.capabilities.soonest)
        crashpoint("delivery.claimed")
        await deliveries.intend(
            session, lane.agency.id, lane.channel, turn.way.provider.name, intents, account=turn.way.own_account,
            lease_until=session.machine_now + LEASE, look_at=look_at, send_at=batch.send_at, fence=batch.fence,
        )  # fmt: skip
        crashpoint("delivery.intending")

    async def _record(self, tx: Transaction, lane: Lane, batch: Batch, said: Sequence[Outcome]) -> None:
        """Record outcomes in bulk, who waits until when, and what was learned of addresses."""
        results = [
            outcomes.result(attempt, row, one, lane.price, tx.now)
            for attempt, row, one in zip(batch.attempts, batch.rows, said, strict=True)
        ]
        if await deliveries.record(tx.session, results) < len(results):
            await late.taken(tx.session, results)
        unclear = [one.attempt_id for one in results if one.state == "unclear"]
        if batch.fence and unclear:
            await withdrawing.withdraw_unclear(tx.session, unclear)
            await tx.enqueue(Job.WITHDRAW)
        rate, extra = lane.rate(paced=self._paced), sum(max(0, result.segments - 1) for result in results)
        if rate is not None and extra and lane.channel is Channel.SMS:
            await rates.charge(tx.session, lane.key, rate=rate, tokens=extra)
        refused = [(row, one) for row, one in zip(batch.rows, said, strict=True) if isinstance(one, Refused)]
        await self._consents.addresses_fail(tx, outcomes.failed_points(refused))
        stopped = outcomes.stopped_points(refused)
        await self._consents.carrier_stops(tx, lane.agency.id, lane.channel, stopped)
