import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st
from sendgrid.helpers.eventwebhook import EventWebhook
from twilio.request_validator import RequestValidator

from channels.signals import BadSignature, Callback
from channels.simulator.signing import TELNYX_SIGNATURE, TELNYX_TIMESTAMP, event_signer, telnyx_signer, twilio_signature
from channels.telnyx.signatures import Signatures
from tests.channels.simulator.conftest import MOMENT

URL = "https://ours.example/callbacks/twilio/messages/r1"


@given(st.dictionaries(st.text(), st.text()))
def test_the_signature_is_the_one_twilios_own_kit_computes(params):
    assert twilio_signature("token", URL, params) == RequestValidator("token").compute_signature(URL, params)


def test_what_follows_the_hash_is_not_signed():
    assert twilio_signature("token", URL + "#rc=5", {}) == twilio_signature("token", URL, {})


def test_sendgrids_own_kit_accepts_the_signature_of_events(settings, public_event_key):
    body = b'[{"event":"delivered"}]\r\n'
    signature = event_signer(settings.sendgrid_private_key)("1795370400", body)
    kit = EventWebhook(public_event_key)
    assert kit.verify_signature(body.decode(), signature, "1795370400")
    assert not kit.verify_signature(body.decode(), signature, "1795370401")


def test_a_key_of_another_kind_is_refused_at_the_start():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(ValueError, match="P-256"):
        event_signer(pem)
    with pytest.raises(ValueError, match="Ed25519"):
        telnyx_signer(pem)


def test_telnyxs_signature_is_what_our_adapter_wants(settings, public_telnyx_key):
    stamp = str(int(MOMENT.timestamp()))
    headers = {TELNYX_TIMESTAMP: stamp, TELNYX_SIGNATURE: telnyx_signer(settings.telnyx_private_key)(stamp, b"{}")}
    verifying = Signatures([public_telnyx_key])
    verifying.verify(Callback("https://ours.example/x", headers, b"{}", MOMENT))
    with pytest.raises(BadSignature):
        verifying.verify(Callback("https://ours.example/x", headers, b"[]", MOMENT))
