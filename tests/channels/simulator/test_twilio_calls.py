import pytest
from twilio.request_validator import RequestValidator

from tests.channels.simulator.conftest import CALLS, MOMENT, PUBLIC, TOKEN

WORDS = "/callbacks/twilio/calls/r1"
STATUS = WORDS + "/status"


@pytest.fixture(autouse=True)
def our_words(service):
    service.answers[WORDS] = "<Response><Say>Good morning.</Say><Hangup/></Response>"


def statuses(service):
    return [heard.form["CallStatus"] for heard in service.heard if heard.path == STATUS]


async def test_a_call_is_taken_played_and_told_of(client, service):
    answer = await client.call()
    assert (answer.status_code, answer.json()["status"]) == (201, "queued")
    await client.quiet()
    assert statuses(service) == ["initiated", "ringing", "in-progress", "completed"]
    (call,) = await client.accepted(channel="voice")
    assert (call["body"], call["status"], call["reference"]) == ("Good morning.", "completed", "r1")


async def test_every_request_about_a_call_is_signed(client, service):
    await client.call()
    await client.quiet()
    for heard in service.heard:
        signature = heard.headers["x-twilio-signature"]
        assert RequestValidator(TOKEN).validate(PUBLIC + heard.path, heard.form, signature)
    assert len(service.heard) == 5


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("+15595550110", ["initiated", "ringing", "busy"]),
        ("+15595550111", ["initiated", "ringing", "no-answer"]),
        ("+15595550112", ["initiated", "failed"]),
        ("+15595550117", []),
        ("+15595550156", ["initiated", "ringing", "completed", "in-progress"]),
    ],
)
async def test_a_magic_number_has_its_own_course(client, service, number, told):
    await client.call(To=number)
    await client.quiet()
    assert statuses(service) == told


async def test_only_the_events_that_were_asked_for_are_told(client, service):
    await client.call(StatusCallbackEvent="completed")
    await client.quiet()
    assert statuses(service) == ["completed"]


@pytest.mark.parametrize(
    ("detection", "number", "answered_by"),
    [
        ("Enable", "+15595550113", "machine_start"),
        ("DetectMessageEnd", "+15595550113", "machine_end_beep"),
        ("DetectMessageEnd", "+14155550123", "human"),
        ("", "+15595550113", None),
    ],
)
async def test_a_machine_is_told_from_a_person_if_asked(client, service, detection, number, answered_by):
    await client.call(To=number, MachineDetection=detection)
    await client.quiet()
    (asked,) = [heard for heard in service.heard if heard.path == WORDS]
    assert asked.form.get("AnsweredBy") == answered_by


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Twiml": "<Response/>"}, 20001),
        ({"To": ""}, 21201),
        ({"From": ""}, 21213),
        ({"Url": "nowhere"}, 21205),
        ({"To": "5550123"}, 21211),
        ({"To": "+15595550101"}, 21211),
        ({"From": "orange"}, 21212),
        ({"StatusCallback": "//x"}, 21609),
        ({"Method": "GET"}, 20001),
        ({"MachineDetection": "Maybe"}, 20001),
        ({"StatusCallbackEvent": ["done"]}, 20001),
    ],
)
async def test_what_twilio_would_refuse_is_refused(client, changes, code):
    answer = await client.call(**changes)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_calls_are_listed_by_number_and_time(client):
    sid = (await client.call()).json()["sid"]
    before, after = MOMENT.strftime("%Y-%m-%d"), "2026-11-23"
    for query, found in [
        ("To=%2B14155550123", [sid]),
        ("To=%2B14155550999", []),
        (f"StartTime>={before}", [sid]),
        (f"StartTime>={after}", []),
        (f"StartTime<={after}", [sid]),
        (f"StartTime={before}", [sid]),
    ]:
        calls = (await client.twilio("GET", f"{CALLS}.json?{query}")).json()["calls"]
        assert [call["sid"] for call in calls] == found, query


async def test_a_time_that_cannot_be_read_is_refused(client):
    assert (await client.twilio("GET", f"{CALLS}.json?StartTime=soon")).status_code == 400


async def test_the_list_of_calls_goes_on_where_it_says(client):
    sids = [(await client.call()).json()["sid"] for _ in range(3)]
    first = (await client.twilio("GET", f"{CALLS}.json?PageSize=2")).json()
    second = (await client.twilio("GET", first["next_page_uri"])).json()
    assert [call["sid"] for call in first["calls"] + second["calls"]] == sids[::-1]


async def test_one_call_is_shown_with_who_answered(client):
    sid = (await client.call(To="+15595550116")).json()["sid"]
    await client.quiet()
    call = (await client.twilio("GET", f"{CALLS}/{sid}.json")).json()
    assert (call["status"], call["answered_by"], call["duration"]) == ("completed", "human", "2")


async def test_an_ended_call_cannot_be_canceled(client):
    sid = (await client.call()).json()["sid"]
    await client.quiet()
    answer = await client.twilio("POST", f"{CALLS}/{sid}.json", {"Status": "canceled"})
    assert answer.json()["code"] == 21220
    assert (await client.twilio("POST", f"{CALLS}/CAnone.json", {"Status": "canceled"})).status_code == 404


@pytest.mark.parametrize("pace", [60])
async def test_a_call_canceled_in_time_is_never_made(client, service, pace):
    sid = (await client.call()).json()["sid"]
    answer = await client.twilio("POST", f"{CALLS}/{sid}.json", {"Status": "canceled"})
    assert answer.json()["status"] == "canceled"
    assert await client.simulator.quiet(pace)
    assert service.heard == []


async def test_a_call_takes_no_other_change(client):
    sid = (await client.call()).json()["sid"]
    answer = await client.twilio("POST", f"{CALLS}/{sid}.json", {"Status": "canceled", "Twiml": "<Response/>"})
    assert answer.json()["code"] == 20001


async def test_an_ended_call_is_deleted_at_twilio_but_not_from_the_book(client):
    sid = (await client.call()).json()["sid"]
    await client.quiet()
    assert (await client.twilio("DELETE", f"{CALLS}/{sid}.json")).status_code == 204
    assert (await client.twilio("GET", f"{CALLS}/{sid}.json")).status_code == 404
    assert (await client.twilio("GET", f"{CALLS}.json")).json()["calls"] == []
    assert len(await client.accepted(channel="voice")) == 1
    assert (await client.twilio("DELETE", f"{CALLS}/{sid}.json")).json()["code"] == 20404


@pytest.mark.parametrize("pace", [60])
async def test_a_call_that_has_not_ended_cannot_be_deleted(client):
    sid = (await client.call()).json()["sid"]
    assert (await client.twilio("DELETE", f"{CALLS}/{sid}.json")).json()["code"] == 20009
