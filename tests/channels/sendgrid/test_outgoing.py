import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import Mail, OutgoingMessage
from channels.sendgrid.outgoing import BATCH, WORDS, batches, body, too_wordy
from channels.simulator.sendgrid_checks import flaws

MAIL = Mail("Renew, [[name]]", "Hello [[name]]", "<p>Hello [[name|html]]</p>")


def message(number=0, **changed: object):
    made = OutgoingMessage(
        reference=f"r{number}",
        code="K7Q2M",
        to=f"p{number}@example.org",
        sender="Renewals <renewals@orange.example.org>",
        language="en",
        mail=MAIL,
        words={"name": "Ana"},
    )
    return replace(made, **changed)


def request(*messages: OutgoingMessage):
    return json.loads(body(MAIL, messages))


def test_without_time_fence_and_category_none_is_said():
    assert set(request(message())) & {"send_at", "batch_id", "categories"} == set()


def test_a_time_is_said_in_whole_seconds_and_never_too_early():
    send_at = datetime(2026, 12, 1, 12, 0, 0, 1, tzinfo=UTC)
    assert request(message(send_at=send_at))["send_at"] == datetime(2026, 12, 1, 12, 0, 1, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("category", "said"),
    [("renewal_two_months", ["renewal_two_months"]), ("año", ["ao"]), ("x" * 300, ["x" * 255]), ("ñ", None)],
)
def test_a_category_is_short_and_ascii_or_left_out(category, said):
    assert request(message(category=category)).get("categories") == said


def test_the_headers_for_one_click_unsubscribing_come_together():
    """RFC 8058: one https address in angle brackets, and the literal word for the post."""
    (person,) = request(message(unsubscribe_url="https://kc.example/u/1"))["personalizations"]
    assert person["headers"] == {
        "List-Unsubscribe": "<https://kc.example/u/1>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def test_without_an_address_to_unsubscribe_there_is_neither_header():
    (person,) = request(message())["personalizations"]
    assert "headers" not in person


@pytest.mark.parametrize(
    ("words", "too_many"),
    [
        ({}, False),
        ({"name": "a" * 4_900}, False),
        ({"name": "a" * 5_100}, True),
        ({"name": "ក" * 2_000}, True),
        ({"name": '"' * 1_800}, True),
        ({str(number): "" for number in range(75)}, False),
        ({str(number): "" for number in range(76)}, True),
    ],
)
def test_words_are_counted_as_they_are_written(words, too_many):
    assert too_wordy(message(words=words)) is too_many


@given(st.dictionaries(st.text(max_size=40), st.text(max_size=1_000), max_size=20))
def test_what_is_not_too_wordy_is_never_more_than_sendgrid_takes(words):
    one = message(words=words)
    (person,) = request(one)["personalizations"]
    size = len(json.dumps(person["substitutions"], ensure_ascii=False).encode(errors="replace"))
    assert too_wordy(one) is (size > WORDS)


def test_a_thousand_readers_are_one_request_and_one_more_is_another():
    assert [len(batch) for batch in batches([message(number) for number in range(BATCH + 1)])] == [BATCH, 1]


MESSAGES = st.lists(
    st.builds(
        message,
        number=st.integers(0, 5),
        alone=st.booleans(),
        category=st.sampled_from(["", "a"]),
        fence=st.sampled_from(["", "b1", "b2"]),
        send_at=st.none() | st.datetimes(timezones=st.just(UTC)),
        words=st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=3),
        unsubscribe_url=st.sampled_from(["", "https://kc.example/u/1"]),
    ),
    max_size=12,
)


@given(MESSAGES)
def test_every_message_goes_into_one_request_that_sendgrid_would_take(messages):
    cut = batches(messages)
    assert [one for batch in cut for one in batch] == messages
    for batch in cut:
        assert len({(one.category, one.send_at, one.fence) for one in batch}) == 1
        assert len(batch) == 1 or not any(one.alone for one in batch)
        assert flaws(json.loads(body(MAIL, batch))) == []
