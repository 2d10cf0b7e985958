"""What SendGrid's events tell us, once their signature was checked."""

import json
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from channels.signals import Claim, OptOut, Receipt, Signal, Status
from channels.transport import id_from

RECEIPTS: Mapping[str, tuple[Status, str]] = MappingProxyType(
    {
        "processed": (Status.ACCEPTED, ""),
        "deferred": (Status.ACCEPTED, ""),
        "delivered": (Status.DELIVERED, ""),
        "bounce": (Status.UNDELIVERED, "bounced"),
        "blocked": (Status.UNDELIVERED, "blocked"),
        "dropped": (Status.UNDELIVERED, "refused"),
    }
)
"""SendGrid's word for an event: our status, and the reason if the mail was not delivered and nothing else is known."""
OPT_OUTS: Mapping[str, str] = MappingProxyType(
    {
        "spamreport": "spam_report",
        "unsubscribe": "unsubscribed",
        "group_unsubscribe": "unsubscribed",
    }
)
"""What ends our mail to a reader.

`group_resubscribe` is no consent: a person who stopped us opts in with us, not on a provider's list. `open` and
`click` prove nothing, because scanners do both, and our tracking is off.
"""
DROPPED: Mapping[str, str] = MappingProxyType(
    {
        "bounced address": "dropped",
        "invalid": "bad_address",
        "unsubscribed address": "opted_out",
        "spam reporting address": "opted_out",
        "invalid smtpapi header": "bad_content",
        "spam content": "bad_content",
    }
)
"""Why SendGrid itself dropped a mail, in its documented words; what is not listed is no fault of the address."""
STOPPED: Mapping[str, str] = MappingProxyType(
    {"unsubscribed address": "unsubscribed", "spam reporting address": "spam_report"}
)
"""The same words, where they tell of a stop that only SendGrid has heard."""
OF_CODE: Mapping[str, str] = MappingProxyType(
    {"2.2": "mailbox_full", "2.3": "too_long", "3.4": "too_long", "7": "blocked"}
)
"""What an enhanced status code (RFC 3463) says after its class; a whole subject stands alone."""
NOT_THE_ADDRESS = frozenset({"Content", "Reputation", "Frequency or Volume Too High", "Technical Failure"})
"""SendGrid's classes of bounces that blame anything but the address."""

_Event = Mapping[str, object]
_LARGEST_NUMBER = 10**18
_APPENDED = re.compile(r"\.(?:filter|recv).*", re.DOTALL)
_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
_NOTHING_SAID = ".0.0"
_IN_WORDS = re.compile(r"\s*[245][0-9]{2}[ -]([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])")


def signals(body: bytes) -> list[Signal]:
    """Read a verified batch of events; what is malformed, or not about a message of ours, is skipped."""
    return [signal for event in _events(body) for signal in _signals(event)]


def claim(body: bytes) -> Claim | None:
    """Say, before anything is verified, which message the first event of ours claims to be about."""
    references = (_mark(event, "reference") for event in _events(body))
    return next((Claim(one) for one in references if one), None)


def sent_as(message_id: str) -> str:
    """Cut what SendGrid appends to the X-Message-Id that it answered with."""
    return _APPENDED.sub("", message_id)


def _events(body: bytes) -> list[_Event]:
    try:
        events = json.loads(body)
    except (ValueError, RecursionError):
        return []
    if not isinstance(events, list):
        return []
    return [event for event in events if isinstance(event, dict)]


def _signals(event: _Event) -> Iterator[Signal]:
    said, reference = _text(event, "event"), _mark(event, "reference")
    if not reference:
        return
    key = _mark(event, "sg_event_id") or _own_key(event, reference, said)
    if said in OPT_OUTS:
        yield OptOut(reference, key, OPT_OUTS[said])
    if said not in RECEIPTS:
        return
    status, reason = RECEIPTS[said]
    code = ""
    if status is not Status.DELIVERED:
        code = _code(event)
        reason = _reason(event, said, code) if reason else ""
    yield Receipt(reference, key, status, sent_as(_mark(event, "sg_message_id")), reason, code)
    if said == "dropped" and (stop := STOPPED.get(_why(event))):
        yield OptOut(reference, f"{key}:stop", stop)


def _own_key(event: _Event, reference: str, said: str) -> str:
    """Tell apart what SendGrid says more than once of a mail, if it gave the event no id."""
    marks = (reference, said, _mark(event, "attempt"), _mark(event, "timestamp"))
    return ":".join(mark for mark in marks if mark)


def _reason(event: _Event, said: str, code: str) -> str:
    """Say why a mail did not arrive: SendGrid's own word first, then what the receiving server's code means."""
    if said == "dropped":
        return DROPPED.get(_why(event), RECEIPTS[said][1])
    kind, _, rest = code.partition(".")
    subject = rest.partition(".")[0]
    if told := OF_CODE.get(rest) or OF_CODE.get(subject):
        return told
    hard = event.get("type", "bounce") == "bounce" and kind != "4" and said == "bounce"
    return "bounced" if hard and _text(event, "bounce_classification") not in NOT_THE_ADDRESS else "blocked"


def _why(event: _Event) -> str:
    return _text(event, "reason").strip().lower()


def _text(event: _Event, name: str) -> str:
    value = event.get(name)
    return value if isinstance(value, str) else ""


def _mark(event: _Event, name: str) -> str:
    """Return an id or a number as text; what no database would keep as one is none."""
    value = event.get(name)
    return id_from(str(value) if isinstance(value, int) and abs(value) < _LARGEST_NUMBER else value)


def _code(event: _Event) -> str:
    """Keep the enhanced status code and nothing of the words around it, which are a stranger's text."""
    given = _STATUS.fullmatch(_text(event, "status"))
    if given and not given.group().endswith(_NOTHING_SAID):
        return given.group()
    said = _IN_WORDS.match(_text(event, "reason") or _text(event, "response"))
    return said[1] if said else given.group() if given else ""
