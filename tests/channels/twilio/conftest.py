import logging
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client

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


class Recorder(HttpClient):
    """Writes down what Twilio's own kit would post, and sends nothing."""

    def __init__(self):
        super().__init__(logging.getLogger(__name__), is_async=False)

    def request(self, method, url, params=None, data=None, **_):
        self.posted = data
        return Response(500, "{}")


@pytest.fixture
def posted_by_kit():
    """Return the form that Twilio's own kit posts to create a text or a call, as a form is parsed."""

    def make(what, **fields: object):
        recorder = Recorder()
        kit = Client(ACCOUNT["account_sid"], TOKEN, http_client=recorder)
        with pytest.raises(TwilioRestException):
            getattr(kit, what).create(**fields)
        return {name: _written(value) for name, value in recorder.posted.items()}

    return make


def _written(value):
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


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
