import pytest
from twilio.request_validator import RequestValidator

from tests.channels.simulator.conftest import PUBLIC, TOKEN

PHONE, OURS = "+14155550123", "+17145550100"
INBOUND = "/callbacks/twilio/inbound"


async def say(client, **changes: object):
    return await client.http.post("/sandbox/replies", json={"from": PHONE, "to": OURS, "body": "STOP", **changes})


async def test_a_reply_reaches_us_signed(client, service):
    answer = await say(client)
    (heard,) = service.heard
    assert (answer.status_code, answer.json()["status"]) == (201, 200)
    assert heard.path == INBOUND
    assert (heard.form["From"], heard.form["To"], heard.form["Body"]) == (PHONE, OURS, "STOP")
    assert heard.form["MessageSid"] == answer.json()["id"]
    assert RequestValidator(TOKEN).validate(PUBLIC + INBOUND, heard.form, heard.headers["x-twilio-signature"])


async def test_texts_in_our_answer_are_accepted_for_the_person(client, service):
    service.answers[INBOUND] = "<Response><Message>You are out.</Message></Response>"
    await say(client)
    await client.quiet()
    (text,) = await client.accepted()
    assert (text["to"], text["from"], text["body"], text["status"]) == (PHONE, OURS, "You are out.", "delivered")


@pytest.mark.parametrize("markup", ["", "OK", "<Response/>", "<Response><Message/></Response>"])
async def test_an_answer_without_a_text_sends_none(client, service, markup):
    service.answers[INBOUND] = markup
    await say(client)
    assert await client.accepted() == []


async def test_a_reply_without_a_number_answers_the_last_text(client, service):
    await client.text(From="+15105550100")
    await client.text()
    await client.quiet()
    await say(client, to="")
    assert service.heard[-1].form["To"] == OURS


async def test_nobody_to_answer_is_a_problem(client):
    answer = await say(client, to="")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/to")
    assert (await say(client, **{"from": "me"})).status_code == 422


async def test_a_reply_to_a_pool_names_the_pool(client, service):
    pool = "MG" + "1" * 32
    await client.text(From="", MessagingServiceSid=pool)
    await client.quiet()
    await say(client, to="")
    assert service.heard[-1].form["MessagingServiceSid"] == pool


async def test_what_we_answered_is_told_even_if_it_was_an_error(client, service):
    service.failures = 1
    assert (await say(client)).json()["status"] == 503


async def test_a_reply_from_the_page_leads_back_to_the_phone(client):
    answer = await client.http.post("/sandbox/replies", data={"from": PHONE, "to": OURS, "body": "Hi"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sandbox/phone/%2B14155550123")
