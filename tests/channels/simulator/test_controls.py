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


async def test_the_form_of_a_page_switches_a_fault_on_and_off_and_leads_back(client):
    form = {"provider": "twilio", "kind": "slow", "share": "0.25", "for_seconds": "60", "back": "/?live=on"}
    answer = await client.http.post("/sandbox/faults", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sandbox/?live=on")
    (fault,) = (await client.http.get("/sandbox/faults")).json()["data"]
    assert (fault["kind"], fault["share"]) == ("slow", 0.25)
    page = (await client.http.get("/sandbox/")).text
    assert f'action="/sandbox/faults/{fault["id"]}/off"' in page
    assert (await client.http.post(f"/sandbox/faults/{fault['id']}/off", data={"back": "/"})).status_code == 303
    assert (await client.http.get("/sandbox/faults")).json() == {"data": []}


async def test_one_fault_is_switched_off_by_its_number(client):
    ids = [(await client.http.post("/sandbox/faults", json=FAULT)).json()["id"] for _ in range(2)]
    assert (await client.http.delete(f"/sandbox/faults/{ids[0]}")).status_code == 204
    assert [fault["id"] for fault in (await client.http.get("/sandbox/faults")).json()["data"]] == ids[1:]
    assert (await client.http.delete("/sandbox/faults/x")).status_code == 422


async def test_a_form_that_makes_no_sense_is_answered_with_a_page(client):
    answer = await client.http.post("/sandbox/faults", data={**FAULT, "share": "2"})
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")
    assert "A number from 0 to 1 is needed." in answer.text


@pytest.mark.parametrize("body", [b"{", b"[]", b""])
async def test_only_an_object_is_understood(client, body):
    assert (await client.http.post("/sandbox/faults", content=body)).status_code == 422


async def test_a_key_pressed_on_the_page_leads_back_to_it(client, service):
    service.answers["/callbacks/twilio/calls/r1"] = "<Response><Gather><Say>Press.</Say></Gather></Response>"
    id_ = (await client.call()).json()["sid"]
    await client.quiet()
    answer = await client.http.post(f"/sandbox/calls/{id_}/keys", data={"digits": "1"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sandbox/call/{id_}")


@pytest.mark.parametrize(("on", "kind"), [(True, "json"), ("true", "data")])
async def test_an_answering_machine_is_switched_on_and_off(client, service, on, kind):
    number = "+14155550123"
    switched = await client.http.post("/sandbox/machines", **{kind: {"number": number, "on": on}})
    assert switched.status_code == (200 if kind == "json" else 303)
    await client.call(To=number)
    await client.quiet()
    assert "machine_end_beep" in service.told("AnsweredBy")
    await client.http.post("/sandbox/machines", json={"number": number, "on": False})
    await client.call(To=number)
    await client.quiet()
    assert service.told("AnsweredBy")[-1] == "human"


@pytest.mark.parametrize("changes", [{"number": "me"}, {"on": "perhaps"}, {"on": None}, {"on": [1]}])
async def test_a_switch_that_makes_no_sense_is_a_problem(client, changes):
    answer = await client.http.post("/sandbox/machines", json={"number": "+14155550123", "on": True, **changes})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/" + next(iter(changes)))


async def test_whoever_asks_is_answered_when_all_is_told(client):
    sid = (await client.text()).json()["sid"]
    answer = await client.http.post("/sandbox/quiet", json={"seconds": 30})
    assert (answer.status_code, answer.json()) == (200, {"quiet": True})
    assert [(text["id"], text["status"]) for text in await client.accepted()] == [(sid, "delivered")]


@pytest.mark.parametrize("seconds", [-1, 61, "soon"])
async def test_nobody_is_heard_out_for_ever(client, seconds):
    answer = await client.http.post("/sandbox/quiet", json={"seconds": seconds})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/seconds")
