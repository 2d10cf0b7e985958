"""The port every provider's adapter speaks: what goes out, what comes back, in the channels' own words.

This file imports nothing of ours, so `channels/` could move to another project unchanged. Expected
outcomes are values (`Accepted`, `TryLater`, `Refused`, `Unclear`); the one exception is a callback
that is not from the provider (`BadSignature`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class BadSignature(Exception):
    """The callback is not from the provider, or it is stale."""


# --- what goes out ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mail:
    """What every reader of one e-mail batch shares; `[[word]]` marks what differs from person to person."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message for one person.

    `reference` comes back in every receipt; `code` is the short code printed in the words, by which
    a provider's list can be searched. `body` is a text, or what a call says; an e-mail has `mail`
    and the `words` for its marks instead.
    """

    reference: str
    code: str
    to: str = field(repr=False)
    sender: str
    language: str
    body: str = field(default="", repr=False)
    mail: Mail | None = field(default=None, repr=False)
    words: Mapping[str, str] = field(default_factory=dict, repr=False)
    unsubscribe_url: str = field(default="", repr=False)
    valid_for: timedelta | None = None
    alone: bool = False
    """An earlier try failed with others: it goes in a request of its own, so that one bad message holds up no batch."""


# --- what became of a send -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has the message."""

    provider_id: str
    segments: int = 0


@dataclass(frozen=True, slots=True)
class TryLater:
    """Surely not sent; the same message may work after a while."""

    reason: str
    provider_code: str = ""
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Surely not sent, and the provider will never take this message."""

    reason: str
    provider_code: str = ""


@dataclass(frozen=True, slots=True)
class Unclear:
    """It may have been sent: look it up before anything else."""

    detail: str


Outcome = Accepted | TryLater | Refused | Unclear


# --- what a look-up found --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lookup:
    """What to search a provider's own list for; `since` is machine time, aware, in UTC."""

    reference: str
    code: str
    to: str = field(repr=False)
    sender: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Present:
    """The provider has it."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class Absent:
    """The provider's complete list does not have it."""


@dataclass(frozen=True, slots=True)
class CannotSay:
    """The list could not be read, or does not tell."""

    detail: str


Found = Present | Absent | CannotSay


# --- what a provider tells us ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Callback:
    """A provider's request to us, exactly as it arrived.

    `url` is the public address that the provider was given (from settings, never from a Host header);
    `part` is what follows the reference in the path (`""`, `keys`, `status`).
    """

    url: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    reference: str = ""
    part: str = ""


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
    """A text that a person sent us."""

    key: str
    sender: str = field(repr=False)
    recipient: str
    body: str = field(repr=False)


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


Signal = Receipt | Reply | OptOut | CallAnswered | KeyPressed


# --- the port --------------------------------------------------------------------------------


class MessageChannel(Protocol):
    """A provider's adapter for one channel."""

    name: str
    batch: int
    """How many people one request carries."""

    async def send(self, messages: Sequence[OutgoingMessage], *, not_after: float) -> Sequence[Outcome]:
        """Send each message at most once and say what became of it, in the same order.

        `not_after` is in seconds of CLOCK_BOOTTIME and is checked right before each write: what is
        still unwritten then is `TryLater("deadline")`. Never retries, never raises for a provider's fault.
        """
        ...

    async def find(self, lookup: Lookup) -> Found:
        """Say what became of a message whose sending was unclear."""
        ...

    def read_callback(self, callback: Callback) -> Sequence[Signal]:
        """Verify a callback on its raw bytes and say what it tells us; raises `BadSignature`."""
        ...


@dataclass(frozen=True, slots=True)
class CallScript:
    """What a call says: the words, and where a pressed key is to be sent (empty: no keys, hang up after)."""

    words: Sequence[str] = field(repr=False)
    language: str
    keys_url: str = ""
    keys_hint: Sequence[str] = ()
    """Said after the first of `words` (who calls), before the rest."""


class CallChannel(MessageChannel, Protocol):
    """A channel whose provider asks back what to say."""

    def say(self, script: CallScript) -> str:
        """Return the provider's markup (XML) that speaks the script."""
        ...
