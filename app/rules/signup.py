"""What a sign-up is: the address that a person types, who signs up, and what there is to answer."""

import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.rules.emails import BadEmail, EmailFault, read_email
from app.rules.facts import Channel, LineKind
from app.rules.network import Network
from app.rules.phones import BadPhone, read_phone

PUNYCODE: Final = "xn--"
"""How a part of a domain begins that stands for letters beyond ASCII."""


class Who(StrEnum):
    """Who signs up."""

    MYSELF = "self"
    OTHER = "other"
    MINOR = "minor"


class AddressFault(StrEnum):
    """Why an address cannot be signed up; the same for known and unknown ones."""

    BAD_PHONE = "bad_phone"
    LANDLINE = "landline"
    BAD_EMAIL = "bad_email"
    LOOKALIKE = "lookalike"


class Refusal(StrEnum):
    """Why a sign-up or a code is not taken; the same for known and unknown addresses."""

    UNKNOWN_AGENCY = "unknown-agency"
    UNKNOWN_WORDING = "unknown-consent-wording"
    CHANNEL_NOT_OFFERED = "channel-not-offered"
    MINOR = "minor"
    TOO_MANY = "too-many-codes"
    PAUSED = "sign-up-paused"
    UNKNOWN_SIGNUP = "unknown-signup"
    WRONG_CODE = "wrong-code"


@dataclass(frozen=True, slots=True)
class SignupAsked:
    """What a person filled in; the address is canonical already."""

    agency: str
    channel: Channel
    address: str = field(repr=False)
    language: str
    wording: str
    renewal_month: date | None = None
    spoken: str | None = None
    who: Who = Who.MYSELF
    zip: str | None = field(default=None, repr=False)
    place: str | None = None
    """The flyer that a person came by."""
    network: Network | None = None
    shown_in: str | None = None
    """The language in which the wording was shown, if it was not the one chosen."""
    browser: str | None = field(default=None, repr=False)
    """What the browser was given that alone may type the code; None for callers of the API."""

    @property
    def heard_in(self) -> str:
        """The language of what is said or written to the person on the channel."""
        return self.spoken if self.channel is Channel.VOICE and self.spoken else self.language


@dataclass(frozen=True, slots=True)
class SignupTaken:
    """The answer: under which id the code is typed, and until when."""

    id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a sign-up stands, for the browser that asked."""

    id: UUID
    channel: Channel
    address: str = field(repr=False)
    confirmed: bool
    open: bool
    """Whether its code can still be typed."""


def read_address(channel: Channel, text: str) -> str | AddressFault:
    """Return a typed address in its canonical form, or why it cannot be signed up."""
    plain = unicodedata.normalize("NFKC", text).strip()  # full-width digits and letters come from Asian keyboards
    if channel is Channel.EMAIL:
        return _email(plain)
    read = read_phone(plain)
    if isinstance(read, BadPhone):
        return AddressFault.BAD_PHONE
    if channel is Channel.SMS and read.kind is LineKind.LANDLINE:
        return AddressFault.LANDLINE
    return read.number


def _email(plain: str) -> str | AddressFault:
    """Return the address in lower-case ASCII; letters of other scripts are refused, for they look like Latin ones."""
    if "@" in plain and not plain.isascii() and plain.isprintable():
        return AddressFault.LOOKALIKE
    read = read_email(plain)
    if isinstance(read, BadEmail):
        return AddressFault.LOOKALIKE if read.fault is EmailFault.MIXED_SCRIPTS else AddressFault.BAD_EMAIL
    labels = read.rpartition("@")[2].split(".")
    return AddressFault.LOOKALIKE if any(label.startswith(PUNYCODE) for label in labels) else read
