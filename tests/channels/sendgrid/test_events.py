import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from channels.sendgrid.events import public_key
from channels.sendgrid.mail import SendGridMail
from channels.signals import BadSignature, Callback, OptOut, Receipt, Status

NOW = datetime(2026, 12, 1, 18, tzinfo=UTC)
SECRET, NEXT, STRANGER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))


def shown(secret):
    """Return the public key as SendGrid's page shows it."""
    der = secret.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def signed(body, *, secret=SECRET, at=NOW):
    stamp = str(int(at.timestamp()))
    signature = secret.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
    }
    return Callback("https://kc.example.org/callbacks/sendgrid/events", headers, body, NOW)


class Unused:
    connections = 1


CHANNEL = SendGridMail(Unused(), api_key="k", base_url="http://x", public_keys=[shown(SECRET), shown(NEXT)])


def read(*events: object):
    return CHANNEL.read_callback(signed(json.dumps(events).encode() + b"\r\n"))


def event(said, **more: str):
    return {"event": said, "reference": "r1", "sg_event_id": "e1", "sg_message_id": "m-1.recvd-65c-1-0", **more}


@pytest.mark.parametrize(
    ("told", "status", "reason", "code"),
    [
        (event("processed"), Status.ACCEPTED, "", ""),
        (event("deferred", response="451 busy"), Status.ACCEPTED, "", ""),
        (event("delivered"), Status.DELIVERED, "", ""),
        (event("bounce", type="bounce", status="5.1.1"), Status.UNDELIVERED, "bounced", "5.1.1"),
        (event("bounce", type="blocked", status="5.7.1"), Status.UNDELIVERED, "blocked", "5.7.1"),
        (event("blocked"), Status.UNDELIVERED, "blocked", ""),
        (event("dropped", reason="Bounced Address", status="oops"), Status.UNDELIVERED, "dropped", ""),
    ],
)
def test_an_event_is_a_receipt(told, status, reason, code):
    assert read(told) == [Receipt("r1", "e1", status, "m-1", reason, code)]


@pytest.mark.parametrize(
    ("said", "reason"),
    [("spamreport", "spam_report"), ("unsubscribe", "unsubscribed"), ("group_unsubscribe", "unsubscribed")],
)
def test_a_reader_who_stops_us_is_an_opt_out(said, reason):
    assert read(event(said)) == [OptOut("r1", "e1", reason)]


@pytest.mark.parametrize(
    "told", [event("open"), event("click"), event("invented"), {"event": "delivered"}, {}, 7, None]
)
def test_what_proves_nothing_or_is_not_ours_is_skipped(told):
    assert read(told, event("delivered")) == read(event("delivered"))


def test_an_event_without_an_id_still_has_a_stable_key():
    told = {"event": "delivered", "reference": "r1"}
    assert read(told) == [Receipt("r1", "r1:delivered", Status.DELIVERED)]


def test_what_a_stranger_wrote_is_not_kept():
    (receipt,) = read(event("bounce", reason="550 Maria Lopez <m@example.org> unknown"))
    assert "Lopez" not in repr(receipt)


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"7", b"null", b'"x"', b"[" * 9999, b"[[]]"])
def test_a_signed_body_that_is_no_list_of_events_says_nothing(body):
    assert CHANNEL.read_callback(signed(body)) == []


# --- signatures ------------------------------------------------------------------------------

BODY = json.dumps([event("delivered")]).encode() + b"\r\n"


def believed(callback):
    try:
        CHANNEL.read_callback(callback)
    except BadSignature:
        return False
    return True


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
        (timedelta(minutes=10), True),
        (timedelta(minutes=10, seconds=1), False),
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


def test_bytes_that_are_no_text_are_refused():
    assert not believed(signed(b"\xff\xfe"))


@given(st.integers(0, len(BODY) - 1), st.integers(0, 255))
def test_no_changed_byte_is_believed(place, byte):
    body = BODY[:place] + bytes([byte]) + BODY[place + 1 :]
    assert believed(replace(GENUINE, body=body)) is (body == BODY)


@given(st.integers(0, len(BODY) - 1))
def test_no_truncated_body_is_believed(length):
    assert not believed(replace(GENUINE, body=BODY[:length]))


@given(st.integers(0, 94), st.characters(min_codepoint=0x20, max_codepoint=0x7E))
def test_no_changed_signature_is_believed(place, char):
    name = "X-Twilio-Email-Event-Webhook-Signature"
    signature = GENUINE.headers[name]
    forged = signature[:place] + char + signature[place + 1 :]
    assert believed(replace(GENUINE, headers={**GENUINE.headers, name: forged})) is (forged == signature)


GENUINE = signed(BODY)


def test_a_key_of_another_kind_is_no_key():
    with pytest.raises(ValueError, match="elliptic"):
        public_key(shown(rsa.generate_private_key(65537, 2048)))
