import pytest
from twilio.request_validator import RequestValidator

from tests.channels.simulator.conftest import CALLS, PUBLIC, TOKEN

VOICE = "/callbacks/twilio/voice"
KEYS = VOICE + "/keys"
CALLER, OURS = "+14155550123", "+17145550100"


@pytest.fixture(autouse=True)
def our_words(service):
    gather = f'<Gather numDigits="1" action="{PUBLIC + KEYS}" actionOnEmptyResult="true"><Say>Press 2.</Say></Gather>'
    service.answers[VOICE] = f"<Response><Say>This is the county.</Say>{gather}</Response>"
    service.answers[KEYS] = "<Response><Say>You will hear no more.</Say><Hangup/></Response>"


async def ring(client, **changes: object):
    return await client.http.post("/sandbox/calls", json={"from": CALLER, "to": OURS, **changes})


async def listed(client):
    (call,) = (await client.twilio("GET", CALLS + ".json")).json()["calls"]
    return call


async def test_somebody_calls_us_and_hears_what_we_say(client, service):
    answer = await ring(client)
    assert (answer.status_code, answer.json()["spoken"]) == (201, "This is the county.\nPress 2.")
    (heard,) = service.heard
    assert RequestValidator(TOKEN).validate(PUBLIC + VOICE, heard.form, heard.headers["x-twilio-signature"])
    told = {name: heard.form[name] for name in ("Direction", "CallStatus", "From", "To", "Caller", "Called")}
    assert told == {
        "Direction": "inbound",
        "CallStatus": "ringing",
        "From": CALLER,
        "To": OURS,
        "Caller": CALLER,
        "Called": OURS,
    }


async def test_the_call_waits_for_a_key_and_ends_after_it(client, service):
    id_ = (await ring(client)).json()["id"]
    assert ((await listed(client))["status"], (await listed(client))["direction"]) == ("in-progress", "inbound")
    answer = await client.http.post(f"/sandbox/calls/{id_}/keys", json={"digits": "2"})
    assert answer.json()["spoken"] == "You will hear no more."
    assert service.heard[-1].form["Digits"] == "2"
    assert (await listed(client))["status"] == "completed"


async def test_who_lets_the_time_go_by_presses_no_key(client, service):
    id_ = (await ring(client)).json()["id"]
    await client.http.post(f"/sandbox/calls/{id_}/keys", json={"digits": ""})
    assert service.heard[-1].form["Digits"] == ""


async def test_a_question_takes_one_key_and_the_next_question_the_next(client, service):
    second = f'<Gather numDigits="1" action="{PUBLIC + KEYS}/es"><Say>And now 3.</Say></Gather>'
    service.answers[KEYS] = f"<Response>{second}</Response>"
    service.answers[KEYS + "/es"] = "<Response><Say>Gracias.</Say></Response>"
    id_ = (await ring(client)).json()["id"]
    answer = await client.http.post(f"/sandbox/calls/{id_}/keys", json={"digits": "23"})
    assert answer.json()["spoken"] == "And now 3.\nGracias."
    assert [heard.form["Digits"] for heard in service.heard[-2:]] == ["2", "3"]


async def test_a_call_to_us_is_no_message_of_ours(client):
    await ring(client)
    assert await client.accepted(channel="voice") == []


async def test_a_call_that_we_do_not_answer_fails(client, service):
    service.failures = 1
    assert (await ring(client)).json()["spoken"] == ""
    assert (await listed(client))["status"] == "failed"


@pytest.mark.parametrize("changes", [{"from": "me"}, {"to": ""}, {"to": 7}])
async def test_only_numbers_call_numbers(client, changes):
    answer = await ring(client, **changes)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/" + next(iter(changes))


async def test_a_call_from_the_page_leads_to_the_call(client):
    answer = await client.http.post("/sandbox/calls", data={"from": CALLER, "to": OURS})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sandbox/call/CA")
