"""Events as SendGrid signs them, and an adapter that knows two keys."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from channels.sendgrid.mail import SendGridMail
from channels.signals import BadSignature, Callback

NOW = datetime(2026, 12, 1, 18, tzinfo=UTC)
SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
STAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
SECRET, NEXT, STRANGER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))


def shown(secret):
    """Return the public key as SendGrid's page shows it."""
    der = secret.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def signed(body, *, secret=SECRET, at=NOW):
    stamp = str(int(at.timestamp()))
    signature = secret.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    headers = {
        SIGNATURE: base64.b64encode(signature).decode(),
        STAMP: stamp,
    }
    return Callback("https://kc.example.org/callbacks/sendgrid/events", headers, body, NOW)


class Unused:
    connections = 1


CHANNEL = SendGridMail(Unused(), api_key="k", base_url="http://x", public_keys=[shown(SECRET), shown(NEXT)])


def event(said, **more: str):
    return {"event": said, "reference": "r1", "sg_event_id": "e1", "sg_message_id": "m-1.recvd-65c-1-0", **more}


def believed(callback):
    try:
        CHANNEL.read_callback(callback)
    except BadSignature:
        return False
    return True


@pytest.fixture
def channel(transport, provider):
    return SendGridMail(transport, api_key="SG.test", base_url=provider.url + "/sandbox/sendgrid/")
