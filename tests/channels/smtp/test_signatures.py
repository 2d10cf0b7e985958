import hmac
from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.signals import BadSignature, Callback
from channels.smtp.signatures import EARLIEST, OLDEST, SIGNATURE, verify
from tests.channels.smtp.conftest import MOMENT

SECRETS = ["the-secret", "the-next"]
BODY = b"Subject: report\r\n\r\nreport"


def signed(body=BODY, secret=SECRETS[0], age=timedelta()):
    at = int((MOMENT - age).timestamp())
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + body, sha256).hexdigest()}"


def a_callback(signature, body=BODY, name=SIGNATURE):
    return Callback("https://us.example/callbacks/smtp/events", {name: signature}, body, MOMENT, kind="events")


@pytest.mark.parametrize("name", [SIGNATURE, SIGNATURE.lower(), SIGNATURE.upper()])
def test_a_genuine_report_is_taken_whatever_the_headers_case(name):
    verify(a_callback(signed(), name=name), SECRETS)


@pytest.mark.parametrize("secret", SECRETS)
def test_both_secrets_are_taken_while_one_is_being_replaced(secret):
    verify(a_callback(signed(secret=secret)), SECRETS)


@pytest.mark.parametrize("age", [OLDEST, -EARLIEST])
def test_the_last_moment_counts(age):
    verify(a_callback(signed(age=age)), SECRETS)


@pytest.mark.parametrize(
    "callback",
    [
        a_callback(signed(secret="another")), a_callback(signed(), BODY + b" "), a_callback(""), a_callback("t=1"),
        a_callback(signed(age=OLDEST + timedelta(seconds=1))), a_callback(signed(age=-EARLIEST - timedelta(seconds=1))),
        a_callback(signed() + "\n"), a_callback(signed().upper()), a_callback(signed(secret="")),
    ],
)  # fmt: skip
def test_a_forged_or_stale_report_is_refused(callback):
    with pytest.raises(BadSignature):
        verify(callback, SECRETS)


@given(st.text(max_size=120), st.binary(max_size=60))
def test_nothing_that_is_not_signed_gets_in(signature, body):
    with pytest.raises(BadSignature):
        verify(a_callback(signature, body), SECRETS)
    with pytest.raises(BadSignature):
        verify(a_callback(signed(body)), [])  # another body, and no secret at all
