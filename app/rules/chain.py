"""The chain over the ledger: how a line is written, the hash that binds it to the one before, and signed heads.

`docs/ledger.md` states this exactly, for whoever checks it with another program.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

CHAIN: Final = "consent"
"""The one ledger that has a chain so far."""
BEFORE_THE_FIRST: Final = bytes(32)
"""What stands in the place of the hash before the first line."""
LINE: Final = (
    "agency_id", "id", "seq", "member_id", "address_index", "address_stopped", "channel", "purpose", "granted", "basis",
    "with_whom", "evidence_digest", "wording", "language", "source", "at", "until", "recorded_at",
)  # fmt: skip
"""What a line of the chain holds beside its number."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain, or of a part of it: every line up to `number` follows from `hash`."""

    agency_id: UUID
    number: int
    hash: bytes
    at: datetime
    """When it was said."""
    chain: str = CHAIN

    def said(self) -> dict[str, Any]:
        """Return the head as it is signed."""
        return {name: written(getattr(self, name)) for name in ("agency_id", "chain", "number", "hash", "at")}


def written(value: object) -> Any:  # noqa: ANN401  (what JSON knows)
    """Return a value as the chain writes it: times in UTC with microseconds, ids as text, bytes in hexadecimal."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value) if isinstance(value, UUID) else value


def line(number: int, row: object) -> dict[str, Any]:
    """Return a line of the ledger as the chain holds it; `row` has an attribute for each part."""
    return {"number": number, **{name: written(getattr(row, name)) for name in LINE}}


def canonical(said: Mapping[str, Any]) -> bytes:
    """Return JSON in its one form: keys in order, no spaces, nothing but ASCII."""
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def hash_of(before: bytes, said: Mapping[str, Any]) -> bytes:
    """Return the hash of a line that follows the line with the hash `before`."""
    return sha256(before + canonical(said)).digest()


class Signer:
    """Signs heads with Ed25519; whoever has its public key can tell them from others."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> str:
        """The public key, in hexadecimal digits."""
        return self._key.public_key().public_bytes_raw().hex()

    def signed(self, head: Head) -> dict[str, Any]:
        """Return a head with its signature and the key to check it by."""
        said = head.said()
        return {"head": said, "signature": self._key.sign(canonical(said)).hex(), "public_key": self.public}
