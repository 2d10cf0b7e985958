"""What Pigeon Post tells us: signed over time, address and body by a secret that both sides know."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence

from channels.signals import BadSignature, Callback, Receipt, Reply, Signal, Status
from channels.transport import header

HEADER = "Pigeon-Signature"
OLDEST, EARLIEST = 600, 300
"""Seconds that a callback may be old, and that Pigeon Post's clock may be ahead of ours."""
STATES: Mapping[str, tuple[Status, str]] = {
    "flying": (Status.ACCEPTED, ""),
    "landed": (Status.DELIVERED, ""),
    "lost": (Status.UNDELIVERED, "carrier_error"),
    "hawk": (Status.UNDELIVERED, "carrier_filtered"),
}
"""Pigeon Post's word for a state: our status, and the reason if it did not arrive."""


def signature(secret: str, stamp: str, url: str, body: bytes) -> str:
    """Return what Pigeon Post puts into its header."""
    signed = f"{stamp}\n{url}\n".encode() + body
    return f"{stamp}:{hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def genuine(callback: Callback, secret: str) -> None:
    """Check the signature over the raw bytes, in constant time, then the age; raises `BadSignature`."""
    said = header(callback.headers, HEADER)
    stamp = said.partition(":")[0]
    if re.fullmatch(r"[0-9]{1,12}", stamp) is None:
        raise BadSignature
    wanted = signature(secret, stamp, callback.url, callback.body)
    if not hmac.compare_digest(said.encode(errors="replace"), wanted.encode()):
        raise BadSignature
    if not -EARLIEST <= callback.received_at.timestamp() - int(stamp) <= OLDEST:
        raise BadSignature


def signals(callback: Callback) -> Sequence[Signal]:
    """Read a genuine callback; what it does not document says nothing."""
    match callback.kind, parsed(callback.body):
        case "messages", {"pigeon": str() as pigeon, "state": str() as state} if state in STATES:
            status, reason = STATES[state]
            return [Receipt(callback.reference, f"{pigeon}:{state}", status, pigeon, reason)]
        case "inbound", {"note": str() as note, "from": str() as sender, "to": str() as to, "text": str() as text}:
            return [Reply(note, sender, to, text)]
        case _:
            return []


def parsed(body: bytes) -> object:
    """Return what a body holds, nothing if it is no JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
