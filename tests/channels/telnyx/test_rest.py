import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import Accepted, Refused, TryLater, Unclear
from channels.telnyx.rest import Account, outcome, parsed, record
from channels.transport import NEVER, Answer, Lost, NotSent


def said(status, body, retry_after=None):
    return Answer(status, body if isinstance(body, bytes) else json.dumps(body).encode(), retry_after)


def errors(*codes):
    return {"errors": [{"code": code, "title": "t", "detail": "d"} for code in codes]}


def made(**changed):
    return {"data": {"id": "m-1", "parts": 2, "cost": None, **changed}}


@pytest.fixture
def account(transport, provider):
    return Account(transport, api_key="KEY1", base_url=f"{provider.url}/sandbox/telnyx/")


async def test_json_is_posted_below_a_prefix_with_the_key(account, provider):
    await account.post("messages", {"text": "¿Sí?"}, not_after=NEVER)
    (asked,) = provider.asked
    assert (asked.method, asked.path, asked.json) == ("POST", "/sandbox/telnyx/v2/messages", {"text": "¿Sí?"})
    assert (asked.headers["authorization"], asked.headers["content-type"]) == ("Bearer KEY1", "application/json")


async def test_half_a_character_does_not_stop_a_batch(account, provider):
    await account.post("messages", {"text": "\ud83d"}, not_after=NEVER)
    assert provider.asked


async def test_resources_are_read_and_deleted(account, provider):
    await account.get("balance", {"a": "b"})
    await account.delete("messages/m-1")
    assert [(asked.method, asked.path) for asked in provider.asked] == [
        ("GET", "/sandbox/telnyx/v2/balance"), ("DELETE", "/sandbox/telnyx/v2/messages/m-1"),
    ]  # fmt: skip


def test_an_acceptance_tells_id_parts_and_cost():
    cost = {"amount": "0.0051", "currency": "USD"}
    assert outcome(said(200, made(cost=cost)), parts=1) == Accepted("m-1", 2, 0.0051)


@pytest.mark.parametrize("parts", [None, 0, "2", True])
def test_without_a_count_ours_stands(parts):
    assert outcome(said(200, made(parts=parts)), parts=3) == Accepted("m-1", 3)


@pytest.mark.parametrize(
    "cost",
    [
        {"amount": "0.0051", "currency": "EUR"}, {"amount": None, "currency": "USD"}, {"currency": "USD"},
        {"amount": "nan", "currency": "USD"}, {"amount": "-1", "currency": "USD"}, {"amount": "inf", "currency": "USD"},
        "0.0051", [],
    ],
)  # fmt: skip
def test_a_cost_that_is_none_is_left_out(cost):
    assert outcome(said(200, made(cost=cost)), parts=1) == Accepted("m-1", 2)


ODD_IDS = ["m\0", "\ud800", "é", "x" * 10_000]


@pytest.mark.parametrize("given", ODD_IDS)
def test_an_id_that_nobody_could_keep_is_unclear(given):
    assert outcome(said(200, made(id=given)), parts=1) == Unclear("unreadable success")


@pytest.mark.parametrize("body", [b"", b"ok", b'{"data": {"id"', b"<html>", b"[]", {"data": {}}, {"data": {"id": 7}}])
def test_a_success_that_cannot_be_read_is_unclear(body):
    assert outcome(said(200, body), parts=1) == Unclear("unreadable success")


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, errors("40310"), Refused("bad_address", "40310")),
        (422, errors("40302"), Refused("too_long", "40302")),
        (403, errors("40312"), TryLater("misconfigured", "40312")),
        (401, errors("10009"), TryLater("misconfigured", "10009")),
        (401, b"<html>", TryLater("misconfigured")),
        (402, b"", TryLater("misconfigured")),
        (404, b"", TryLater("misconfigured")),
        (429, b"", TryLater("rate_limited")),
        (422, errors("99999"), Refused("unexplained", "99999")),
        (422, {"errors": []}, Unclear("HTTP 422")),
        (400, b"<html>", Unclear("HTTP 400")),
        (408, errors("99999"), Unclear("HTTP 408 99999")),
        (422, errors("10007"), Unclear("HTTP 422 10007")),
        (302, b"", Unclear("HTTP 302")),
        (500, errors("40310"), Unclear("HTTP 500")),
        (503, b"", Unclear("HTTP 503")),
    ],
)
def test_a_refusal_is_judged_by_its_code(status, body, expected):
    assert outcome(said(status, body), parts=1) == expected


def test_a_stop_is_told_at_once():
    stop = {"errors": [{"code": "40300", "title": "Blocked due to STOP message"}]}
    assert outcome(said(403, stop), parts=1) == Refused("opted_out", "40300")


def test_too_many_requests_say_when_to_come_again():
    wait = timedelta(seconds=3)
    assert outcome(said(429, errors("10011"), wait), parts=1) == TryLater("rate_limited", "10011", wait)


def test_what_was_not_written_is_for_later_and_what_was_lost_is_unclear():
    assert outcome(NotSent("unreachable"), parts=1) == TryLater("unreachable")
    assert outcome(Lost("ReadTimeout"), parts=1) == Unclear("ReadTimeout")


def test_a_record_may_be_wrapped_or_not():
    assert record(said(200, {"data": {"id": "1"}})) == record(said(200, {"id": "1"})) == {"id": "1"}
    assert record(said(404, {"id": "1"})) is record(said(200, {"data": []})) is record(Lost("x")) is None


@given(st.integers(200, 599), st.binary(max_size=100))
def test_whatever_is_answered_has_an_outcome(status, body):
    assert outcome(said(status, body), parts=1)


def test_a_body_too_deep_is_no_object():
    assert parsed(b"[" * 100_000) is None
