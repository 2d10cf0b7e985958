import pytest

from channels.simulator.outcomes import OUTCOMES
from tests.channels.simulator.conftest import a_reader

FAULT = {"provider": "twilio", "kind": "500_after", "share": 1, "for_seconds": 60}


async def test_accepted_messages_of_all_channels_are_listed_newest_first(client):
    await client.text()
    await client.mail()
    await client.call()
    await client.quiet()
    data = await client.accepted()
    assert [message["channel"] for message in data] == ["voice", "email", "sms"]
    text = data[2]
    assert text.pop("id").startswith("SM")
    assert text == {
        "channel": "sms",
        "to": "+14155550123",
        "from": "+17145550100",
        "body": "Hello",
        "reference": "r1",
        "accepted_at": "2026-11-22T18:00:00Z",
        "status": "delivered",
    }
    assert {"subject", "html", "headers"} <= set(data[1])


async def test_the_list_is_narrowed_and_goes_on_where_it_says(client):
    await client.mail(*(a_reader(f"p{number}@example.org") for number in range(5)))
    await client.text()
    page = (await client.http.get("/sandbox/messages?channel=email&limit=3")).json()
    assert page["has_more"]
    rest = (await client.http.get(page["next"])).json()
    assert [mail["to"] for mail in page["data"] + rest["data"]] == [f"p{n}@example.org" for n in (4, 3, 2, 1, 0)]
    assert (rest["has_more"], rest["next"]) == (False, None)
    assert len(await client.accepted(to="+14155550123")) == 1


@pytest.mark.parametrize("query", ["channel=fax", "limit=0", "limit=x", "cursor=-1"])
async def test_a_query_that_makes_no_sense_is_a_problem(client, query):
    answer = await client.http.get(f"/sandbox/messages?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"] == "/" + query.partition("=")[0]


async def test_the_outcomes_are_listed(client):
    data = (await client.http.get("/sandbox/outcomes")).json()["data"]
    assert len(data) == len(OUTCOMES)
    assert set(data[0]) == {"channel", "address", "outcome", "code", "explanation"}


async def test_a_fault_can_be_switched_on_seen_and_cleared(client):
    answer = await client.http.post("/sandbox/faults", json=FAULT)
    assert (answer.status_code, answer.json()["until"]) == (201, "2026-11-22T18:01:00Z")
    assert (await client.http.get("/sandbox/faults")).json()["data"] == [answer.json()]
    assert (await client.http.delete("/sandbox/faults")).status_code == 204
    assert (await client.http.get("/sandbox/faults")).json() == {"data": []}


@pytest.mark.parametrize(
    "changes",
    [{"provider": "fax"}, {"kind": "x"}, {"share": 1.1}, {"share": True}, {"for_seconds": "60"}, {"kind": 5}],
)
async def test_a_fault_that_makes_no_sense_is_a_problem(client, changes):
    answer = await client.http.post("/sandbox/faults", json={**FAULT, **changes})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/" + next(iter(changes))


@pytest.mark.parametrize("body", [b"{", b"[]", b""])
async def test_only_an_object_is_understood(client, body):
    assert (await client.http.post("/sandbox/faults", content=body)).status_code == 422


async def test_a_key_pressed_on_the_page_leads_back_to_it(client, service):
    service.answers["/callbacks/twilio/calls/r1"] = "<Response><Gather><Say>Press.</Say></Gather></Response>"
    id_ = (await client.call()).json()["sid"]
    await client.quiet()
    answer = await client.http.post(f"/sandbox/calls/{id_}/keys", data={"digits": "1"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sandbox/call/{id_}")
