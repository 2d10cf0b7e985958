from dataclasses import replace

import pytest

from channels.signals import Callback
from channels.simulator.outcomes import MAIL_STORY, OUTCOMES, STORY, Twist, outcome_for
from channels.simulator.signing import REPORT_SIGNATURE, report_signature
from channels.simulator.smtp_mail import kept
from channels.simulator.smtp_reports import COMPLAINTS, REPORTS, mail_steps, report
from channels.smtp.reports import signals
from channels.smtp.signatures import verify
from tests.channels.simulator.conftest import MOMENT
from tests.channels.simulator.test_smtp_mail import handed_in

ALL = frozenset({"SUCCESS", "FAILURE", "DELAY"})
DATE = "Sun, 22 Nov 2026 18:00:00 +0000"


def a_mail(*wishes: str):
    return kept(replace(handed_in(), wishes=frozenset(wishes)), MOMENT)


def told(mail, outcome, twists=frozenset()):
    return [step.payload["event"] for step in mail_steps(mail, outcome, twists, 0.1) if step.told]


def test_every_word_of_a_mails_story_can_be_reported():
    said = {word for one in OUTCOMES if one.channel == "email" for word in one.story} | set(STORY["email"])
    assert said - {"processed"} == {*REPORTS, *COMPLAINTS}


@pytest.mark.parametrize("event", [*REPORTS, *COMPLAINTS])
def test_our_own_reader_understands_each_report(event):
    (signal,) = signals(report(a_mail(), event, DATE))
    assert signal.reference == "ref-1"


@pytest.mark.parametrize(
    ("wishes", "name", "events"),
    [
        (ALL, "deferred", ["deferred", "delivered"]), ((), "deferred", ["deferred"]),
        (("SUCCESS",), "deferred", ["delivered"]),
        (("NEVER",), "bounce", []), ((), "bounce", ["bounce"]), (("NEVER",), "spam", ["spamreport"]),
    ],
)  # fmt: skip
def test_the_sender_hears_what_it_wished_to_hear(wishes, name, events):
    assert told(a_mail(*wishes), outcome_for("email", f"{name}@sandbox.keepcovered.example")) == events


def test_a_twist_bends_the_story():
    assert (
        told(a_mail(*ALL), outcome_for("email", "ana@example.org"), frozenset({Twist.DUPLICATE})) == ["delivered"] * 2
    )
    assert [step.status for step in mail_steps(a_mail(), outcome_for("email", "a@example.org"), frozenset(), 0)] == [
        *MAIL_STORY
    ]


def test_a_report_carries_the_signature_that_our_own_check_takes():
    body = report(a_mail(), "bounce", DATE)
    headers = {REPORT_SIGNATURE: report_signature("shared", str(int(MOMENT.timestamp())), body)}
    verify(Callback("https://us.example/callbacks/smtp/events", headers, body, MOMENT), ["shared"])
