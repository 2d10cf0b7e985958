"""What is held of one member while events are applied, as plain values without a database type."""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from app.rules.facts import Channel, LineKind, RenewalStatus

Stamp = tuple[datetime, str, str]
"""When a group of facts was last set: the event's time, then its source and id to break ties."""


class Stamps(MutableMapping[str, Stamp]):
    """When each group of a member's facts was last set; what was held before is read only where it is asked for."""

    __slots__ = ("_held", "_read", "said")

    def __init__(self, held: Mapping[str, Sequence[str]] | None = None) -> None:
        """`held` are stamps as they are kept: the time in ISO 8601, source and id."""
        self._held, self._read = held or {}, dict[str, Stamp]()
        self.said: set[str] = set()
        """The groups that were set anew."""

    def __getitem__(self, name: str) -> Stamp:
        """Return a group's stamp."""
        if name not in self._read:
            at, source, id_ = self._held[name]
            self._read[name] = datetime.fromisoformat(at), source, id_
        return self._read[name]

    def __setitem__(self, name: str, stamp: Stamp) -> None:
        """Set a group's stamp."""
        self._read[name] = stamp
        self.said.add(name)

    def __delitem__(self, name: str) -> None:
        """Refuse: what was said once stays said."""
        raise TypeError(name)

    def __contains__(self, name: object) -> bool:
        """Say whether a group was ever set."""
        return name in self._read or name in self._held

    def __iter__(self) -> Iterator[str]:
        """Give the names of the groups."""
        return iter({**self._held, **self._read})

    def __len__(self) -> int:
        """Count the groups."""
        return len({**self._held, **self._read})

    def written(self, name: str) -> tuple[str, str, str]:
        """Return a group's stamp as it is kept."""
        at, source, id_ = self[name]
        return at.isoformat(), source, id_

    def parts_of(self, whole: str) -> Iterator[Stamp]:
        """Give the stamps of a group's parts (`whole/part`)."""
        return (self[name] for name in self if name.startswith(f"{whole}/"))


BY_STAFF = "/v1/members/consents"
"""The source of events by which an agency's own people write a yes or a no."""
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
    with_whom: str | None = None
    """Between whom and the person it is; without a name it is the agency that keeps the ledger."""
    address_stopped: bool | None = None
    """What it does to the address for everybody who lists it: stop it, lift a stop, or nothing."""
    again: bool = False
    """Whether it says what was said before: it is written only if it lifts a stop."""


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
    stamps: Stamps = field(default_factory=Stamps)
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
    private_said: bool = False
    """Whether something of `private` was said anew."""
    ref_said: bool = False
    """Whether the reference was given just now."""
    merged_into: UUID | None = None
    """The record of the county's that took a sign-up over just now."""
    born_held: date | None = None
    """The month of birth, where `private` was not opened."""

    @property
    def born_in(self) -> date | None:
        """The first day of the month of birth."""
        born = self.private.get("date_of_birth")
        return date.fromisoformat(born).replace(day=1) if born else self.born_held

    def points_of(self, kind: str) -> list[Point]:
        """Return the listed contact points of one kind, best first."""
        found = [point for point in self.points.values() if point.kind == kind and point.listed]
        return sorted(found, key=lambda point: (point.rank, point.id))
