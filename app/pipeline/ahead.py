"""Handing over ahead: reminders that fall due soon go to a provider that holds them until their time.

Texts by a Messaging Service do, and whatever an agency asks it for. Whether a message may go is asked for the
moment at which it will leave; what changes after that is withdrawn at the provider (`withdrawing`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from math import inf
from typing import Any
from uuid import UUID

from app.crashpoints import crashpoint
from app.db import agencies, ahead, switches
from app.db.ahead import Slot
from app.db.transaction import Row, Session
from app.pipeline import breakers
from app.pipeline.asking import a_fence
from app.pipeline.delivery import BATCH, WRITE_WITHIN, Delivery
from app.pipeline.fencing import MINUTE, ahead_by, end_of_minute, lead
from app.pipeline.lanes import Batch, Lane, ways_of
from app.rules.facts import Channel
from schedules.places import parse_place

UNDER_ONE_FENCE = 100
"""A fence is withdrawn as a whole, and whoever else stands behind it is handed over anew."""


class Ahead(Delivery):
    """Delivery for later: another question of what is due, and a time at which it is to leave."""

    async def lane(self, agency: UUID, channel: Channel, *, until: float = inf) -> int:
        """Hand over what falls due within the agency's time, minute by minute; return how many were tried."""
        lane = await self._open(agency, channel) if await self._gate.may_send(channel) else None
        tried, reached = 0, None
        while (
            lane is not None
            and self.claims
            and self._boot_clock() < until
            and (slot := await self._slot(lane, reached)) is not None
        ):
            provider = lane.ways[0].provider
            fence = await a_fence(provider)
            if provider.capabilities.needs_fence and not fence:
                break  # not asked once more for each minute: the next tick does
            crashpoint("ahead.fenced")
            lane, batch = await self._claim_slot(lane, slot, fence)
            await self._send(lane, batch)
            await self._gate.sent(last=True)
            tried += len(batch.messages)
            reached = slot.after if batch.more else slot.send_at
        return tried

    async def _open(self, agency_id: UUID, channel: Channel) -> Lane | None:
        """Return the lane, if its preferred provider holds what our sender hands it and can give it back."""
        async with self._database.transaction(agency_id) as tx:
            agency = await agencies.by_id(tx.session, agency_id)
            if agency is None or agency.hand_over_ahead_minutes == 0:
                return None
            ways = (await ways_of(tx.session, self._providers, agency, channel))[:1]
            lane = self._lane_of(agency, channel, ways, tx.now)
        return lane if ways and ahead_by(lane, ways[0]) else None

    async def _slot(self, lane: Lane, reached: datetime | None) -> Slot | None:
        """Return the next minute in which something falls due that can still be handed over."""
        way = lane.ways[0]
        async with self._database.transaction(lane.agency.id) as tx:
            now = tx.now
            after = max(now + lead(way.provider.capabilities), reached or now)
            until = now + ahead_by(lane, way)
            due = await ahead.next_due(tx.session, lane.agency.id, lane.channel, after, until)
        if due is None:
            return None
        send_at = end_of_minute(due)
        return Slot(max(after, send_at - MINUTE), send_at)

    async def _claim_slot(self, lane: Lane, slot: Slot, fence: str) -> tuple[Lane, Batch]:
        """Claim what leaves at one time, under one fence; what cannot be had then waits for its own time."""
        batch = Batch(self._boot_clock() + WRITE_WITHIN, send_at=slot.send_at, fence=fence, more=False)
        leased = await self._lease(lane)
        async with self._database.transaction(lane.agency.id) as tx:
            session, agency = tx.session, lane.agency.id
            await switches.claiming(session, agency)
            lane = replace(lane, open_until=await self._open_then(session, lane, slot))
            batch.turn = await breakers.next_turn(session, agency, lane.channel, lane.ways, wait=True)
            limit = min(leased, UNDER_ONE_FENCE if fence else BATCH, (batch.turn and batch.turn.limit) or BATCH)
            due = await self._due_then(session, lane, slot, limit if batch.turn is not None else 0)
            batch.seen = len(due)
            await self._take(tx, lane, batch, due)
            await self._give_back(session, lane, batch, leased)
        batch.more = 0 < limit == batch.seen
        return lane, batch

    async def _open_then(self, session: Session, lane: Lane, slot: Slot) -> dict[str, datetime]:
        """Return the places that are open when the slot leaves, with their closing times."""
        found = {}
        for place in await ahead.places(session, lane.agency.id, lane.channel, slot):
            opening = lane.calendar.next_opening(parse_place(place), lane.channel, slot.send_at)
            if opening is not None and opening.opens_at <= slot.send_at:
                found[place] = opening.closes_at
        return found

    async def _due_then(self, session: Session, lane: Lane, slot: Slot, limit: int) -> Sequence[Row[Any]]:
        if not limit or not lane.open_until:
            return []
        allowed = (await self._ladders.book(session, lane.agency.id)).allowed
        return await ahead.due_then(
            session, lane.agency.id, lane.channel, slot, allowed=allowed, places=list(lane.open_until), limit=limit
        )
