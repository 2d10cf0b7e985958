import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.rules.chain import BEFORE_THE_FIRST, LINE, Head, Signer, canonical, hash_of, line, written

NOON = datetime(2026, 11, 2, 20, tzinfo=UTC)
ROW = SimpleNamespace(**{**dict.fromkeys(LINE), "id": UUID(int=7), "at": NOON, "granted": True, "with_whom": "Ñ"})


def test_values_are_written_in_one_form():
    elsewhere = NOON.astimezone(timezone(timedelta(hours=-8)))
    assert written(NOON) == written(elsewhere) == "2026-11-02T20:00:00.000000Z"
    assert written(UUID(int=7)) == "00000000-0000-0000-0000-000000000007"
    assert written(b"\x01\xff") == written(memoryview(b"\x01\xff")) == "01ff"
    assert [written(one) for one in (None, True, "a", 3)] == [None, True, "a", 3]


def test_json_has_one_form_too():
    assert canonical({"b": "Ñ", "a": [1, None]}) == b'{"a":[1,null],"b":"\\u00d1"}'
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": float("nan")})


def test_a_line_has_its_number_and_all_its_parts():
    assert set(line(3, ROW)) == {"number", *LINE}
    assert line(3, ROW)["at"] == "2026-11-02T20:00:00.000000Z"


def test_the_hash_is_sha256_over_the_one_before_and_the_line():
    said = line(1, ROW)
    plain = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    assert hash_of(BEFORE_THE_FIRST, said) == hashlib.sha256(bytes(32) + plain).digest()
    assert hash_of(BEFORE_THE_FIRST, said) != hash_of(bytes([1]) * 32, said)
    assert hash_of(BEFORE_THE_FIRST, said) != hash_of(BEFORE_THE_FIRST, line(2, ROW))


def test_a_head_is_signed_with_a_key_that_follows_from_its_seed():
    signed = Signer(bytes(32)).signed(Head(UUID(int=1), 4, b"\xaa" * 32, NOON))
    assert signed["head"] == {
        "agency_id": str(UUID(int=1)), "chain": "consent", "number": 4, "hash": "aa" * 32,
        "at": "2026-11-02T20:00:00.000000Z",
    }  # fmt: skip
    assert signed["public_key"] == Signer(bytes(32)).public != Signer(b"k" * 32).public
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signed["public_key"]))
    key.verify(bytes.fromhex(signed["signature"]), canonical(signed["head"]))
    with pytest.raises(InvalidSignature):
        key.verify(bytes.fromhex(signed["signature"]), canonical({**signed["head"], "number": 5}))
