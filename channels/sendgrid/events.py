"""What SendGrid's signed event webhook tells us, and whether it is SendGrid's at all."""

import base64
import importlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from channels.signals import BadSignature, Callback, OptOut, Receipt, Signal, Status
from channels.transport import header

OLDEST = timedelta(minutes=10)
"""A signed callback older than this is stale."""
EARLIEST = timedelta(minutes=5)
"""How far ahead of our clock SendGrid's may be."""

_SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
_STAMP = "X-Twilio-Email-Event-Webhook-Timestamp"

RECEIPTS: Mapping[str, tuple[Status, str]] = MappingProxyType(
    {
        "processed": (Status.ACCEPTED, ""),
        "deferred": (Status.ACCEPTED, ""),
        "delivered": (Status.DELIVERED, ""),
        "bounce": (Status.UNDELIVERED, "bounced"),
        "blocked": (Status.UNDELIVERED, "blocked"),
        "dropped": (Status.UNDELIVERED, "dropped"),
    }
)
"""SendGrid's word for an event: our status, and the reason if the mail was not delivered."""
OPT_OUTS: Mapping[str, str] = MappingProxyType(
    {
        "spamreport": "spam_report",
        "unsubscribe": "unsubscribed",
        "group_unsubscribe": "unsubscribed",
    }
)

_Event = Mapping[str, object]


def public_key(key: str) -> EllipticCurvePublicKey:
    """Load a verification key as SendGrid shows it, in base64; raises `ValueError` if it is none."""
    try:
        loaded = load_der_public_key(base64.b64decode(key, validate=True))
    except ValueError as error:
        raise ValueError("not a public key in base64") from error
    if not isinstance(loaded, EllipticCurvePublicKey):
        raise ValueError("not an elliptic curve key")  # noqa: TRY004  a wrong setting, not a wrong call
    return loaded


def verify(callback: Callback, keys: Sequence[EllipticCurvePublicKey]) -> None:
    """Check signature and age; raises `BadSignature`."""
    signature = header(callback.headers, _SIGNATURE)
    stamp = header(callback.headers, _STAMP)
    if not _fresh(stamp, callback.received_at):
        raise BadSignature
    if not any(_genuine(callback.body, signature, stamp, key) for key in keys):
        raise BadSignature


def signals(body: bytes) -> list[Signal]:
    """Read a verified batch of events; what is malformed, or not about a message of ours, is skipped."""
    found = (_signal(event) for event in _events(body))
    return [signal for signal in found if signal is not None]


def sent_as(message_id: str) -> str:
    """Cut what SendGrid appends to the X-Message-Id that it answered with."""
    return re.split(r"\.(?:filter|recv)", message_id, maxsplit=1)[0]


def _fresh(stamp: str, received_at: datetime) -> bool:
    if re.fullmatch(r"[0-9]{1,12}", stamp) is None:
        return False
    age = received_at.timestamp() - int(stamp)
    return -EARLIEST.total_seconds() <= age <= OLDEST.total_seconds()


@cache
def _verify_signature() -> Callable[..., bool]:
    """Load the vendor's check when it is first needed: its package takes a third of a second."""
    vendor = importlib.import_module("sendgrid.helpers.eventwebhook")
    check: Callable[..., bool] = vendor.EventWebhook().verify_signature
    return check


def _genuine(body: bytes, signature: str, stamp: str, key: EllipticCurvePublicKey) -> bool:
    """The vendor's check raises on what is malformed and skips stray characters; we refuse both."""
    try:
        if base64.b64encode(base64.b64decode(signature, validate=True)).decode() != signature:
            return False
        return _verify_signature()(body.decode(), signature, stamp, key)
    except ValueError:  # neither base64 nor UTF-8
        return False


def _events(body: bytes) -> list[_Event]:
    try:
        events = json.loads(body)
    except (ValueError, RecursionError):
        return []
    if not isinstance(events, list):
        return []
    return [event for event in events if isinstance(event, dict)]


def _signal(event: _Event) -> Signal | None:
    said, reference = _text(event, "event"), _text(event, "reference")
    if not reference:
        return None
    key = _text(event, "sg_event_id") or f"{reference}:{said}"
    if said in OPT_OUTS:
        return OptOut(reference, key, OPT_OUTS[said])
    if said == "bounce" and event.get("type") == "blocked":
        said = "blocked"  # the receiving server turned it away; the address may be a good one
    if said not in RECEIPTS:
        return None
    status, reason = RECEIPTS[said]
    provider_id = sent_as(_text(event, "sg_message_id"))
    return Receipt(reference, key, status, provider_id, reason, _code(event))


def _text(event: _Event, name: str) -> str:
    value = event.get(name)
    return value if isinstance(value, str) else ""


def _code(event: _Event) -> str:
    """Keep the enhanced status code (RFC 3463) and nothing of the reason, which is a stranger's text."""
    found = re.fullmatch(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}", _text(event, "status"))
    return found.group() if found else ""
