from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from channels.signals import Callback

TOKEN = "a-token-of-tests"
ACCOUNT = {
    "account_sid": "AC" + "0" * 32,
    "auth_token": TOKEN,
    "callback_base": "https://kc.example.org",
}


@pytest.fixture
def account():
    """Everything an adapter needs but the transport and the address."""
    return ACCOUNT


@pytest.fixture
def called_back():
    """Make a callback as Twilio does, signed by Twilio's own library."""

    def make(path, form, *, reference="", part="", token=TOKEN):
        url = f"https://kc.example.org/callbacks/twilio/{path}"
        signature = RequestValidator(token).compute_signature(url, form)
        return Callback(
            url=url,
            headers={"X-Twilio-Signature": signature},
            body=urlencode(form).encode(),
            received_at=datetime(2026, 12, 1, tzinfo=UTC),
            reference=reference,
            part=part,
        )

    return make
