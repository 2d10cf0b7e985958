from datetime import timedelta

import httpx
import pytest

from channels.simulator.telnyx_door import Flaw, flaw, seconds_ahead, telnyx_error
from tests.channels.simulator.conftest import MOMENT

FINE = {"to": "+14155550123", "from": "+17145550100", "text": "Hello"}
PROFILE = "6b1c7f2e-4d0a-4f5b-9a53-2f8d0c1e7a90"


def after(**ahead):
    return (MOMENT + timedelta(**ahead)).isoformat()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"from": "12345"},
        {"from": "OrangeCo"},
        {"messaging_profile_id": PROFILE},
        {"type": "SMS", "use_profile_webhooks": False, "auto_detect": True},
        {"webhook_url": "https://ours.example/x", "webhook_failover_url": "http://ours.example/y"},
        {"text": "ạ" * 670, "encoding": "ucs2"},
        {"text": "a" * 1530, "encoding": "gsm7"},
        {"send_at": after(minutes=5)},
        {"send_at": after(days=5)},
    ],
)
def test_what_telnyx_documents_is_taken(changes):
    assert flaw({**FINE, **changes}, MOMENT) is None


def test_a_pool_sends_without_a_number():
    assert flaw({"to": FINE["to"], "text": "Hello", "messaging_profile_id": PROFILE}, MOMENT) is None


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"to": ""}, "10004", "/to"),
        ({"from": ""}, "10004", "/from"),
        ({"text": ""}, "40316", "/text"),
        ({"to": "4155550123"}, "10016", "/to"),
        ({"from": "+1-714"}, "40305", "/from"),
        ({"from": "MG" + "1" * 32}, "40305", "/from"),
        ({"type": "MMS"}, "10015", "/type"),
        ({"encoding": "utf8"}, "10015", "/encoding"),
        ({"encoding": "gsm7", "text": "ạ"}, "40009", "/text"),
        ({"text": "a" * 1531}, "40302", "/text"),
        ({"text": "ạ" * 671}, "40302", "/text"),
        ({"webhook_url": "ours.example"}, "10003", "/webhook_url"),
        ({"webhook_url": "https://ours.example/" + "x" * 2000}, "10003", "/webhook_url"),
        ({"messaging_profile_id": "ours"}, "10015", "/messaging_profile_id"),
        ({"send_at": after(minutes=4)}, "10015", "/send_at"),
        ({"send_at": after(days=5, minutes=1)}, "10015", "/send_at"),
        ({"send_at": "tomorrow"}, "10015", "/send_at"),
        ({"send_at": "2026-11-23T00:00:00"}, "10015", "/send_at"),
        ({"media_urls": ["https://ours.example/1.png"]}, "10015", "/media_urls"),
        ({"Text": "x"}, "10015", "/Text"),
        ({"text": 7}, "10015", "/text"),
        ({"use_profile_webhooks": "false"}, "10015", "/use_profile_webhooks"),
    ],
)
def test_what_telnyx_would_refuse_has_its_code_and_field(changes, code, pointer):
    found = flaw({**FINE, **changes}, MOMENT)
    assert (found.code, found.pointer) == (code, pointer)


@pytest.mark.parametrize("body", [None, [], "x", 1])
def test_what_is_no_object_is_no_message(body):
    assert flaw(body, MOMENT).code == "10015"


def test_without_a_time_a_text_leaves_now():
    assert seconds_ahead(FINE, MOMENT) == 0
    assert seconds_ahead({"send_at": after(hours=1)}, MOMENT) == 3600


def test_an_error_has_telnyxs_shape():
    answer = telnyx_error(Flaw("40310", "/to"))
    assert answer.status_code == 400
    (error,) = httpx.Response(400, content=answer.body).json()["errors"]
    assert (error["code"], error["title"], error["source"]) == ("40310", "Invalid 'to' address", {"pointer": "/to"})


def test_too_many_requests_say_when_to_come_again():
    answer = telnyx_error(Flaw("10011"))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic KEY.the-key"}])
@pytest.mark.parametrize("path", ["balance", "messages/x", "detail_records"])
async def test_without_the_key_nobody_enters(client, header, path):
    answer = await client.http.get(f"/sandbox/telnyx/v2/{path}", headers=header)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "10009")


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("500", 500), ("500_after", 200), ("drop", 200)])
async def test_reading_meets_only_the_faults_that_concern_it(client, kind, status):
    fault = {"provider": "telnyx", "kind": kind, "share": 1, "for_seconds": 60}
    await client.http.post("/sandbox/faults", json=fault)
    assert (await client.telnyx("GET", "balance")).status_code == status
