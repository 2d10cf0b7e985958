"""What a county tells us, as values: the facts inside each county event.

Absent facts are `UNCHANGED`, `None` means removed (`interface.md`, County systems). Months are the
first day of the month. Phones are E.164, e-mails canonical, languages BCP 47; times are aware.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Final, TypeAlias, TypeVar


class _Unchanged(Enum):
    TOKEN = "unchanged"  # noqa: S105  (a name, not a secret)

    def __repr__(self) -> str:
        return "UNCHANGED"


UNCHANGED: Final = _Unchanged.TOKEN
T = TypeVar("T")
Maybe: TypeAlias = T | _Unchanged | None


class Channel(StrEnum):
    """How a message can reach a person."""

    SMS = "sms"
    EMAIL = "email"
    VOICE = "voice"


class LineKind(StrEnum):
    """What kind of line a phone number is."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    UNKNOWN = "unknown"


class RenewalStatus(StrEnum):
    """Where a renewal stands (`interface.md`, renewal status)."""

    UNKNOWN = "unknown"
    UPCOMING = "upcoming"
    AUTO_RENEWED = "auto_renewed"
    PACKET_MAILED = "packet_mailed"
    INFORMATION_REQUESTED = "information_requested"
    FORM_RECEIVED = "form_received"
    RENEWED = "renewed"
    DISCONTINUED_PROCEDURAL = "discontinued_procedural"
    INELIGIBLE = "ineligible"
    RESTORED = "restored"
    CURE_EXPIRED = "cure_expired"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number of a member, best first by `rank` (1 is best)."""

    number: str = field(repr=False)
    kind: LineKind = LineKind.UNKNOWN
    rank: int = 1


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail address of a member, best first by `rank` (1 is best)."""

    address: str = field(repr=False)
    rank: int = 1


@dataclass(frozen=True, slots=True)
class Representative:
    """Who acts for the member (a minor's parent, a guardian)."""

    first_name: str | None = field(default=None, repr=False)
    relation: str | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """One yes or no. `channel` None means all; `address` None means the points of that channel held now."""

    channel: Channel | None
    granted: bool
    purpose: str = "renewal"
    basis: str = ""
    at: datetime | None = None
    evidence: str = field(default="", repr=False)
    until: datetime | None = None
    address: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RenewalDue:
    """When a program is to be renewed, how often, and by whom."""

    program: str
    renewal_month: date
    cycle_months: int | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class MemberUpdated:
    """Creates a member or changes what is known of one."""

    first_name: Maybe[str] = field(default=UNCHANGED, repr=False)
    date_of_birth: Maybe[date] = field(default=UNCHANGED, repr=False)
    language_written: Maybe[str] = UNCHANGED
    language_spoken: Maybe[str] = UNCHANGED
    timezone: Maybe[str] = UNCHANGED
    zip: Maybe[str] = field(default=UNCHANGED, repr=False)
    representative: Maybe[Representative] = UNCHANGED
    phones: Maybe[tuple[Phone, ...]] = field(default=UNCHANGED, repr=False)
    emails: Maybe[tuple[Email, ...]] = field(default=UNCHANGED, repr=False)
    channels: Maybe[tuple[Channel, ...]] = UNCHANGED
    consents: tuple[Consent, ...] = ()
    renewals: tuple[RenewalDue, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberLeft:
    """The member moved to another county, died or was removed (`how`: `moved`, `deceased`, `removed`)."""

    how: str
    to_county_code: str | None = None


@dataclass(frozen=True, slots=True)
class RenewalChanged:
    """A renewal's status as the county sees it; dates that the event did not give are None."""

    program: str
    renewal_month: date
    status: RenewalStatus
    packet_mailed_on: date | None = None
    requested_on: date | None = None
    due_on: date | None = None
    received_on: date | None = None
    effective_on: date | None = None
    next_renewal_month: date | None = None
    cycle_months: int | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class MilestoneSet:
    """A date in a member's life with a program; `on` None removes it."""

    kind: str
    program: str
    on: date | None


Facts = MemberUpdated | MemberLeft | RenewalChanged | MilestoneSet | Consent


@dataclass(frozen=True, slots=True)
class CountyEvent:
    """A county event: what, about whom (`subject` is the `member_ref`), and when it was so."""

    id: str
    source: str
    type: str
    time: datetime
    subject: str = field(repr=False)
    facts: Facts
    payload: bytes = field(default=b"", repr=False)
    """The event as received, to be sealed."""
