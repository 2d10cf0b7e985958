import base64
import contextlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from sendgrid.helpers.eventwebhook import EventWebhook

from channels.sendgrid.mail import SendGridMail
from channels.sendgrid.signatures import public_key
from channels.signals import BadSignature, Callback
from tests.channels.sendgrid.conftest import (
    NEXT,
    NOW,
    SECRET,
    SIGNATURE,
    STAMP,
    STRANGER,
    Unused,
    believed,
    event,
    shown,
    signed,
)

BODY = json.dumps([event("delivered")]).encode() + b"\r\n"


def test_current_and_next_key_are_accepted_and_no_third():
    assert believed(signed(BODY))
    assert believed(signed(BODY, secret=NEXT))
    assert not believed(signed(BODY, secret=STRANGER))


def test_without_a_key_nothing_is_believed():
    keyless = SendGridMail(Unused(), api_key="k", base_url="http://x")
    with pytest.raises(BadSignature):
        keyless.read_callback(signed(BODY))


@pytest.mark.parametrize(
    ("age", "fresh"),
    [
        (timedelta(0), True),
        (timedelta(hours=24), True),
        (timedelta(hours=25), True),
        (timedelta(hours=25, seconds=1), False),
        (timedelta(minutes=-5), True),
        (timedelta(minutes=-5, seconds=-1), False),
        (timedelta(days=900), False),
    ],
)
def test_a_genuine_callback_must_also_be_fresh(age, fresh):
    assert believed(signed(BODY, at=NOW - age)) is fresh


@pytest.mark.parametrize("name", ["Signature", "Timestamp"])
@pytest.mark.parametrize("value", [None, "", "no base64!", "ñ", "-1", "1e9", "²", "9" * 5000, "AAAA", "====", "MEUCIQ"])
def test_a_missing_or_malformed_header_is_refused(name, value):
    callback = signed(BODY)
    headers = dict(callback.headers)
    del headers[f"X-Twilio-Email-Event-Webhook-{name}"]
    if value is not None:
        headers[f"X-Twilio-Email-Event-Webhook-{name}"] = value
    assert not believed(replace(callback, headers=headers))


def test_headers_may_be_written_in_any_case():
    callback = signed(BODY)
    assert believed(replace(callback, headers={name.lower(): value for name, value in callback.headers.items()}))


@given(st.integers(0, len(BODY) - 1), st.integers(0, 255))
def test_no_changed_byte_is_believed(place, byte):
    body = BODY[:place] + bytes([byte]) + BODY[place + 1 :]
    assert believed(replace(GENUINE, body=body)) is (body == BODY)


@given(st.integers(0, len(BODY) - 1))
def test_no_truncated_body_is_believed(length):
    assert not believed(replace(GENUINE, body=BODY[:length]))


@given(st.integers(0, 94), st.characters(min_codepoint=0x20, max_codepoint=0x7E))
def test_no_changed_signature_is_believed(place, char):
    signature = GENUINE.headers[SIGNATURE]
    forged = signature[:place] + char + signature[place + 1 :]
    assert believed(replace(GENUINE, headers={**GENUINE.headers, SIGNATURE: forged})) is (forged == signature)


GENUINE = signed(BODY)


@given(st.text(), st.binary(max_size=80), st.sampled_from([SECRET, STRANGER]), st.sampled_from([None, b"", b"\x00"]))
def test_the_vendors_own_check_is_of_the_same_mind(words, garbage, secret, tail):
    """SendGrid's helper is the judge: whatever it believes we believe, and nothing else."""
    callback = signed(words.encode(errors="replace"), secret=secret)
    stamp = callback.headers[STAMP]
    signature = callback.headers[SIGNATURE] if tail is None else base64.b64encode(garbage + tail).decode()
    judge = EventWebhook().verify_signature(callback.body.decode(), signature, stamp, SECRET.public_key())
    headers = {STAMP: stamp, SIGNATURE: signature}
    assert believed(replace(callback, headers=headers)) is judge


@given(st.binary(max_size=60), st.dictionaries(st.sampled_from([STAMP, SIGNATURE]) | st.text(max_size=5), st.text()))
def test_whatever_is_not_signed_is_refused_and_nothing_else_happens(body, headers):
    assert not believed(Callback("https://kc.example.org", headers, body, NOW))


def test_a_key_on_another_curve_is_no_key():
    with pytest.raises(ValueError, match="P-256"):
        public_key(shown(ec.generate_private_key(ec.SECP384R1())))


@given(st.integers(0, 90), st.integers(0, 255))
def test_a_mistyped_key_is_a_wrong_setting_and_nothing_else(place, byte):
    raw = bytearray(base64.b64decode(shown(SECRET)))
    raw[place] = byte
    with contextlib.suppress(ValueError):
        public_key(base64.b64encode(raw).decode())


def test_a_key_of_another_kind_is_no_key():
    with pytest.raises(ValueError, match="elliptic"):
        public_key(shown(rsa.generate_private_key(65537, 2048)))
