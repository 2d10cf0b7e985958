from datetime import UTC, datetime

import pytest

from channels.simulator import showing
from channels.simulator.ledger import Fact, Message
from channels.simulator.outcomes import OUTCOMES
from channels.simulator.telephone import BY_HAND, BY_ITSELF
from channels.simulator.telnyx_texts import CODES, EVENTS


def a_message(channel="sms", **changes):
    given = {"id": "1", "sender": "+17145550100", "recipient": "+14155550123", "body": "Hi", "reference": "r1"}
    return Message(
        **{**given, "accepted_at": datetime(2026, 11, 22, tzinfo=UTC), "status": "sent", "channel": channel, **changes}
    )


def facts(*happened):
    return [Fact(1, *one) for one in happened]


QUESTION = ("keys", "1 https://ours.example/keys")


@pytest.mark.parametrize(
    ("channel", "detail", "label"),
    [
        ("sms", {}, "Twilio"),
        ("voice", {}, "Twilio"),
        ("email", {}, "SendGrid"),
        ("sms", {"provider": "telnyx"}, "Telnyx"),
        ("email", {"provider": "smtp"}, "SMTP relay"),
        ("sms", {"provider": "pigeon"}, "pigeon"),
    ],
)
def test_a_message_names_its_provider(channel, detail, label):
    assert showing.carrier(a_message(channel, detail=detail)) == label


def test_every_word_of_the_magic_outcomes_is_told_in_ours():
    words = {word for one in OUTCOMES for word in one.story} | {status for _, status in EVENTS.values()}
    assert words <= set(showing.STATUSES)


def test_a_word_nobody_knows_is_shown_as_it_is():
    strange = a_message(status="vanished")
    assert (showing.standing(strange), showing.tone(strange)) == ("vanished", showing.QUIET)


@pytest.mark.parametrize("code", ["30005", CODES["30005"]], ids=["twilio", "telnyx"])
def test_a_carriers_code_is_told_in_words(code):
    assert showing.meaning_of(code) == "the number is no longer in use."


def test_a_code_that_two_outcomes_share_has_the_plain_meaning():
    assert showing.meaning_of("30008") == "the carrier gives no reason."


def test_a_mail_that_came_back_has_the_code_of_its_address():
    bounced = a_message("email", recipient="bounce+7@sandbox.keepcovered.example", status="not_delivered")
    assert showing.code_of(bounced) == "5.1.1"
    assert showing.code_of(a_message("email", status="delivered")) == ""
    assert showing.code_of(a_message(code="30003", status="undelivered")) == "30003"


def test_a_texts_size_names_the_character_that_makes_it_long():
    assert showing.size("Hello") == "1 segment · GSM-7"
    assert showing.size("quý " * 20) == "2 segments · UCS-2, because of ý (U+00FD) at character 3"
    assert showing.size_in_short("Hello") == "1 × GSM-7"


@pytest.mark.parametrize(
    ("answered_by", "status", "who"),
    [
        ("human", "completed", "a person"),
        ("machine_end_beep", "completed", "an answering machine"),
        ("human", "busy", ""),
        ("", "completed", ""),
    ],
)
def test_a_call_says_who_picked_up(answered_by, status, who):
    assert showing.picked_up(a_message("voice", status=status, detail={"answered_by": answered_by})) == who


def test_only_an_ended_call_has_a_length():
    assert showing.seconds_of(a_message("voice", status="completed", detail={"seconds": 30})) == 30
    assert showing.seconds_of(a_message("voice", status="busy", detail={"seconds": 30})) == 0


def test_a_calls_course_has_words_recordings_and_deeds_in_order():
    happened = facts(
        ("status", "completed"),
        ("spoken", "Hello."),
        ("spoken", "Բարև", "https://ours.example/clips/1"),
        ("spoken", "[connects to +18002819799]"),
        QUESTION,
        ("pressed", "", BY_ITSELF),
        ("pressed", "1", BY_ITSELF),
        ("pressed", "9", BY_HAND),
        ("hung_up", ""),
    )
    kinds = ["spoken", "recording", "aside", "silence", "pressed_alone", "pressed", "hung_up"]
    assert [line.kind for line in showing.course(happened)] == kinds


@pytest.mark.parametrize(
    ("happened", "open_"),
    [
        ([], False),
        ([QUESTION], True),
        ([QUESTION, ("pressed", "", BY_ITSELF), ("spoken", "Goodbye.")], True),
        ([QUESTION, ("pressed", "9", BY_ITSELF)], False),
        ([QUESTION, ("pressed", "9", BY_HAND), ("spoken", "Goodbye.")], False),
        ([QUESTION, ("pressed", "", BY_HAND), ("spoken", "Goodbye.")], False),
        ([QUESTION, ("pressed", "1", BY_HAND), QUESTION], True),
        ([QUESTION, ("hung_up", "")], False),
    ],
)
def test_keys_are_offered_while_a_question_is_open(happened, open_):
    assert showing.asks(facts(*happened), "completed") is open_


def test_no_keys_are_offered_where_nobody_picked_up():
    assert not showing.asks(facts(QUESTION), "busy")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://ours.example/clips/1.wav", "/clips/1.wav"),
        ("https://ours.example/clips/1.wav?sig=2", "/clips/1.wav?sig=2"),
        ("https://ours.example.net/clips/1.wav", ""),
        ("https://theirs.example/clips/1.wav", ""),
    ],
)
def test_only_what_is_ours_can_be_loaded(url, path):
    assert showing.own_address(url, "https://ours.example") == path
