import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from channels.signals import Callback

NOW = datetime(2026, 12, 1, 18, tzinfo=UTC)
BASE = "https://kc.example.org"
KEY = Ed25519PrivateKey.from_private_bytes(b"7" * 32)


def shown(key):
    """Return the public half as Telnyx shows it."""
    return b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def an_event(kind, status="", *, reference="r1", **changed):
    """Return an event in the shape of Telnyx's documents."""
    payload = {
        "direction": "outbound",
        "id": "m-1",
        "from": {"phone_number": "+17145550199", "carrier": "Telnyx", "line_type": "VoIP"},
        "to": [{"phone_number": "+17145550100", "status": status, "carrier": "C", "line_type": "Wireless"}],
        "text": "Renew",
        "webhook_url": f"{BASE}/callbacks/telnyx/messages/{reference}",
        "errors": [],
        **changed,
    }
    data = {"event_type": kind, "id": "e-1", "record_type": "event", "payload": payload}
    return {"data": data, "meta": {"attempt": 1, "delivered_to": f"{BASE}/callbacks/telnyx/messages/{reference}"}}


def signed(body, *, path="messages/r1", reference="r1", key=KEY, age=timedelta(seconds=1), **headers):
    """Make a callback as Telnyx does."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int((NOW - age).timestamp()))
    made = {
        "Telnyx-Timestamp": stamp,
        "Telnyx-Signature-Ed25519": b64encode(key.sign(stamp.encode() + b"|" + raw)).decode(),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return Callback(f"{BASE}/callbacks/telnyx/{path}", made, raw, NOW, reference)


@pytest.fixture
def event():
    return an_event


@pytest.fixture
def called_back():
    return signed
