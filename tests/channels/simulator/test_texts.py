from channels.simulator.texts import text_message, text_steps
from tests.channels.simulator.conftest import MOMENT, STATUS


def a_text(**changes: object):
    plain = {"recipient": "+14155550123", "sender": "+17145550100", "body": "Hello", "accepted_at": MOMENT}
    return text_message(**{**plain, **changes})


def test_the_reference_stands_in_the_callbacks_path():
    assert a_text(callback=STATUS + "?x=1#rc=5").reference == "r1"


def test_a_long_text_counts_its_parts():
    assert a_text(body="ё" * 71).detail["segments"] == 2


def test_how_a_text_waits_shows_in_its_status():
    assert a_text().status == "queued"
    assert a_text(service="MG1").status == "accepted"
    assert a_text(service="MG1", scheduled=True).status == "scheduled"
    assert a_text(direction="inbound").status == "received"


def test_only_a_failure_carries_a_code():
    text = a_text(recipient="+12095550118", callback=STATUS)
    steps = text_steps(text, frozenset(), pace=0.5, wait=60)
    assert [(step.status, step.code, step.delay) for step in steps] == [
        ("sent", "", 60.5),
        ("undelivered", "30008", 61.0),
        ("delivered", "", 61.5),
    ]


def test_without_a_callback_nothing_is_told():
    assert [step.told for step in text_steps(a_text(), frozenset(), pace=1)] == [False, False]
