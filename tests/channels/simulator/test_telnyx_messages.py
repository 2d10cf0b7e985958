from datetime import timedelta

import pytest

from channels.simulator import Simulator
from tests.channels.simulator.conftest import MESSAGES, MOMENT, Client, Wire

LATER = (MOMENT + timedelta(hours=1)).isoformat()


async def test_a_text_is_taken_and_told_of_until_it_is_delivered(client, service):
    answer = await client.telnyx_text()
    body = answer.json()["data"]
    assert answer.status_code == 200
    assert (body["to"][0]["status"], body["parts"], body["errors"]) == ("queued", 1, [])
    await client.quiet()
    assert service.events == [("message.sent", "sent"), ("message.finalized", "delivered")]
    (kept,) = await client.accepted(channel="sms")
    assert (kept["id"], kept["reference"], kept["status"]) == (body["id"], "r1", "delivered")


@pytest.mark.parametrize(
    ("number", "status", "code"),
    [
        ("+12095550101", 400, "40310"),
        ("+12095550102", 403, "40300"),
        ("+12095550103", 422, "40001"),
        ("+12095550104", 400, "40309"),
        ("+12095550150", 429, "10011"),
        ("+12095550151", 500, "10007"),
    ],
)
async def test_a_magic_number_is_refused_as_at_telnyx(client, number, status, code):
    answer = await client.telnyx_text(to=number)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)
    assert await client.accepted() == []


async def test_a_magic_number_fails_later_as_at_telnyx(client, service):
    await client.telnyx_text(to="+12095550115")
    await client.quiet()
    assert service.events[-1] == ("message.finalized", "delivery_failed")


async def test_what_telnyx_would_refuse_is_refused(client):
    answer = await client.telnyx_text(texd="x")
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["source"]) == (400, {"pointer": "/texd"})
    assert await client.accepted() == []


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [(b"{", "application/json", 400), (b"[]", "application/json", 400), (b"to=1", "text/plain", 415)],
)
async def test_what_is_no_json_is_refused(client, content, kind, status):
    headers = {"Authorization": "Bearer KEY.the-key", "Content-Type": kind}
    answer = await client.http.post("/sandbox/telnyx/v2/messages", content=content, headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize(("kind", "status", "accepted"), [("429", 429, 0), ("500", 500, 0), ("500_after", 500, 1)])
async def test_a_fault_of_telnyx_spares_the_others(client, kind, status, accepted):
    fault = {"provider": "telnyx", "kind": kind, "share": 1, "for_seconds": 60}
    await client.http.post("/sandbox/faults", json=fault)
    assert (await client.telnyx_text()).status_code == status
    assert len(await client.accepted()) == accepted
    assert (await client.text()).status_code == 201


async def test_a_text_can_be_shown_for_ten_days(settings, service):
    moment = [MOMENT]
    simulator = Simulator(settings, now=lambda: moment[0], network=Wire(service.app))
    client = await opened(simulator)
    made = (await client.telnyx_text()).json()["data"]["id"]
    assert (await client.telnyx("GET", f"messages/{made}")).json()["data"]["text"] == "Hello"
    moment[0] += timedelta(days=11)
    assert (await client.telnyx("GET", f"messages/{made}")).status_code == 404
    await client.http.aclose()
    await simulator.stop()


async def opened(simulator):
    import httpx
    from starlette.applications import Starlette
    from starlette.routing import Mount

    app = Starlette(routes=[Mount("/sandbox", app=simulator.app)])
    return Client(httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x.example"), simulator)


async def test_a_text_of_another_provider_is_unknown_to_telnyx(client):
    sid = (await client.text()).json()["sid"]
    for method in ("GET", "DELETE"):
        assert (await client.telnyx(method, f"messages/{sid}")).status_code == 404


async def test_a_text_by_telnyx_is_in_no_list_of_twilio(client):
    await client.telnyx_text()
    assert (await client.twilio("GET", MESSAGES + ".json")).json()["messages"] == []


@pytest.mark.parametrize("path", ["", "/schedule"])
async def test_a_scheduled_text_waits_and_can_be_withdrawn_once(client, service, path):
    made = (await client.telnyx_text(path, send_at=LATER)).json()["data"]
    withdrawn = await client.telnyx("DELETE", f"messages/{made['id']}")
    again = await client.telnyx("DELETE", f"messages/{made['id']}")
    assert made["to"][0]["status"] == "scheduled"
    assert (withdrawn.status_code, withdrawn.json()["to"][0]["status"]) == (200, "cancelled")
    assert again.status_code == 403
    await client.quiet()
    assert service.heard == []
    assert (await client.accepted())[0]["status"] == "cancelled"


async def test_a_text_cannot_be_withdrawn_in_its_last_minute(settings, service):
    moment = [MOMENT]
    simulator = Simulator(settings, now=lambda: moment[0], network=Wire(service.app))
    client = await opened(simulator)
    made = (await client.telnyx_text(send_at=LATER)).json()["data"]["id"]
    moment[0] += timedelta(minutes=59)
    assert (await client.telnyx("DELETE", f"messages/{made}")).status_code == 403
    await client.http.aclose()
    await simulator.stop()


async def test_a_sent_text_cannot_be_withdrawn(client):
    made = (await client.telnyx_text()).json()["data"]["id"]
    assert (await client.telnyx("DELETE", f"messages/{made}")).status_code == 403


async def test_scheduling_needs_a_time(client):
    answer = await client.telnyx_text("/schedule")
    assert answer.json()["errors"][0]["source"] == {"pointer": "/send_at"}
