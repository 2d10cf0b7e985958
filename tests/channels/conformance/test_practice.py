from datetime import UTC, datetime

import pytest

from channels.conformance.practice import HTTP_ANSWERS, Sample, as_it_arrives, http

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "kind", "reference", "part"),
    [
        ("messages/r1", "messages", "r1", ""),
        ("inbound", "inbound", "", ""),
        ("events", "events", "", ""),
        ("calls/r1", "calls", "r1", ""),
        ("calls/r1/keys/es", "calls", "r1", "keys/es"),
        ("voice", "voice", "", ""),
        ("voice/keys/1", "voice", "", "keys/1"),
    ],
)
def test_a_request_arrives_as_the_service_would_take_it_apart(path, kind, reference, part):
    arrived = as_it_arrives(f"https://ours.example/base/callbacks/pigeon/{path}", {"A": "b"}, b"body", NOW)
    assert (arrived.kind, arrived.reference, arrived.part) == (kind, reference, part)
    assert (arrived.headers, arrived.body, arrived.received_at) == ({"A": "b"}, b"body", NOW)


def test_an_answer_has_its_length_and_its_headers():
    assert http("307 Elsewhere", "é", "Location: /there")("/asked") == (
        b"HTTP/1.1 307 Elsewhere\r\nContent-Length: 2\r\nConnection: close\r\nLocation: /there\r\n\r\n\xc3\xa9"
    )


def test_no_odd_answer_has_the_status_of_an_acceptance_without_a_body():
    assert not [what for what, answer in HTTP_ANSWERS.items() if answer("/").startswith(b"HTTP/1.1 202")]


def test_a_sample_does_not_show_its_address():
    assert "+1415" not in repr(Sample("a landline", "+14155550103"))
