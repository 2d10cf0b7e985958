"""What the pages say of a message: who carried it, how it stands, its size, and how a call went."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit

from channels.segments import segments
from channels.simulator.ledger import Fact, Message
from channels.simulator.outcomes import OUTCOMES, outcome_for
from channels.simulator.telephone import BY_ITSELF
from channels.simulator.telnyx_texts import CODES as TELNYX_CODES

GOOD, BAD, WAITING, QUIET = "good", "bad", "waiting", "quiet"
"""How a status is to be taken; the pages have a colour and a sign for each."""

_LABELS: Mapping[str, str] = {"twilio": "Twilio", "sendgrid": "SendGrid", "telnyx": "Telnyx", "smtp": "SMTP relay"}
_BY_CHANNEL: Mapping[str, str] = {"sms": "twilio", "voice": "twilio", "email": "sendgrid"}

STATUSES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("queued", "accepted", "processing", "processed"), ("accepted", WAITING)),
        "scheduled": ("scheduled", WAITING),
        **dict.fromkeys(("sending", "sent"), ("on its way", WAITING)),
        "deferred": ("put off", WAITING),
        "delivered": ("delivered", GOOD),
        "received": ("from the person", QUIET),
        **dict.fromkeys(("undelivered", "delivery_failed", "not_delivered"), ("not delivered", BAD)),
        **dict.fromkeys(("failed", "sending_failed"), ("failed", BAD)),
        "bounce": ("bounced", BAD),
        "blocked": ("blocked", BAD),
        "full": ("mailbox full", BAD),
        "dropped": ("dropped", BAD),
        "spamreport": ("reported as spam", BAD),
        "unsubscribe": ("unsubscribed with the provider", QUIET),
        **dict.fromkeys(("canceled", "cancelled"), ("taken back", QUIET)),
        "initiated": ("calling", WAITING),
        "ringing": ("ringing", WAITING),
        "in-progress": ("in the call", WAITING),
        "completed": ("ended", GOOD),
        "busy": ("busy", BAD),
        "no-answer": ("no answer", BAD),
    }
)
"""The providers' words: ours, and how it is to be taken."""
# The first outcome with a code is the plain one.
_CODES: Mapping[str, str] = {
    one.code: one.explanation.removeprefix("Not delivered: ") for one in reversed(OUTCOMES) if one.code
}
_MEANINGS: Mapping[str, str] = {**_CODES, **{telnyx: _CODES[twilio] for twilio, telnyx in TELNYX_CODES.items()}}
_ENDED_WITHOUT_US = frozenset({"busy", "no-answer", "failed", "canceled"})


def carrier(message: Message) -> str:
    """Return which provider carried a message."""
    name = str(message.detail.get("provider", _BY_CHANNEL[message.channel]))
    return _LABELS.get(name, name)


def standing(message: Message) -> str:
    """Return how a message stands, in a few words."""
    return STATUSES.get(message.status, (message.status, QUIET))[0]


def tone(message: Message) -> str:
    """Return how its status is to be taken."""
    return STATUSES.get(message.status, ("", QUIET))[1]


def code_of(message: Message) -> str:
    """Return the carrier's code for what went wrong; of a mail only its magic address tells it."""
    if message.channel != "email" or tone(message) != BAD:
        return message.code
    return message.code or outcome_for("email", message.recipient).code


def meaning_of(code: str) -> str:
    """Return what a provider's code says, as far as the simulator gives it."""
    return _MEANINGS.get(code, "")


def size(text: str) -> str:
    """Return the parts of a text, its alphabet, and the character that makes it long."""
    found = segments(text)
    parts = f"{found.count} segment{'' if found.count == 1 else 's'} · {found.encoding}"
    if not found.forced_by:
        return parts
    return f"{parts}, because of {found.forced_by} (U+{ord(found.forced_by):04X}) at character {found.forced_at}"


def size_in_short(text: str) -> str:
    """Return the same in two words."""
    found = segments(text)
    return f"{found.count} × {found.encoding}"


def picked_up(call: Message) -> str:
    """Return who picked up, nothing where nobody did or nobody looked."""
    told = str(call.detail.get("answered_by", ""))
    if not told or call.status in _ENDED_WITHOUT_US:
        return ""
    return "a person" if told == "human" else "an answering machine"


def seconds_of(call: Message) -> int:
    """Return how long an ended call took."""
    return int(call.detail.get("seconds", 0)) if call.status == "completed" else 0


DEEDS = frozenset({"pressed", "pressed_alone", "silence"})
"""The kinds of lines in which the person does something, or lets the time for it go by."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened in a call: words, a recording (`sound` is its address) or what the person did."""

    kind: str
    words: str = field(default="", repr=False)
    sound: str = field(default="", repr=False)


def course(happened: Iterable[Fact]) -> list[Line]:
    """Return how a call went, in order."""
    return [_LINES[fact.kind](fact) for fact in happened if fact.kind in _LINES]


def asks(happened: Sequence[Fact], status: str) -> bool:
    """Say whether a key may still be pressed: something was asked, and nobody has answered it or hung up since."""
    if status in _ENDED_WITHOUT_US:
        return False
    for fact in reversed(happened):
        if fact.kind == "keys":
            return True
        if fact.kind == "hung_up" or (fact.kind == "pressed" and (fact.value or fact.code != BY_ITSELF)):
            return False
    return False


def own_address(url: str, public_url: str) -> str:
    """Return the part of an address of ours that a page can load, nothing for any other."""
    if not url.startswith(f"{public_url}/"):
        return ""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _spoken(fact: Fact) -> Line:
    aside = fact.value.startswith("[") and not fact.code
    return Line("aside" if aside else "recording" if fact.code else "spoken", fact.value, fact.code)


def _pressed(fact: Fact) -> Line:
    if not fact.value:
        return Line("silence")
    return Line("pressed_alone" if fact.code == BY_ITSELF else "pressed", fact.value)


_LINES: Mapping[str, Callable[[Fact], Line]] = {
    "spoken": _spoken,
    "pressed": _pressed,
    "hung_up": lambda _: Line("hung_up"),
}
