"""What stands in the `data` of each type of county event, and the facts it tells (`interface.md`, County systems)."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from app.api.fields import (
    Basis,
    BirthDay,
    CountyCode,
    Day,
    EmailAddress,
    FirstName,
    LanguageTag,
    MilestoneDay,
    Moment,
    Month,
    PhoneNumber,
    Rank,
    Word,
    Words,
    Zip,
    Zone,
    not_before,
    read_email_address,
    read_phone_number,
    wrong,
)
from app.rules import facts
from app.rules.facts import Channel, LineKind, RenewalStatus

PREFIX: Final = "org.keepcovered."


def _each_once(channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
    if len(set(channels)) != len(channels):
        raise wrong("name each channel once")
    return channels


Unique = Field(max_length=3, json_schema_extra={"uniqueItems": True})
Channels = Annotated[tuple[Channel, ...], Unique, AfterValidator(_each_once)]
Cycle = Literal[6, 12]
Owner = Literal["county", "ssa"]
ChannelOrAll = Literal["sms", "email", "voice", "all"]


class Part(BaseModel):
    """A part of an event's data; what it does not know it refuses."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Data(Part):
    """The data of one type of event."""

    def facts(self, _type: str) -> facts.Facts:
        """Return what the event tells."""
        raise NotImplementedError


class Phone(Part):
    """A phone number; rank 1 is the best."""

    number: PhoneNumber
    kind: LineKind = LineKind.UNKNOWN
    rank: Rank = 1


class Email(Part):
    """An e-mail address; rank 1 is the best."""

    address: EmailAddress
    rank: Rank = 1


class Representative(Part):
    """Who acts for the member."""

    first_name: FirstName | None = None
    relation: FirstName | None = None


class ConsentGiven(Part):
    """A consent that the county holds; without `granted_at` it never undoes a later no."""

    channel: ChannelOrAll
    purpose: Word = "renewal"
    basis: Basis | None = None
    granted_at: Moment | None = None
    evidence: Words | None = None
    until: Moment | None = None

    def fact(self) -> facts.Consent:
        """Return the consent as a fact."""
        return facts.Consent(
            channel=_channel(self.channel), granted=True, purpose=self.purpose, basis=self.basis or "",
            at=self.granted_at, evidence=self.evidence or "", until=self.until,
        )  # fmt: skip


class RenewalDue(Part):
    """When a program is to be renewed."""

    program: Word
    renewal_month: Month
    cycle_months: Cycle | None = None
    owner: Owner | None = None


class MemberUpdated(Data):
    """Creates or updates a member. Absent is unchanged, null is removed."""

    first_name: FirstName | None = None
    date_of_birth: BirthDay | None = None
    language_written: LanguageTag | None = None
    language_spoken: LanguageTag | None = None
    timezone: Zone | None = None
    zip: Zip | None = None
    representative: Representative | None = None
    phones: tuple[Phone, ...] | None = Field(default=None, max_length=20)
    emails: tuple[Email, ...] | None = Field(default=None, max_length=20)
    channels: Channels | None = None
    consents: tuple[ConsentGiven, ...] = Field(default=(), max_length=100)
    renewals: tuple[RenewalDue, ...] = Field(default=(), max_length=50)

    def facts(self, _type: str) -> facts.Facts:
        """Return the facts that were said."""
        said: dict[str, Any] = {name: getattr(self, name) for name in _PLAIN if name in self.model_fields_set}
        said |= {name: build(getattr(self, name)) for name, build in _LISTS.items() if name in self.model_fields_set}
        return facts.MemberUpdated(
            **said,
            consents=tuple(one.fact() for one in self.consents),
            renewals=tuple(facts.RenewalDue(**dict(one)) for one in self.renewals),
        )


_PLAIN: Final = ("first_name", "date_of_birth", "language_written", "language_spoken", "timezone", "zip", "channels")
_LISTS: Final[Mapping[str, Any]] = {
    "representative": lambda one: one and facts.Representative(one.first_name, one.relation),
    "phones": lambda all_: all_ and tuple(facts.Phone(one.number, one.kind, one.rank) for one in all_),
    "emails": lambda all_: all_ and tuple(facts.Email(one.address, one.rank) for one in all_),
}


class Nothing(Data):
    """An event that says everything by its type."""

    def facts(self, type_: str) -> facts.Facts:
        """Return that the member is gone."""
        return facts.MemberLeft("deceased" if type_.endswith("deceased") else "removed")


