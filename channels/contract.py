"""The port every provider's adapter speaks: what goes out, and what became of it, in the channels' own words.

What a provider tells us later is in `signals`, what a call says in `speech`, what a reason means in
`reasons`; none of them imports anything else of ours, so `channels/` could move to another project
unchanged. Expected outcomes are values (`Accepted`, `TryLater`, `Refused`, `Unclear`); the one exception
is a callback that is not from the provider (`BadSignature`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from channels.listing import ListedPage
from channels.signals import Callback, Claim, Signal
from channels.speech import CallScript

# --- what an adapter can do ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider offers on one channel: data to decide by, and to show."""

    channel: Literal["sms", "email", "voice"]
    cost_unit: Literal["segment", "minute", "message"]
    batch: int = 1
    """How many people one request carries."""
    at_once: int = 1
    """How many requests are under way at a time."""
    longest: int = 0
    """Characters of a text, bytes of a whole mail; 0 where there is no limit of its own."""
    encodings: tuple[str, ...] = ("UTF-8",)
    voices: frozenset[str] = frozenset()
    """The languages (BCP 47) that a call can be spoken in."""
    can_schedule: bool = False
    """Whether `send_at` is kept; `soonest` and `latest` are how far ahead it may be."""
    soonest: timedelta = timedelta()
    latest: timedelta = timedelta()
    schedules_from: tuple[str, ...] = ()
    """How a sender begins by which `send_at` is kept; empty where any will do."""
    can_cancel: bool = False
    cancel_ahead: timedelta = timedelta()
    """How long before `send_at` a withdrawal must arrive to be sure: later, even `Canceled` is no promise."""
    needs_fence: bool = False
    """Whether only what was sent under a fence can be withdrawn."""
    can_find: bool = False
    can_list: bool = False
    """Whether `listed` gives everything that was accepted, whoever it was for."""
    can_redact: bool = False
    longest_validity: timedelta | None = None
    """How long a message can be told to wait at most; none where the provider takes no such word."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the provider would take messages from us now, and a sentence for an operator."""

    ok: bool
    detail: str


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
    category: str = ""
    """The template's key, for the provider's own statistics; nothing personal."""
    valid_for: timedelta | None = None
    send_at: datetime | None = None
    """The provider is to hold it until then (machine time, aware, in UTC)."""
    fence: str = ""
    """What `new_fence` gave: all messages that carry it can be withdrawn together."""
    alone: bool = False
    """An earlier try failed with others: it goes in a request of its own, so that one bad message holds up no batch."""


# --- what became of a send -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has the message; `cost` in US dollars where the answer tells it."""

    provider_id: str
    segments: int = 0
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class TryLater:
    """Surely not sent; the same message may work after a while. `reason` is a key of `reasons.REASONS`."""

    reason: str
    provider_code: str = ""
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Surely not sent, and the provider will never take this message; `reasons.REASONS` says whose fault it is."""

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
    not_these: frozenset[str] = frozenset()
    """The provider's ids of other attempts, for a list whose entries carry no mark of ours (calls)."""


@dataclass(frozen=True, slots=True)
class Present:
    """The provider has it."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class Absent:
    """The provider's complete list does not have it."""


@dataclass(frozen=True, slots=True)
class CannotSay:
    """It could not be asked, or the answer does not tell."""

    detail: str


Found = Present | Absent | CannotSay


# --- what can be taken back ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Handle:
    """A message at the provider: its id there, or the fence it was sent under."""

    provider_id: str
    fence: str = ""


@dataclass(frozen=True, slots=True)
class Canceled:
    """It will not be sent; with a fence, nothing that carries it will be."""


@dataclass(frozen=True, slots=True)
class TooLate:
    """It has left, or the provider does not take messages back."""

    detail: str


Withdrawal = Canceled | TooLate | CannotSay


@dataclass(frozen=True, slots=True)
class Redacted:
    """The provider holds neither words nor number any more."""


Redaction = Redacted | CannotSay


# --- the port --------------------------------------------------------------------------------


class MessageChannel(Protocol):
    """A provider's adapter for one channel; `defaults.Defaults` answers for what a provider does not offer."""

    name: str
    capabilities: Capabilities

    async def check(self) -> Health:
        """Say whether account and credentials work; never sends a message."""
        ...

    async def send(self, messages: Sequence[OutgoingMessage], *, not_after: float) -> Sequence[Outcome]:
        """Send each message at most once and say what became of it, in the same order.

        `not_after` is in seconds of CLOCK_BOOTTIME and is checked right before each request is begun: what
        has not begun by then is `TryLater("deadline")`. Opening a connection may come between the check and
        the first byte, for a few seconds. Never retries, never raises for a provider's fault.
        """
        ...

    async def new_fence(self) -> str:
        """Return an id under which messages can be withdrawn together; empty where there is none, or none to be had."""
        ...

    async def cancel(self, handle: Handle) -> Withdrawal:
        """Withdraw what was accepted and has not left yet."""
        ...

    async def find(self, lookup: Lookup) -> Found:
        """Say what became of a message whose sending was unclear."""
        ...

    async def listed(self, since: datetime, following: str = "") -> ListedPage | CannotSay:
        """Return a part of what was accepted since a moment (machine time); `following` is where the last one ended."""
        ...

    async def redact(self, handle: Handle) -> Redaction:
        """Erase words and number of a settled message at the provider."""
        ...

    def claim(self, callback: Callback) -> Claim | None:
        """Say, of a callback without a reference, what it claims to be about; None where that is not to be seen.

        Nothing is verified yet, so nothing may be done about it. Never raises.
        """
        ...

    def read_callback(self, callback: Callback) -> Sequence[Signal]:
        """Verify a callback on its raw bytes and say what it tells us; raises `BadSignature`."""
        ...

    async def close(self) -> None:
        """Give up connections of its own; further sends may open new ones."""
        ...


class CallChannel(MessageChannel, Protocol):
    """A channel whose provider asks back what to say."""

    def speaks(self, language: str) -> bool:
        """Say whether a voice speaks a language (BCP 47)."""
        ...

    def say(self, script: CallScript) -> str:
        """Return the provider's markup (XML) that speaks the script; without lines it hangs up."""
        ...
