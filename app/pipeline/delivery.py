"""Delivery: claim a batch, send it with no transaction open, record what became of it.

The intent is committed before the provider is called. What is not written before its deadline by the
boot clock surely was not sent; what got no clear answer waits for `upkeep` to look it up.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, assert_never
from uuid import UUID
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from app.db import agencies, deliveries, rates
from app.db.deliveries import Result
from app.db.transaction import Database, Row, Session, Transaction
from app.logs import log
from app.pipeline.consent import Consents
from app.pipeline.providers import Providers
from app.pipeline.rendering import Renderer
from app.pipeline.wording import Wording
from app.rules.agency import DEFAULT_RATES, Agency
from app.rules.facts import Channel
from app.rules.times import back_off
from channels.contract import Accepted, Outcome, OutgoingMessage, Refused, TryLater, Unclear
from schedules.windows import WINDOWS, next_opening

BATCH = 1_000
RATE_SPAN = 10
"""A batch is at most what the rate allows in this many seconds."""
WRITE_WITHIN = 15.0
"""Seconds of the boot clock from the claim to the write; after that a message surely was not sent."""
LEASE = timedelta(seconds=30)
"""Machine time until a sender that said nothing is taken for dead (longer than write and time-out)."""
FIRST_LOOK = timedelta(minutes=10)
"""Business time from the intent to the first look-up of what is unclear (reliability: mode A)."""
PACED = frozenset({"reminder", "broadcast"})
"""The kinds that keep to windows and rates; codes, replies and welcomes go first."""
A_SECOND = timedelta(seconds=1)
BAD_ADDRESS = frozenset({"bad_address", "unknown_number", "bounced"})
RATE_NAMES = {
    Channel.SMS: "sms_segments_per_second",
    Channel.VOICE: "calls_per_second",
    Channel.EMAIL: "emails_per_second",
}
PRICE_NAMES = {Channel.SMS: "sms_segment", Channel.VOICE: "call_minute", Channel.EMAIL: "email"}


@dataclass(frozen=True, slots=True)
class Lane:
    """One sender on one channel, with the windows that are open now: zone → closing time."""

    agency: Agency
    channel: Channel
    open_until: Mapping[str, datetime]


@dataclass(slots=True)
class Batch:
    """What one transaction claimed: messages with the rows and attempts they belong to."""

    not_after: float
    """Seconds of the boot clock."""
    messages: list[OutgoingMessage] = field(default_factory=list)
    rows: list[Row[Any]] = field(default_factory=list)
    attempts: list[UUID] = field(default_factory=list)
    seen: int = 0
    """How many due rows were looked at, those that were refused included."""
    more: bool = True
    """Whether another batch may be due."""


class Delivery:
    """Sends what is due, lane by lane."""

    def __init__(
        self, database: Database, providers: Providers, *, wording: Wording,
        consents: Consents, allowed_statuses: frozenset[str], public_url: str, paced: bool,
        boot_clock: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
    ) -> None:  # fmt: skip
        self._database, self._providers, self._wording = database, providers, wording
        self._consents, self._allowed = consents, sorted(allowed_statuses)
        self._public_url, self._paced, self._boot_clock = public_url, paced, boot_clock

    async def lane(self, agency: UUID, channel: Channel) -> int:
        """Send what is due on a lane, batch after batch; return how many messages were tried."""
        lane = await self._open(agency, channel)
        if lane is None:
            return 0
        first = await self._claim(lane)
        loops = [self._send_on(lane, first)]
        if first.seen == BATCH:  # while one batch is claimed or recorded, another can be on its way
            loops.append(self._send_on(lane))
        # Not a task group: a loop that fails must not cut off what the other is sending.
        tried = await asyncio.gather(*loops, return_exceptions=True)
        for failed in tried:
            if isinstance(failed, BaseException):
                raise failed
        return sum(count for count in tried if isinstance(count, int))

    async def _send_on(self, lane: Lane, batch: Batch | None = None) -> int:
        """Send a batch that was claimed, then claim and send the next, until nothing more is due."""
        tried = 0
        while True:
            batch = batch or await self._claim(lane)
            if batch.messages:
                outcomes = await self._providers.first(lane.channel).send(batch.messages, not_after=batch.not_after)
                await self._record(lane, batch, outcomes)
                tried += len(batch.messages)
            if not batch.seen or not batch.more:
                return tried
            batch = None

    async def _open(self, agency_id: UUID, channel: Channel) -> Lane | None:
        """Find which windows are open; what is due elsewhere waits for its opening, or ends as expired."""
        async with self._database.transaction(agency_id) as tx:
            session = tx.session
            agency = await agencies.by_id(session, agency_id)
            if agency is None or not agency.sender(channel):
                return None
            open_until: dict[str, datetime] = {}
            for zone in await deliveries.due_zones(session, agency_id, channel):
                opening = next_opening(WINDOWS[channel], ZoneInfo(zone), session.now)
                if opening.opens_at <= session.now:
                    open_until[zone] = opening.closes_at
                else:
                    await deliveries.wait_for_window(session, agency_id, channel, zone, opening.opens_at)
        return Lane(agency, channel, open_until)

    async def _claim(self, lane: Lane) -> Batch:
        """Transaction 1: lock, ask once more whether each may go, write the intents."""
        leased = await self._lease(lane) if lane.open_until else 0
        batch = Batch(self._boot_clock() + WRITE_WITHIN)
        async with self._database.transaction(lane.agency.id) as tx:
            session = tx.session
            due = await self._due(session, lane, leased)
            batch.seen = len(due)
            batch.more = len(due) == BATCH or any(row.kind not in PACED for row in due[:1])
            refused = [(row.id, row.period, _ending(row.refused), row.refused) for row in due if row.refused]
            await deliveries.end(session, refused)
            going = [row for row in due if not row.refused and not row.unlisted]
            if going:
                await self._intend(session, lane, batch, going)
            elif not refused:
                batch.seen = 0  # only rows whose address is being replaced: planning will see to them
        return batch

    async def _due(self, session: Session, lane: Lane, leased: int) -> Sequence[Row[Any]]:
        """Return what is due: codes and replies first and at any hour, then reminders within what was leased."""
        agency, channel, rate = lane.agency.id, lane.channel, self._rate(lane)
        due = await deliveries.due_urgent(session, agency, channel, allowed=self._allowed, limit=BATCH)
        used = 0
        zones = [zone for zone, closes in lane.open_until.items() if session.now < closes]
        if not due and zones and leased:
            due = await deliveries.due_paced(session, agency, channel, allowed=self._allowed, zones=zones, limit=leased)
            used = len(due)
        if rate is not None and used < leased:
            await rates.charge(session, _rate_key(lane), rate=rate, tokens=used - leased)  # what is left goes back
        return due

    async def _lease(self, lane: Lane) -> int:
        """Lease what the lane's rate allows now: the least of a batch and ten seconds' worth.

        In a transaction of its own, for a claim that held the budget would keep every other from claiming.
        """
        rate = self._rate(lane)
        if rate is None:
            return BATCH
        burst = max(1.0, rate * RATE_SPAN)
        async with self._database.transaction(lane.agency.id) as tx:
            return await rates.take(tx.session, _rate_key(lane), rate=rate, burst=burst, want=min(BATCH, int(burst)))

    def _rate(self, lane: Lane) -> float | None:
        name = RATE_NAMES[lane.channel]
        return lane.agency.rates.get(name) or (DEFAULT_RATES[name] if self._paced else None)

    async def _intend(self, session: Session, lane: Lane, batch: Batch, going: list[Row[Any]]) -> None:
        book = await self._wording.book(session, [row.template_version_id for row in going])
        renderer = Renderer(
            lane.agency, lane.channel, book, session.ring, session.index, self._wording.shipped.layout, self._public_url
        )
        if lane.channel is Channel.EMAIL:
            going = sorted(going, key=lambda row: row.template_version_id.int)
        spoiled = []
        for row in going:
            attempt = uuid7()
            try:
                batch.messages.append(renderer.render(row, attempt, _valid_for(lane, row, session.now)))
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
        await deliveries.intend(
            session, lane.agency.id, lane.channel, self._providers.first(lane.channel).name, intents,
            lease_until=session.machine_now + LEASE, look_at=session.now + FIRST_LOOK,
        )  # fmt: skip

    async def _record(self, lane: Lane, batch: Batch, outcomes: Sequence[Outcome]) -> None:
        """Transaction 2: outcomes in bulk, and who waits until when; repeated after a deadlock or a lost connection."""
        price = lane.agency.prices[PRICE_NAMES[lane.channel]]

        async def write(tx: Transaction) -> None:
            results = [
                _result(attempt, row, outcome, price, tx.now)
                for attempt, row, outcome in zip(batch.attempts, batch.rows, outcomes, strict=True)
            ]
            await deliveries.record(tx.session, results)
            rate, extra = self._rate(lane), sum(max(0, result.segments - 1) for result in results)
            if rate is not None and extra and lane.channel is Channel.SMS:
                await rates.charge(tx.session, _rate_key(lane), rate=rate, tokens=extra)
            refused = [(row, o) for row, o in zip(batch.rows, outcomes, strict=True) if isinstance(o, Refused)]
            await self._learn(tx, lane, refused)

        await self._database.repeated(lane.agency.id, write)
        log().info("delivered", lane=_rate_key(lane), count=len(batch.messages))

    async def _learn(self, tx: Transaction, lane: Lane, refused: list[tuple[Row[Any], Refused]]) -> None:
        """What a refusal says of an address: it does not work, or its owner told the carrier to stop."""
        bad = [row.contact_point_id for row, o in refused if o.reason in BAD_ADDRESS and row.contact_point_id]
        stopped = [row.contact_point_id for row, o in refused if o.reason == "opted_out" and row.contact_point_id]
        await self._consents.addresses_fail(tx, bad)
        await self._consents.carrier_stops(tx, lane.agency.id, lane.channel, stopped)


def _result(attempt: UUID, row: Row[Any], outcome: Outcome, price: float, now: datetime) -> Result:
    """Return what to record for an outcome."""
    period: date = row.period
    match outcome:
        case Accepted():
            cost = price * max(1, outcome.segments)
            return Result(attempt, row.id, period, "accepted", "sent", outcome.provider_id, outcome.segments, cost)
        case TryLater():
            due_at = now if outcome.reason == "deadline" else now + back_off(row.tries, outcome.after)
            return Result(
                attempt, row.id, period, "rejected", "planned", reason=outcome.reason,
                provider_code=outcome.provider_code, due_at=due_at,
            )  # fmt: skip
        case Refused():
            return Result(
                attempt,
                row.id,
                period,
                "rejected",
                "failed",
                reason=outcome.reason,
                provider_code=outcome.provider_code,
            )
        case Unclear():
            return Result(attempt, row.id, period, "unclear", "sending", provider_code=outcome.detail[:200])
        case _ as never:
            assert_never(never)


def _valid_for(lane: Lane, row: Row[Any], now: datetime) -> timedelta:
    """Return how long the provider may hold a text, so that none leaves after its window or deadline."""
    closes = lane.open_until.get(row.zone, row.deadline_at) if row.kind in PACED else row.deadline_at
    ends: datetime = min(row.deadline_at, closes)
    return max(ends - now, A_SECOND)


def _ending(reason: str) -> str:
    return "expired" if reason == "deadline_passed" else "canceled"


def _rate_key(lane: Lane) -> str:
    return f"{lane.agency.code}/{lane.channel}"