class MovedCounty(Data):
    """The member moved to another county."""

    to_county_code: CountyCode

    def facts(self, _type: str) -> facts.Facts:
        """Return where the member went."""
        return facts.MemberLeft("moved", self.to_county_code)


class Renewal(Data):
    """What every renewal event has; `STATUS` says what each type means."""

    program: Word
    renewal_month: Month

    def facts(self, type_: str) -> facts.Facts:
        """Return the renewal's status with the dates that were said."""
        said = {name: value for name, value in self if value is not None and name != "reason"}
        return facts.RenewalChanged(status=self.status(type_), **said)

    def status(self, type_: str) -> RenewalStatus:
        """Return the status that a type of event sets."""
        return RenewalStatus(type_.rpartition(".")[2])


class Upcoming(Renewal):
    """Sets or moves the month."""

    cycle_months: Cycle | None = None
    owner: Owner | None = None


class Renewed(Renewal):
    """The member is renewed, by the county alone or after papers came."""

    next_renewal_month: Month | None = None

    @field_validator("next_renewal_month")
    @classmethod
    def _next_is_later(cls, value: date | None, info: ValidationInfo) -> date | None:
        if value is not None and value <= info.data.get("renewal_month", date.min):
            raise wrong("the next month must be later than `renewal_month`")
        return value


class PacketMailed(Renewal):
    """The county mailed the renewal packet."""

    packet_mailed_on: Day | None = None
    due_on: Annotated[Day | None, AfterValidator(not_before("packet_mailed_on"))] = None


class InformationRequested(Renewal):
    """The county asked for papers."""

    requested_on: Day | None = None
    due_on: Annotated[Day | None, AfterValidator(not_before("requested_on"))] = None


class FormReceived(Renewal):
    """The county has the form."""

    received_on: Day | None = None


class Discontinued(Renewal):
    """Coverage ended."""

    reason: Literal["procedural", "ineligible"]
    effective_on: Day | None = None

    def status(self, _type: str) -> RenewalStatus:
        """Return the status by the reason."""
        procedural = self.reason == "procedural"
        return RenewalStatus.DISCONTINUED_PROCEDURAL if procedural else RenewalStatus.INELIGIBLE


class Milestone(Data):
    """A date in a member's life with a program; null removes it."""

    kind: Word
    program: Word
    on: MilestoneDay | None

    def facts(self, _type: str) -> facts.Facts:
        """Return the milestone."""
        return facts.MilestoneSet(self.kind, self.program, self.on)


class ConsentSaid(Data):
    """A yes or a no; without `address` it is about the points of that channel held at that moment."""

    channel: ChannelOrAll
    address: str | None = Field(default=None, max_length=255)
    purpose: Word = "renewal"
    basis: Basis | None = None
    evidence: Words | None = None
    until: Moment | None = None

    @field_validator("address")
    @classmethod
    def _address_fits(cls, value: str | None, info: ValidationInfo) -> str | None:
        return address_of(info.data.get("channel", "all"), value)

    def facts(self, type_: str) -> facts.Facts:
        """Return the consent."""
        return facts.Consent(
            channel=_channel(self.channel), granted=type_.endswith("granted"), purpose=self.purpose,
            basis=self.basis or "", evidence=self.evidence or "", until=self.until,
            address=self.address,
        )  # fmt: skip


def address_of(channel: str, address: str | None) -> str | None:
    """Return the canonical address for a channel; raises a fault if it is none."""
    if address is None:
        return None
    is_email = channel == "email" or (channel == "all" and "@" in address)
    return read_email_address(address) if is_email else read_phone_number(address)


def _channel(name: str) -> Channel | None:
    return None if name == "all" else Channel(name)


TYPES: Final[Mapping[str, type[Data]]] = {
    "member.updated": MemberUpdated,
    "member.moved_county": MovedCounty,
    "member.deceased": Nothing,
    "member.removed": Nothing,
    "renewal.upcoming": Upcoming,
    "renewal.auto_renewed": Renewed,
    "renewal.renewed": Renewed,
    "renewal.packet_mailed": PacketMailed,
    "renewal.information_requested": InformationRequested,
    "renewal.form_received": FormReceived,
    "renewal.discontinued": Discontinued,
    "renewal.restored": Renewal,
    "milestone.set": Milestone,
    "consent.granted": ConsentSaid,
    "consent.revoked": ConsentSaid,
}
"""The type of an event, without its prefix, and its data."""
