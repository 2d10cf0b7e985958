import hashlib
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from channels.signals import BadSignature
from channels.telnyx.signatures import Signatures, public_key
from tests.channels.telnyx.conftest import KEY, shown, signed

OTHER = Ed25519PrivateKey.from_private_bytes(b"8" * 32)
OURS = Signatures([shown(KEY), ""])


def test_a_genuine_callback_is_taken():
    OURS.verify(signed(b'{"data": {}}'))


def test_the_key_that_will_follow_is_taken_already():
    Signatures([shown(OTHER), shown(KEY)]).verify(signed(b"{}"))


@pytest.mark.parametrize("age", [timedelta(minutes=10), timedelta(minutes=-5)])
def test_a_callback_may_be_a_little_old_or_early(age):
    OURS.verify(signed(b"{}", age=age))


@pytest.mark.parametrize("age", [timedelta(minutes=10, seconds=1), timedelta(minutes=-5, seconds=-1)])
def test_a_stale_callback_is_refused(age):
    with pytest.raises(BadSignature):
        OURS.verify(signed(b"{}", age=age))


def test_a_forged_callback_is_refused():
    with pytest.raises(BadSignature):
        OURS.verify(signed(b"{}", key=OTHER))


def test_a_changed_body_is_refused():
    with pytest.raises(BadSignature):
        OURS.verify(replace(signed(b'{"a": 1}'), body=b'{"a": 2}'))


def test_a_moment_that_was_not_signed_is_refused():
    genuine = signed(b"{}")
    later = str(int(genuine.headers["Telnyx-Timestamp"]) + 1)
    with pytest.raises(BadSignature):
        OURS.verify(replace(genuine, headers={**genuine.headers, "Telnyx-Timestamp": later}))


@pytest.mark.parametrize("stamp", ["", "soon", "-1", "1.5", " 1795370400", "9" * 30, "１７９５３７０４００"])
def test_a_moment_that_is_no_number_of_seconds_is_refused(stamp):
    with pytest.raises(BadSignature):
        OURS.verify(signed(b"{}", Telnyx_Timestamp=stamp))


@pytest.mark.parametrize("signature", ["", "not base64", "AAAA", "é", b64encode(bytes(64)).decode()])
def test_a_malformed_signature_is_refused(signature):
    with pytest.raises(BadSignature):
        OURS.verify(signed(b"{}", Telnyx_Signature_Ed25519=signature))


def test_another_spelling_of_a_signature_is_refused():
    genuine = signed(b"{}").headers["Telnyx-Signature-Ed25519"]
    spelled = genuine[:-3] + chr(ord(genuine[-3]) + 1) + "=="
    with pytest.raises(BadSignature):
        OURS.verify(signed(b"{}", Telnyx_Signature_Ed25519=spelled))


def test_headers_in_any_case_are_found():
    genuine = signed(b"{}")
    OURS.verify(replace(genuine, headers={name.lower(): value for name, value in genuine.headers.items()}))


def test_without_a_key_nothing_is_genuine():
    with pytest.raises(BadSignature):
        Signatures([""]).verify(signed(b"{}"))


@pytest.mark.parametrize("key", ["", "not base64", b64encode(bytes(31)).decode(), shown(KEY) + "="])
def test_a_key_that_is_none_is_refused_at_the_start(key):
    with pytest.raises(ValueError, match="Ed25519 public key"):
        public_key(key)


@given(st.binary(max_size=200), st.text(max_size=100), st.text(max_size=20))
def test_whatever_arrives_is_refused_and_nothing_worse(body, signature, stamp):
    with pytest.raises(BadSignature):
        OURS.verify(signed(body, Telnyx_Signature_Ed25519=signature, Telnyx_Timestamp=stamp))


def test_a_large_body_is_judged_too():
    body = hashlib.sha256(b"").digest() * 320_000
    OURS.verify(signed(body))
