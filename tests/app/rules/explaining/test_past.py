"""What was said, in sentences."""

from datetime import UTC, datetime, timedelta

import pytest

from app.api.event_data import TYPES
from app.rules.explaining.past import (
    EVENTS,
    SWITCHED,
    by_a_person,
    of_attempt,
    of_consent,
    of_end,
    of_event,
    of_receipt,
    of_switch,
)
from app.rules.switches import SwitchKind

AT = datetime(2026, 12, 1, 17, tzinfo=UTC)
ZONE = "America/Los_Angeles"
NINE = "Tuesday 2026-12-01 09:00 Los Angeles time"


def test_every_type_of_event_has_a_sentence():
    assert {type_.removeprefix("org.keepcovered.") for type_ in TYPES} == set(EVENTS)


def test_what_was_older_is_told_to_have_changed_nothing():
    assert of_event("org.keepcovered.renewal.renewed", stale=False) == "The county renewed this person."
    assert of_event("org.keepcovered.renewal.renewed", stale=True).endswith("so it changed nothing.")
    assert of_event("org.keepcovered.new", stale=False) == "The county told us something of the kind new."


@pytest.mark.parametrize(
    ("granted", "channel", "basis", "words"),
    [
        (True, "sms", "county", "This person agreed to renewal messages by text. The county told us so."),
        (False, "sms", "text_stop", "This person said no to renewal messages by text. This person texted us to stop."),
        (False, "email", "letter", "This person said no to renewal messages by e-mail. The ground is “letter”."),
        (True, "voice", "", "This person agreed to renewal messages by call. Nobody told us on what ground."),
    ],
)
def test_a_line_of_the_ledger_says_what_and_on_what_ground(granted, channel, basis, words):
    assert of_consent(granted=granted, purpose="renewal", channel=channel, basis=basis) == words


def test_a_try_says_what_became_of_it():
    assert of_attempt("accepted", "twilio", AT, ZONE) == f"{NINE}: by twilio, the provider took it."
    ahead = of_attempt("accepted", "twilio", AT, ZONE, send_at=AT + timedelta(hours=1), withdrawn="renewed")
    assert ahead == (
        f"{NINE}: by twilio, the provider took it, to leave at Tuesday 2026-12-01 10:00 Los Angeles time. "
        "It was to be withdrawn there: This person is already renewed."
    )
    refused = of_attempt("rejected", "twilio", AT, ZONE, reason="landline")
    assert refused.endswith("the provider refused it. The number is a landline, which cannot receive texts.")


def test_a_receipt_says_what_the_provider_said():
    assert of_receipt("delivered", "", AT, ZONE) == f"{NINE}: the provider said that it was delivered."
    assert of_receipt("undelivered", "busy", AT, ZONE).endswith("undelivered. The line was busy.")


@pytest.mark.parametrize(
    ("status", "reason", "settled", "words"),
    [
        ("delivered", None, False, "It was delivered."),
        ("delivered", "voicemail", False, "An answering machine took the call; it heard a short neutral message."),
        ("sent", None, False, "The provider took it and has not said yet what became of it."),
        ("sending", None, False, "It is being handed to the provider."),
        ("unknown", None, False, "Nobody knows whether it arrived."),
        ("skipped", "household", False,
         "It was said in one message with what others at this number or address were to hear."),
        ("undelivered", "30034", False, "The provider gave the reason “30034”."),
        ("delivered", "They called and thanked us", True,
         "Nothing proved what became of it; a person settled it as delivered: “They called and thanked us”."),
    ],
)  # fmt: skip
def test_an_end_says_how_it_came(status, reason, settled, words):
    assert of_end(status, reason, settled=settled) == words


def test_only_what_neither_rule_nor_provider_said_was_settled_by_a_person():
    assert by_a_person("delivered", "They called", set(), set())
    assert not by_a_person("delivered", "They called", {"delivered"}, set())
    assert not by_a_person("undelivered", "30034", set(), {"30034"})
    assert not by_a_person("delivered", "voicemail", set(), set())
    assert not by_a_person("failed", "strange", set(), set())
    assert not by_a_person("delivered", None, set(), set())


def test_a_switch_says_whose_it_is_since_when_until_when_and_why():
    told = of_switch("pause", "a fire", by="Kim", since=AT, until=AT + timedelta(days=1), zone=ZONE)
    assert told == f"a pause that Kim set on {NINE} until Wednesday 2026-12-02 09:00 Los Angeles time: “a fire”"
    assert "until" not in of_switch("brake", "refusals", by="the service", since=AT, until=None, zone=ZONE)
    assert set(SWITCHED) == set(SwitchKind)
