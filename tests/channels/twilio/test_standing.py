import json

import pytest

from channels.transport import Answer, Lost, NotSent
from channels.twilio.standing import standing


def answered(status=200, body=None):
    return standing(Answer(status, body if isinstance(body, bytes) else json.dumps(body).encode()))


def test_an_active_account_is_well():
    assert answered(body={"sid": "AC1", "status": "active"}).ok


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, {"status": "suspended"}, "suspended"),
        (200, {"status": "closed"}, "closed"),
        (401, {"code": 20005}, "suspended"),
        (401, {"code": 20003}, "credentials"),
        (403, b"<html>", "credentials"),
        (404, {"code": 20404}, "credentials"),
        (429, b"", "HTTP 429"),
        (503, b"busy", "problem of its own"),
        (200, b"<html>", "makes no sense"),
        (200, {"status": "confused"}, "makes no sense"),
        (200, {"status": ["active"]}, "makes no sense"),
        (302, b"", "makes no sense"),
    ],
)
def test_anything_else_is_not_well_and_says_why(status, body, said):
    health = answered(status, body)
    assert not health.ok
    assert said in health.detail


@pytest.mark.parametrize("sent", [NotSent("unreachable"), Lost("ReadTimeoutError")])
def test_a_twilio_that_cannot_be_reached_is_not_well(sent):
    health = standing(sent)
    assert not health.ok
    assert "cannot be reached" in health.detail
