import pytest

from channels.simulator.outcomes import OUTCOMES, Twist, outcome_for
from channels.simulator.telnyx_texts import CODES, EVENTS, FAILED, TITLES, is_telnyx, shown, telnyx_steps, telnyx_text
from tests.channels.simulator.conftest import MOMENT, TELNYX_STATUS

TEXTS = [one for one in OUTCOMES if one.channel == "sms"]


def a_text(to="+14155550123", **changes: object):
    return telnyx_text({"to": to, "from": "+17145550100", "text": "Hello", **changes}, MOMENT)


def steps(to, *twists):
    return telnyx_steps(a_text(to), frozenset(twists), pace=1)


@pytest.mark.parametrize("outcome", TEXTS, ids=lambda one: one.outcome)
def test_every_magic_number_has_a_course_at_telnyx(outcome):
    if outcome.refused:
        assert outcome.code in CODES
    assert [step.status for step in steps(outcome.address) if step.status] or outcome.refused
    assert {step.code for step in steps(outcome.address) if step.status in FAILED} <= set(TITLES)


def test_the_words_of_all_stories_are_known():
    assert {word for one in TEXTS for word in one.story} <= set(EVENTS)


def test_a_text_is_sent_then_finalized():
    events = [(step.payload["event"], step.payload["status"], step.delay) for step in steps("+14155550123")]
    assert events == [("message.sent", "sent", 1), ("message.finalized", "delivered", 2)]


def test_an_event_that_comes_twice_is_the_same_event():
    first, second, *_ = steps("+14155550123", Twist.DUPLICATE)
    assert first.payload["id"] == second.payload["id"]


def test_a_failure_tells_its_code_once():
    (*_, last) = steps("+12095550113")
    assert (last.status, last.code, last.payload["code"]) == ("delivery_failed", "40012", "40012")
    assert outcome_for("sms", "+12095550113").code == "30005"


def test_a_text_is_shown_as_telnyx_does():
    text = a_text(webhook_url=TELNYX_STATUS)
    body = shown(text, "delivery_failed", "40008")
    assert (text.reference, text.status, is_telnyx(text)) == ("r1", "queued", True)
    assert (body["id"], body["direction"], body["parts"], body["encoding"]) == (text.id, "outbound", 1, "GSM-7")
    assert (body["to"][0]["status"], body["errors"][0]["code"]) == ("delivery_failed", "40008")
    assert body["cost"] == {"amount": "0.0040", "currency": "USD"}


def test_a_text_for_later_has_no_price_yet():
    text = a_text(send_at="2026-11-22T19:00:00Z")
    assert (text.status, shown(text, text.status)["cost"]) == ("scheduled", None)
