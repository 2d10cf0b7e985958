import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import Absent, Accepted, CannotSay, Health, Present, Refused, TryLater, Unclear
from channels.reasons import REASONS
from channels.sendgrid.answers import SCHEDULE, found, messages_of, outcome, parsed, spoiled_by_some, standing
from channels.transport import Answer, Lost, NotSent

BAD_TO = "personalizations.0.to.0.email"


def said(status, body: object = b""):
    return Answer(status, body if isinstance(body, bytes) else json.dumps(body).encode())


def faults(*fields: object):
    return {"errors": [{"message": "…", "field": field, "help": None} for field in fields]}


def test_an_id_that_nobody_could_keep_is_unclear():
    for odd in ("m\0", "m\ud800", "é", "x" * 10_000):
        assert outcome(Answer(202, b"", message_id=odd)) == Unclear("unreadable success")
        assert found(said(200, {"messages": [{"msg_id": odd}]})) == CannotSay("unreadable list")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((202, b""), Accepted("")),
        ((400, faults(BAD_TO)), Refused("bad_address", "400")),
        ((400, faults("personalizations.0.substitutions")), Refused("bad_content", "400")),
        ((400, faults("from.email")), TryLater("misconfigured", "400")),
        ((400, faults(BAD_TO, "from")), TryLater("misconfigured", "400")),
        ((400, faults("send_at")), TryLater("send_time_refused", "400")),
        ((400, faults("batch_id")), TryLater("send_time_refused", "400")),
        ((400, faults("categories")), Refused("bad_content", "400")),
        ((400, {"errors": ["odd", {"field": None}]}), Refused("unexplained", "400")),
        ((400, b"<html>"), Unclear("HTTP 400")),
        ((400, b""), Unclear("HTTP 400")),
        ((413, b"<html>"), Refused("too_long", "413")),
        ((401, faults(None)), TryLater("misconfigured", "401")),
        ((403, faults("from")), TryLater("misconfigured", "403")),
        ((404, b""), TryLater("misconfigured", "404")),
        ((429, b""), TryLater("rate_limited", "429")),
        ((200, b""), Unclear("HTTP 200")),
        ((302, b""), Unclear("HTTP 302")),
        ((415, b""), Unclear("HTTP 415")),
        ((500, b"{"), Unclear("HTTP 500")),
        ((503, b"<html>"), Unclear("HTTP 503")),
    ],
)
def test_an_answer_to_a_mail_is_judged(answer, expected):
    assert outcome(said(*answer)) == expected


def test_what_was_never_written_is_for_later_and_what_was_lost_is_unclear():
    assert outcome(NotSent("deadline")) == TryLater("deadline")
    assert outcome(Lost("cut")) == Unclear("cut")


@pytest.mark.parametrize(
    ("sent", "some"),
    [
        (said(400, faults(BAD_TO)), True),
        (said(400, faults(None)), True),
        (said(413), True),
        (said(400, faults("subject")), False),
        (said(400, b"<html>"), False),
        (said(429), False),
        (Lost("cut"), False),
    ],
)
def test_a_refusal_is_searched_among_the_readers_only_if_one_of_them_may_have_caused_it(sent, some):
    assert spoiled_by_some(sent) is some


# --- look-up ---------------------------------------------------------------------------------


def test_an_empty_list_is_an_absence_of_this_moment():
    assert found(said(200, {"messages": []})) == Absent()


def test_a_mail_in_the_list_is_there_by_the_id_that_it_was_answered_with():
    assert found(said(200, {"messages": [{"msg_id": "m-1.recvd-5f-1-2.0"}]})) == Present("m-1")


@pytest.mark.parametrize("status", [301, 401, 403, 404, 429, 500])
def test_an_account_without_the_list_cannot_say(status):
    assert found(said(status, {"messages": []})) == CannotSay(f"HTTP {status}")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", {}, {"messages": None}, {"messages": [{}]}, {"messages": ["x"]}])
def test_a_list_that_cannot_be_read_proves_nothing(body):
    assert found(said(200, body)) == CannotSay("unreadable list")


def test_a_list_that_is_lost_proves_nothing():
    assert found(Lost("cut")) == CannotSay("cut")


# --- standing --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "ok", "words"),
    [
        (said(200, {"scopes": ["mail.send", *SCHEDULE]}), True, "send mail and withdraw it"),
        (said(200, {"scopes": ["mail.send", 7]}), True, "lacks mail.batch.create"),
        (said(200, {"scopes": ["alerts.read"]}), False, "permission mail.send"),
        (said(401, faults(None)), False, "make a new one"),
        (said(403), False, "make a new one"),
        (said(200, b"<html>"), False, "no answer that makes sense (HTTP 200)"),
        (said(503), False, "(HTTP 503)"),
        (NotSent("unreachable"), False, "cannot be reached (unreachable)"),
    ],
)
def test_an_operator_reads_in_a_sentence_what_to_do(sent, ok, words):
    health = standing(sent)
    assert health.ok is ok
    assert words in health.detail


# --- whatever comes --------------------------------------------------------------------------

ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
ERRORS = st.lists(
    st.fixed_dictionaries(
        {}, optional={"field": st.sampled_from(["from", "send_at", BAD_TO, ""]) | ODD, "message": ODD}
    )
    | ODD,
    max_size=3,
)
BODIES = (
    st.binary(max_size=40)
    | ODD.map(lambda value: json.dumps(value).encode())
    | ERRORS.map(lambda errors: json.dumps({"errors": errors}).encode())
    | st.sampled_from([b"[" * 5_000, b"<html>", b'{"messages": [{"msg_id": 7}]}', b'{"scopes": 7}'])
)
STATUSES = st.sampled_from([200, 201, 202, 204, 302, 400, 401, 403, 404, 413, 415, 429, 500, 503]) | st.integers(
    100, 599
)


@given(STATUSES, BODIES)
def test_whatever_comes_back_is_judged_and_only_a_202_is_a_success(status, body):
    sent = Answer(status, body)
    judged = outcome(sent)
    assert isinstance(judged, Accepted) is (status == 202)
    if isinstance(judged, TryLater | Refused):
        assert judged.reason in REASONS
    assert isinstance(spoiled_by_some(sent), bool)
    assert isinstance(found(sent), Present | Absent | CannotSay)
    assert isinstance(standing(sent), Health)
    assert isinstance(messages_of(sent), str)


@given(st.binary(max_size=60))
def test_reading_json_never_fails(raw):
    parsed(raw)
