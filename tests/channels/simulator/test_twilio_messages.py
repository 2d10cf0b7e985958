from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from twilio.request_validator import RequestValidator

from tests.channels.simulator.conftest import ACCOUNT, MESSAGES, MOMENT, STATUS, TOKEN

SOON = {"MessagingServiceSid": "MG" + "1" * 32, "ScheduleType": "fixed"}
IN_AN_HOUR = (MOMENT + timedelta(hours=1)).isoformat()


async def test_a_text_is_taken_and_told_of_until_it_is_delivered(client, service):
    answer = await client.text()
    body = answer.json()
    assert answer.status_code == 201
    assert (body["sid"][:2], len(body["sid"])) == ("SM", 34)
    assert (body["status"], body["num_segments"], body["error_code"]) == ("queued", "1", None)
    assert parsedate_to_datetime(body["date_created"]) == MOMENT
    await client.quiet()
    assert service.told() == ["sent", "delivered"]
    assert {heard.form["MessageSid"] for heard in service.heard} == {body["sid"]}


async def test_a_status_callback_carries_twilios_signature(client, service):
    await client.text(StatusCallback=STATUS + "#rc=5&rp=all")
    await client.quiet()
    heard = service.heard[0]
    assert RequestValidator(TOKEN).validate(STATUS, heard.form, heard.headers["x-twilio-signature"])
    assert heard.form["AccountSid"] == ACCOUNT


async def test_without_the_right_token_nothing_is_taken(client):
    answer = await client.http.post(MESSAGES + ".json", data={"To": "+14155550123"}, auth=(ACCOUNT, "wrong"))
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Bodi": "x"}, 20001),
        ({"To": ""}, 21604),
        ({"To": "4155550123"}, 21211),
        ({"From": ""}, 21603),
        ({"From": "+1-714"}, 21212),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"StatusCallback": "ftp://ours.example/x"}, 21609),
        ({"ValidityPeriod": "0"}, 90014),
        ({"ValidityPeriod": "ten"}, 90014),
        ({"ValidityPeriod": "36001"}, 90007),
        ({"From": "+14155550123"}, 21266),
        ({"MessagingServiceSid": "MG1"}, 21701),
        ({"MediaUrl": "nowhere"}, 21620),
        ({"MediaUrl": ["https://ours.example/p"] * 11}, 21623),
        ({"SmartEncoded": "perhaps"}, 20001),
        ({"ContentRetention": "burn"}, 20001),
        ({"ScheduleType": "soon", "MessagingServiceSid": "MG" + "1" * 32}, 20001),
        ({**SOON, "SendAt": (MOMENT + timedelta(days=35, seconds=1)).isoformat()}, 35114),
        ({"ScheduleType": "fixed", "SendAt": IN_AN_HOUR}, 35118),
        ({**SOON, "SendAt": (MOMENT + timedelta(minutes=14)).isoformat()}, 35114),
        ({**SOON, "SendAt": "tomorrow"}, 35114),
        (SOON, 35114),
    ],
)
async def test_what_twilio_would_refuse_is_refused(client, changes, code):
    answer = await client.text(**changes)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert await client.accepted() == []


async def test_an_unknown_field_is_named(client):
    assert "Bodi" in (await client.text(Bodi="x")).json()["message"]


async def test_a_messaging_service_takes_the_place_of_a_number(client, service):
    body = (await client.text(From="", MessagingServiceSid="MG" + "1" * 32)).json()
    assert (body["status"], body["from"], body["messaging_service_sid"]) == ("accepted", None, "MG" + "1" * 32)
    await client.quiet()
    assert service.told("MessagingServiceSid") == ["MG" + "1" * 32] * 2


async def test_the_list_is_newest_first_and_goes_on_where_it_says(client):
    for number in range(3):
        await client.text(Body=f"text {number}")
    first = (await client.twilio("GET", f"{MESSAGES}.json?To=%2B14155550123&PageSize=2")).json()
    second = (await client.twilio("GET", first["next_page_uri"])).json()
    assert [text["body"] for text in first["messages"]] == ["text 2", "text 1"]
    assert [text["body"] for text in second["messages"]] == ["text 0"]
    assert second["next_page_uri"] is None


async def test_a_list_takes_no_filter_that_is_not_simulated(client):
    answer = await client.twilio("GET", f"{MESSAGES}.json?DateSent=2026-11-22")
    assert answer.status_code == 400


async def test_a_scheduled_text_waits_and_can_be_withdrawn_once(client, service):
    sid = (await client.text(**SOON, SendAt=IN_AN_HOUR)).json()["sid"]
    withdrawn = await client.twilio("POST", f"{MESSAGES}/{sid}.json", {"Status": "canceled"})
    again = await client.twilio("POST", f"{MESSAGES}/{sid}.json", {"Status": "canceled"})
    assert withdrawn.json()["status"] == "canceled"
    assert (again.status_code, again.json()["code"]) == (409, 30409)
    await client.quiet()
    assert service.heard == []


async def test_a_blanked_text_is_gone_at_twilio_but_not_from_the_book(client):
    sid = (await client.text()).json()["sid"]
    blanked = await client.twilio("POST", f"{MESSAGES}/{sid}.json", {"Body": ""})
    assert blanked.json()["body"] == ""
    assert [text["body"] for text in await client.accepted()] == ["Hello"]


async def test_a_text_that_has_not_ended_cannot_be_deleted(client):
    sid = (await client.text(**SOON, SendAt=IN_AN_HOUR)).json()["sid"]
    answer = await client.twilio("DELETE", f"{MESSAGES}/{sid}.json")
    assert (answer.status_code, answer.json()["code"]) == (409, 20009)


async def test_a_picture_may_stand_for_words(client):
    answer = await client.text(Body="", MediaUrl="https://ours.example/p.jpg", SmartEncoded="true")
    assert (answer.status_code, answer.json()["num_media"]) == (201, "1")


@pytest.mark.parametrize("ahead", [timedelta(minutes=15), timedelta(days=35)])
async def test_a_text_may_be_held_back_from_a_quarter_of_an_hour_to_five_weeks(client, ahead):
    answer = await client.text(**SOON, SendAt=(MOMENT + ahead).strftime("%Y-%m-%dT%H:%M:%SZ"), ValidityPeriod="36000")
    assert (answer.status_code, answer.json()["status"]) == (201, "scheduled")


async def test_a_deleted_text_is_gone_at_twilio_but_not_from_the_book(client):
    sid = (await client.text()).json()["sid"]
    await client.quiet()
    assert (await client.twilio("DELETE", f"{MESSAGES}/{sid}.json")).status_code == 204
    assert (await client.twilio("GET", f"{MESSAGES}/{sid}.json")).status_code == 404
    assert (await client.twilio("GET", f"{MESSAGES}.json")).json()["messages"] == []
    assert len(await client.accepted()) == 1


async def test_the_state_of_a_text_can_be_read(client):
    sid = (await client.text(To="+12095550113")).json()["sid"]
    await client.quiet()
    body = (await client.twilio("GET", f"{MESSAGES}/{sid}.json")).json()
    assert (body["status"], body["error_code"]) == ("undelivered", 30005)


async def test_an_unknown_text_is_not_found(client):
    assert (await client.twilio("GET", f"{MESSAGES}/SMnone.json")).json()["code"] == 20404
