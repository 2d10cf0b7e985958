"""What is held of one member while events are applied, as plain values without a database type."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from app.rules.facts import Channel, LineKind, RenewalStatus

Stamp = tuple[datetime, str, str]
"""When a group of facts was last set: the event's time, then its source and id to break ties."""

WEAK = "?"
"""How the tie of a yes begins that came in a list and without a date."""

KIND_OF: Mapping[Channel, str] = {Channel.SMS: "phone", Channel.VOICE: "phone", Channel.EMAIL: "email"}
"""Which kind of contact point a channel reaches."""


def index_form(kind: str, value: str) -> str:
    """Return the form of a contact value by which it is found: e-mails without regard to case."""
    return value.casefold() if kind == "email" else value


@dataclass(slots=True)
class Point:
    """A phone number or e-mail address; `value` is known only when it was said in this transaction."""

    id: UUID
    kind: str
    index: bytes = field(repr=False)
    rank: int
    line_kind: LineKind = LineKind.UNKNOWN
    zone: str | None = None
    state: str = "active"
    listed: bool = True
    place: str | None = None
    """Where its person may be (`schedules.places`), written out."""
    value: str | None = field(default=None, repr=False)
    changed: bool = False


@dataclass(slots=True)
class Renewal:
    """One program's renewal in one due month."""

    id: UUID
    program: str
    month: date
    status: RenewalStatus
    cycle_months: int = 12
    owner: str = "county"
    packet_mailed_on: date | None = None
    requested_on: date | None = None
    due_on: date | None = None
    received_on: date | None = None
    effective_on: date | None = None
    status_on: date | None = None
    """The day on which the county said the status."""
    cycle: int = 12
    """The months to the next renewal that hold for this month, whatever `cycle_months` was said."""
    changed: bool = False


@dataclass(slots=True)
class OccasionHeld:
    """What falls due for a member on a day and is no renewal; `status` is `upcoming` or `canceled`."""

    id: UUID
    occasion: str
    program: str
    on: date
    status: str = "upcoming"
    changed: bool = False

    @property
    def month(self) -> date:
        """The month in which it falls due."""
        return self.on.replace(day=1)


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One new line of the ledger."""

    index: bytes = field(repr=False)
    channel: Channel
    purpose: str
    granted: bool
    basis: str
    at: datetime
    until: datetime | None
    evidence: str = field(repr=False)
    source: str
    tie: str
    wording: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class ConsentHeld:
    """What the ledger says now of one address, channel and purpose."""

    granted: bool
    at: datetime
    tie: str
    until: datetime | None = None

    def weight(self) -> tuple[bool, datetime, str]:
        """Return what decides between two sayings: a weak yes counts least, then the later one wins."""
        return not self.tie.startswith(WEAK), self.at, self.tie


ConsentKey = tuple[Channel, str, bytes]


@dataclass(slots=True)
class Member:
    """A member with all that events may change; `changed` says whether a fact is now another."""

    id: UUID
    ref: str = field(repr=False)
    new: bool = False
    status: str = "active"
    to_county_code: str | None = None
    private: dict[str, str] = field(default_factory=dict, repr=False)
    """First name, birth date, ZIP and representative: sealed together."""
    language_written: str | None = None
    language_spoken: str | None = None
    timezone: str | None = None
    channels: list[str] | None = None
    stamps: dict[str, Stamp] = field(default_factory=dict)
    milestones: dict[str, str] = field(default_factory=dict)
    points: dict[bytes, Point] = field(default_factory=dict)
    renewals: dict[tuple[str, date], Renewal] = field(default_factory=dict)
    occasions: list[OccasionHeld] = field(default_factory=list)
    consents: dict[ConsentKey, ConsentHeld] = field(default_factory=dict)
    lines: list[ConsentLine] = field(default_factory=list)
    consents_set: set[ConsentKey] = field(default_factory=set)
    changed: bool = False
    touched: bool = False
    """Whether the member's own row has to be written: a fact or a stamp is another."""
    relocated: bool = False
    """Whether something that tells where the member is was said anew."""

    @property
    def born_in(self) -> date | None:
        """The first day of the month of birth."""
        born = self.private.get("date_of_birth")
        return date.fromisoformat(born).replace(day=1) if born else None

    def points_of(self, kind: str) -> list[Point]:
        """Return the listed contact points of one kind, best first."""
        found = [point for point in self.points.values() if point.kind == kind and point.listed]
        return sorted(found, key=lambda point: (point.rank, point.id))
