"""Lanes: one agency's senders on one channel, the ways out that they have, and what a transaction claimed for one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.db import credentials
from app.db.transaction import Row, Session
from app.pipeline.breakers import Turn, Way
from app.pipeline.providers import Providers
from app.rules.agency import DEFAULT_RATES, Agency
from app.rules.caps import Cap
from app.rules.facts import Channel
from channels.contract import OutgoingMessage
from schedules.calendar import Calendar

PACED = frozenset({"reminder", "broadcast"})
"""The kinds that keep to windows and rates; codes, replies and welcomes go first."""
A_SECOND = timedelta(seconds=1)
RATE_NAMES = {
    Channel.SMS: "sms_segments_per_second",
    Channel.VOICE: "calls_per_second",
    Channel.EMAIL: "emails_per_second",
}
PRICE_NAMES = {Channel.SMS: "sms_segment", Channel.VOICE: "call_minute", Channel.EMAIL: "email"}


@dataclass(frozen=True, slots=True)
class Lane:
    """One agency on one channel: its ways out, the preferred one first, and which places are open until when."""

    agency: Agency
    channel: Channel
    ways: tuple[Way, ...]
    open_until: Mapping[str, datetime]
    calendar: Calendar
    cap: Cap
    """How often it may reach one address."""

    @property
    def key(self) -> str:
        """Its name in logs and rates."""
        return f"{self.agency.code}/{self.channel}"

    @property
    def price(self) -> float:
        """What a segment, a minute or a message costs."""
        return self.agency.prices[PRICE_NAMES[self.channel]]

    def rate(self, *, paced: bool) -> float | None:
        """Return how many a second may leave; None for as fast as it goes."""
        name = RATE_NAMES[self.channel]
        return self.agency.rates.get(name) or (DEFAULT_RATES[name] if paced else None)

    def open_places(self, now: datetime) -> list[str]:
        """Return the places that are open."""
        return [place for place, closes in self.open_until.items() if now < closes]

    def is_open_for(self, row: Row[Any], now: datetime) -> bool:
        """Say whether a row may leave at this hour."""
        closes = self.open_until.get(row.place)
        return row.kind not in PACED or (closes is not None and now < closes)

    def valid_for(self, row: Row[Any], now: datetime) -> timedelta:
        """Return how long the provider may hold a text, so that none leaves after its opening or deadline."""
        closes = self.open_until.get(row.place, row.deadline_at) if row.kind in PACED else row.deadline_at
        ends: datetime = min(row.deadline_at, closes)
        return max(ends - now, A_SECOND)


@dataclass(slots=True)
class Batch:
    """What one transaction claimed: messages with the rows and attempts they belong to, and whose turn it is."""

    not_after: float
    """Seconds of the boot clock."""
    send_at: datetime | None = None
    """Business time until which the provider is to hold it; none for what leaves at once."""
    fence: str = ""
    turn: Turn | None = None
    messages: list[OutgoingMessage] = field(default_factory=list)
    rows: list[Row[Any]] = field(default_factory=list)
    attempts: list[UUID] = field(default_factory=list)
    seen: int = 0
    """How many due rows were looked at, those that were refused included."""
    more: bool = True
    """Whether another batch may be due."""

    def on_machine(self, session: Session) -> datetime | None:
        """Return the machine time until which the provider is to hold it."""
        return self.send_at and session.machine_now + (self.send_at - session.now)


async def ways_of(session: Session, providers: Providers, agency: Agency, channel: Channel) -> tuple[Way, ...]:
    """Return the ways out that an agency has on a channel: each provider that it has a sender for."""
    own = await credentials.of(session, agency.id) if agency.own_credentials else {}
    mine = providers.with_own(agency.id, credentials.settings_of(own))
    marks = {name: held.account for name, held in own.items()}
    return tuple(
        Way(one, sender, marks.get(one.name, ""))
        for one in mine.of(channel)
        if (sender := agency.sender(channel, one.name))
    )
