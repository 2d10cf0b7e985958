"""Is a callback from Telnyx? Ed25519 over the moment of sending, a bar and the raw body."""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from channels.signals import BadSignature, Callback
from channels.transport import header

OLDEST = timedelta(minutes=10)
"""A signed callback older than this is stale; Telnyx tries three times within seconds, and no longer."""
EARLIEST = timedelta(minutes=5)
"""How far ahead of our clock Telnyx's may be."""

_SIGNATURE = "telnyx-signature-ed25519"
_STAMP = "telnyx-timestamp"
_SECONDS = re.compile(r"[0-9]{1,11}")


def public_key(key: str) -> Ed25519PublicKey:
    """Load a verification key as Telnyx shows it, in base64; raises `ValueError` if it is none."""
    try:
        return Ed25519PublicKey.from_public_bytes(b64decode(key, validate=True))
    except ValueError as error:
        raise ValueError("not an Ed25519 public key in base64") from error


class Signatures:
    """Verifies callbacks with any of several keys, so that a key can be replaced without a gap."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [public_key(key) for key in keys if key]

    def verify(self, callback: Callback) -> None:
        """Check signature and age; raises `BadSignature`."""
        stamp, signature = header(callback.headers, _STAMP), _decoded(header(callback.headers, _SIGNATURE))
        if not _is_fresh(stamp, callback.received_at):
            raise BadSignature
        signed = stamp.encode() + b"|" + callback.body
        if not any(_signed(key, signature, signed) for key in self._keys):
            raise BadSignature


def _is_fresh(stamp: str, now: datetime) -> bool:
    if _SECONDS.fullmatch(stamp) is None:
        return False
    age = now.timestamp() - int(stamp)
    return -EARLIEST.total_seconds() <= age <= OLDEST.total_seconds()


def _decoded(signature: str) -> bytes:
    """Decode strictly: two spellings of one signature would be two callbacks."""
    try:
        raw = b64decode(signature, validate=True)
    except ValueError:
        return b""
    return raw if b64encode(raw).decode() == signature else b""


def _signed(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True
