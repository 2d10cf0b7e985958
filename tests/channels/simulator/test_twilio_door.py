from datetime import UTC, datetime

import pytest

from channels.simulator.twilio_door import Page, counts, is_web_address, moment_of, reference_of, twilio_error
from tests.channels.simulator.conftest import ACCOUNT, MESSAGES, TOKEN


@pytest.mark.parametrize(
    ("url", "reference"),
    [
        ("https://ours.example/callbacks/twilio/messages/a.b", "a.b"),
        ("https://ours.example/callbacks/twilio/calls/a.b/status", "a.b"),
        ("https://ours.example/elsewhere/a.b", "a.b"),
        ("https://ours.example", ""),
        ("", ""),
    ],
)
def test_our_reference_is_read_from_a_callbacks_address(url, reference):
    assert reference_of(url) == reference


@pytest.mark.parametrize("url", ["", "ours.example", "ftp://ours.example", "http://", "http://["])
def test_what_twilio_cannot_call_is_no_web_address(url):
    assert not is_web_address(url)


def test_a_filters_time_is_gmt_unless_it_says_otherwise():
    assert moment_of("2026-11-22") == datetime(2026, 11, 22, tzinfo=UTC)
    assert moment_of("2026-11-22T10:00:00-08:00") == datetime(2026, 11, 22, 18, tzinfo=UTC)
    assert moment_of("soon") is None


def test_a_page_has_sensible_bounds():
    assert Page.of({}) == Page(50, 0, None)
    assert Page.of({"PageSize": "5000", "Page": "2", "PageToken": "PA17"}) == Page(1000, 2, 17)
    assert Page.of({"PageSize": "x", "PageToken": "y"}) == Page(50, 0, None)


def test_too_many_requests_says_when_to_come_again():
    answer = twilio_error(20429)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")


async def test_another_account_does_not_enter(client):
    other = MESSAGES.replace(ACCOUNT, "AC" + "9" * 32)
    answer = await client.http.get(other + ".json", auth=(ACCOUNT, TOKEN))
    assert answer.status_code == 401


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("500", 500), ("500_after", 200), ("drop", 200)])
async def test_reading_meets_only_the_faults_that_concern_it(client, kind, status):
    fault = {"provider": "twilio", "kind": kind, "share": 1, "for_seconds": 60}
    await client.http.post("/sandbox/faults", json=fault)
    assert (await client.twilio("GET", MESSAGES + ".json")).status_code == status


@pytest.mark.parametrize(
    ("text", "good"), [("", True), ("1", True), ("3", False), ("-1", False), ("²", False), ("x", False)]
)
def test_a_count_is_a_whole_number_within_its_bounds(text, good):
    assert counts(text, range(1, 3)) is good
