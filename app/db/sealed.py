"""Sealed columns: AES-256-GCM with a key ring and associated data, and the keyed blind index.

A sealed value is `version (1) · key id (4) · nonce (12) · ciphertext and tag`. The associated data names
the column, the agency and the row, so a ciphertext moved elsewhere does not open. A member's own key,
itself sealed by the ring, seals what deletion must surely destroy.
"""

import hmac
import secrets
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
HEAD = 17
INDEX_BYTES = 16
CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ"
CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0 O 1 I L U: they are misread or spell words
CODE_LENGTH = 8
LETTER_OF = (CODE_LETTERS * 12)[:256]
SIGN_OF = (CODE_SIGNS * 9)[:256].encode()
"""What a byte of a MAC reads as; some signs come a little more often, which a code to search by can bear."""


def associated(column: str, agency: UUID, row: UUID) -> bytes:
    """Return what binds a sealed value to its place."""
    return column.encode() + agency.bytes + row.bytes


class KeyRing:
    """The keys that seal; the first encrypts, all decrypt."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._by_id = {sha256(key).digest()[:4]: AESGCM(key) for key in keys}
        self._head = VERSION + sha256(keys[0]).digest()[:4]
        self._first = AESGCM(keys[0])

    def seal(self, value: str | bytes, place: bytes) -> bytes:
        """Encrypt a value for one place (see `associated`)."""
        plain = value.encode() if isinstance(value, str) else value
        nonce = secrets.token_bytes(12)
        return self._head + nonce + self._first.encrypt(nonce, plain, place)

    def open_bytes(self, sealed: bytes, place: bytes) -> bytes:
        """Decrypt; raises `cryptography.exceptions.InvalidTag` or `KeyError` for a strange value."""
        return self._by_id[sealed[1:5]].decrypt(sealed[5:HEAD], sealed[HEAD:], place)

    def open(self, sealed: bytes, place: bytes) -> str:
        """Decrypt text."""
        return self.open_bytes(sealed, place).decode()


class BlindIndex:
    """Keyed digests: of contact values and references for look-ups, of attempts for callbacks and codes."""

    def __init__(self, key: bytes) -> None:
        self._values, self._attempts, self._tokens, self._codes, self.heads = (
            hmac.digest(key, purpose, sha256) for purpose in (b"values", b"attempts", b"tokens", b"codes", b"heads")
        )
        """`heads` is the seed of the key that signs the heads of the ledger's chains."""

    def of(self, column: str, agency: UUID, value: str) -> bytes:
        """Return the index of a canonical value, per agency and column."""
        return hmac.digest(self._values, associated(column, agency, agency) + value.encode(), sha256)[:INDEX_BYTES]

    def of_bytes(self, column: str, agency: UUID, value: bytes) -> bytes:
        """Return the index of raw bytes, per agency and column, in full length."""
        return hmac.digest(self._values, associated(column, agency, agency) + value, sha256)

    def one_time(self, code: str, place: bytes) -> bytes:
        """Return the digest under which a one-time code is kept."""
        return hmac.digest(self._codes, place + code.encode(), sha256)

    def reference(self, attempt: UUID) -> str:
        """Return an attempt's reference: its id and a MAC, safe in a path."""
        return self.marks(attempt)[0]

    def marks(self, attempt: UUID) -> tuple[str, str]:
        """Return an attempt's reference, and the short code printed in its words: a letter, then letters and digits."""
        mac = hmac.digest(self._attempts, attempt.bytes, sha256)
        code = LETTER_OF[mac[10]] + mac[11 : 10 + CODE_LENGTH].translate(SIGN_OF).decode()
        return f"{attempt.hex}{mac[:10].hex()}", code

    def attempt(self, reference: str) -> UUID | None:
        """Return the attempt that a reference names, None for a forged one."""
        try:
            attempt = UUID(hex=reference[:32])
        except ValueError:
            return None
        mac = hmac.digest(self._attempts, attempt.bytes, sha256)[:10]
        return attempt if hmac.compare_digest(f"{attempt.hex}{mac.hex()}".encode(), reference.encode()) else None

    def token(self, purpose: str, row: UUID) -> str:
        """Return an unguessable token for one row and purpose, safe in a path."""
        mac = hmac.digest(self._tokens, purpose.encode() + row.bytes, sha256)[:12]
        return f"{row.hex}{mac.hex()}"

    def row_of(self, purpose: str, token: str) -> UUID | None:
        """Return the row that a token names, None for a forged one."""
        try:
            row = UUID(hex=token[:32])
        except ValueError:
            return None
        return row if hmac.compare_digest(self.token(purpose, row).encode(), token.encode()) else None
