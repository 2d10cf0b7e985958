import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import Refused, TryLater
from channels.reasons import REASONS, Fault, meaning
from channels.smtp.codes import BOUNCES, LATER, OF_READER, PLAIN, PLAIN_LATER, SURELY, Stage, bounced, by_prefix, judged

S, R, C, E = Stage.SENDER, Stage.RECIPIENT, Stage.CONTENT, Stage.ENTRY


@pytest.mark.parametrize(
    ("stage", "code", "text", "outcome"),
    [
        (R, 550, "5.1.1 <ana@example.org>: no such user", Refused("bad_address", "550 5.1.1")),
        (R, 550, "5.1.10 null MX", Refused("bad_address", "550 5.1.10")),
        (R, 550, "5.2.1 disabled", Refused("bad_address", "550 5.2.1")),
        (R, 552, "5.2.2 over quota", Refused("mailbox_full", "552 5.2.2")),
        (R, 552, "over quota", Refused("mailbox_full", "552")),
        (R, 550, "no such user", Refused("bad_address", "550")),
        (R, 550, "5.7.1 we do not like you", Refused("blocked", "550 5.7.1")),
        (R, 550, "5.7.54 Unable to relay", TryLater("misconfigured", "550 5.7.54")),
        (R, 554, "relay access denied", TryLater("misconfigured", "554")),
        (R, 530, "5.7.0 sign in first", TryLater("misconfigured", "530 5.7.0")),
        (R, 503, "bad sequence", TryLater("misconfigured", "503")),
        (S, 552, "5.3.4 too big", Refused("too_long", "552 5.3.4")),
        (S, 552, "too big", Refused("too_long", "552")),
        (S, 550, "5.7.60 may not send as", TryLater("misconfigured", "550 5.7.60")),
        (S, 553, "who are you?", TryLater("misconfigured", "553")),
        (C, 552, "too much mail", Refused("too_long", "552")),
        (C, 554, "spam", Refused("blocked", "554")),
        (C, 550, "5.7.26 fails DMARC", TryLater("misconfigured", "550 5.7.26")),
        (C, 550, "5.6.7 no", Refused("bad_content", "550 5.6.7")),
        (C, 569, "what?", Refused("unexplained", "569")),
        (E, 535, "5.7.8 wrong", TryLater("misconfigured", "535 5.7.8")),
        (E, 554, "no", TryLater("misconfigured", "554")),
        (E, 454, "4.7.0 no TLS just now", TryLater("unreachable", "454 4.7.0")),
        (R, 421, "4.7.0 too many", TryLater("rate_limited", "421 4.7.0")),
        (R, 421, "closing", TryLater("unreachable", "421")),
        (R, 550, "5.7.1 rejected by mx-relay1.b.example", Refused("blocked", "550 5.7.1")),
        (R, 554, "5.7.1 listed, using relays.bl.example", Refused("blocked", "554 5.7.1")),
        (R, 550, "5.7.1 Relaying denied", TryLater("misconfigured", "550 5.7.1")),
        (R, 550, "relay not permitted", TryLater("misconfigured", "550")),
        (R, 550, "5.7.1 Unable to relay", TryLater("misconfigured", "550 5.7.1")),
        (R, 550, "5.5.0 mailbox unavailable", Refused("bad_address", "550 5.5.0")),
        (R, 501, "5.5.4 what is that?", Refused("unexplained", "501 5.5.4")),
        (R, 504, "5.5.2 half a name", Refused("unexplained", "504 5.5.2")),
        (R, 501, "bad address", Refused("bad_address", "501")),
        (R, 504, "not that", Refused("unexplained", "504")),
        (R, 503, "5.5.1 bad sequence", TryLater("misconfigured", "503 5.5.1")),
        (S, 501, "5.5.4 who are you?", TryLater("misconfigured", "501 5.5.4")),
        # Word of one reader's mail server says nothing of the relay.
        (R, 451, "4.7.1 greylisted", TryLater("put_off", "451 4.7.1")),
        (R, 450, "4.7.0 greylisted", TryLater("put_off", "450 4.7.0")),
        (R, 450, "4.2.0 greylisted", TryLater("put_off", "450 4.2.0")),
        (R, 450, "4.2.1 too fast", TryLater("put_off", "450 4.2.1")),
        (R, 450, "4.1.2 no such domain just now", TryLater("put_off", "450 4.1.2")),
        (R, 451, "4.4.1 her server is silent", TryLater("put_off", "451 4.4.1")),
        (R, 450, "busy", TryLater("put_off", "450")),
        (C, 451, "4.7.1 greylisted", TryLater("put_off", "451 4.7.1")),
        (R, 451, "4.3.0 broken", TryLater("deferred", "451 4.3.0")),
        (S, 451, "4.7.1 not now", TryLater("deferred", "451 4.7.1")),
        (R, 452, "4.2.2 full", TryLater("mailbox_full", "452 4.2.2")),
        (R, 452, "no room", TryLater("queue_full", "452")),
        (R, 452, "4.5.3 too many", TryLater("rate_limited", "452 4.5.3")),
        (C, 450, "busy", TryLater("deferred", "450")),
        # An enhanced code of another class than the answer's is a slip, and the answer counts.
        (R, 450, "5.1.1 no such user", TryLater("put_off", "450")),
    ],
)  # fmt: skip
def test_an_answer_and_what_it_means(stage, code, text, outcome):
    assert judged(stage, code, text) == outcome


@given(st.sampled_from(Stage), st.integers(400, 599), st.text(max_size=60))
def test_every_refusal_has_a_reason_and_keeps_nothing_of_the_text(stage, code, text):
    outcome = judged(stage, code, text)
    assert outcome.reason in REASONS
    assert isinstance(outcome, TryLater if code < 500 else TryLater | Refused)
    assert outcome.provider_code.replace(".", "").replace(" ", "").isdigit()


@given(st.sampled_from(Stage), st.tuples(st.integers(4, 5), st.integers(0, 9), st.integers(0, 99)))
def test_every_enhanced_code_has_a_reason(stage, parts):
    assert judged(stage, parts[0] * 100 + 50, "{}.{}.{}".format(*parts)).reason in REASONS
    assert bounced("{}.{}.{}".format(*parts)) in REASONS


def test_all_tables_speak_of_reasons_that_are_known():
    said = {*SURELY.values(), *LATER.values(), *BOUNCES.values(), *PLAIN_LATER.values()}
    by_stage = [*PLAIN.values(), *OF_READER.values()]
    assert said | {reason for table in by_stage for reason in table.values()} <= set(REASONS)


@pytest.mark.parametrize("stage", [R, C])
def test_a_reader_who_is_put_off_is_no_fault_of_the_relay(stage):
    assert meaning(judged(stage, 451, "4.7.1 greylisted").reason).fault is Fault.ADDRESS


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("5.1.1", "bounced"), ("5.4.4", "bounced"), ("5.2.2", "mailbox_full"), ("4.2.2", "mailbox_full"),
        ("5.7.26", "blocked"), ("4.4.7", "undelivered"), ("5.0.0", "undelivered"), ("", "undelivered"),
        ("5.1.1x", "undelivered"),
    ],
)  # fmt: skip
def test_why_a_mail_came_back(status, reason):
    assert bounced(status) == reason


def test_of_several_beginnings_the_longest_counts():
    table = {"5": "class", "5.1": "subject", "5.1.1": "whole"}
    assert [by_prefix(table, code) for code in ("5.1.1", "5.1.10", "5.2.1")] == ["whole", "subject", "class"]
