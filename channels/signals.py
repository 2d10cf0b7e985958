"""What a provider tells us, in the channels' own words: receipts, replies, stops, what happens in a call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class BadSignature(Exception):
    """The callback is not from the provider, or it is stale."""


@dataclass(frozen=True, slots=True)
class Callback:
    """A provider's request to us, exactly as it arrived.

    `url` is the public address that the provider was given (from settings, never from a Host header);
    `part` is what follows the reference in the path (`""`, `keys`, `keys/es`, `status`), `kind` what stands
    before it: `messages`, `inbound`, `events`, `calls` or `voice` (a call to us).
    """

    url: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    reference: str = ""
    part: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a callback claims to be about, unproven: it only says whose keys are worth trying.

    `called` is our number that was texted or called. With neither it cannot be genuine.
    """

    reference: str = ""
    called: str = ""


class Status(StrEnum):
    """What a receipt can say of an attempt."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the provider says of an attempt; `key` is the same when the provider says the same again."""

    reference: str
    key: str
    status: Status
    provider_id: str = ""
    reason: str = ""
    provider_code: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """A text that a person sent us; `provider_did` is what the provider has already done about it by itself."""

    key: str
    sender: str = field(repr=False)
    recipient: str
    body: str = field(repr=False)
    provider_did: str = ""
    """`stop`, `start` or `help`: it keeps a list of its own and has answered, so we act but do not answer."""


@dataclass(frozen=True, slots=True)
class OptOut:
    """The reader told the provider to stop (spam report, unsubscribe)."""

    reference: str
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """The provider asks what a call shall say."""

    reference: str
    provider_id: str
    machine: bool = False


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The person on the phone pressed a key; no key at all is an empty `digits`."""

    reference: str
    provider_id: str
    digits: str
    part: str = ""
    """What followed the reference in the address (`keys`, `keys/es`), which says what was asked."""
    connected: bool | None = None
    """After a connection to another number: whether somebody there took the call; else nothing."""


@dataclass(frozen=True, slots=True)
class CallReceived:
    """Somebody calls one of our numbers, or presses a key in such a call (`part` says what was asked)."""

    provider_id: str
    caller: str = field(repr=False)
    called: str
    part: str = ""
    digits: str = ""
    connected: bool | None = None


Signal = Receipt | Reply | OptOut | CallAnswered | KeyPressed | CallReceived
