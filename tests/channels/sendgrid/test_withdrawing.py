import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import Canceled, CannotSay, TooLate
from channels.sendgrid.withdrawing import is_fence, new_fence, standing_withdrawal, withdrawal
from channels.transport import Answer, Lost, NotSent
from tests.channels.sendgrid.test_answers import BODIES, STATUSES


def said(status, body: object = b""):
    return Answer(status, body if isinstance(body, bytes) else json.dumps(body).encode())


def refused(message):
    return said(400, {"errors": [{"message": message, "field": None}]})


@pytest.mark.parametrize(
    ("sent", "fence"),
    [
        (said(201, {"batch_id": "HkJ5yLYULb7Rj8GKSx7u025ouWVlMgAi"}), "HkJ5yLYULb7Rj8GKSx7u025ouWVlMgAi"),
        (said(201, {"batch_id": "../x"}), ""),
        (said(201, {"batch_id": 7}), ""),
        (said(201, b"<html>"), ""),
        (said(403), ""),
        (NotSent("unreachable"), ""),
    ],
)
def test_a_fence_is_a_batch_id_or_nothing(sent, fence):
    assert new_fence(sent) == fence


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (said(201, {"batch_id": "b1", "status": "cancel"}), Canceled()),
        (said(201, {"batch_id": "b1", "status": "pause"}), CannotSay("unreadable success")),
        (said(201), CannotSay("unreadable success")),
        (refused("max limit reached"), CannotSay("SendGrid withdraws no more batches at a time")),
        (refused("invalid batch id"), CannotSay("HTTP 400")),
        (refused("less than 10 minutes are left"), TooLate("less than ten minutes before its time of sending")),
        (refused("a status for this batch id exists, try PATCH to update the status"), None),
        (said(400, b"<html>"), CannotSay("HTTP 400")),
        (said(404), CannotSay("HTTP 404")),
        (said(500), CannotSay("HTTP 500")),
        (Lost("cut"), CannotSay("cut")),
    ],
)
def test_only_sendgrids_own_yes_is_a_withdrawal(sent, expected):
    assert withdrawal(sent) == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (said(200, [{"batch_id": "b1", "status": "cancel"}]), Canceled()),
        (said(200, {"batch_id": "b1", "status": "cancel"}), Canceled()),
        (said(200, [{"batch_id": "b1", "status": "pause"}]), CannotSay("the batch is not withdrawn")),
        (said(200, []), CannotSay("the batch is not withdrawn")),
        (said(404), CannotSay("HTTP 404")),
        (Lost("cut"), CannotSay("cut")),
    ],
)
def test_a_batch_counts_as_withdrawn_only_if_its_status_says_so(sent, expected):
    assert standing_withdrawal(sent) == expected


@given(STATUSES, BODIES)
def test_whatever_comes_back_withdraws_nothing_by_accident(status, body):
    sent = Answer(status, body)
    assert not isinstance(withdrawal(sent), Canceled)
    assert not isinstance(standing_withdrawal(sent), Canceled)
    assert new_fence(sent) == ""


@given(st.text())
def test_a_fence_fits_into_an_address(text):
    assert not is_fence(text) or not set(text) & set("/?#% .\n")
