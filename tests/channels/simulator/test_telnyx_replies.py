import json

import pytest

PHONE, OURS = "+14155550123", "+17145550100"


async def say(client, body, **changes: object):
    return await client.http.post("/sandbox/replies", json={"from": PHONE, "to": OURS, "body": body, **changes})


async def texted(client):
    await client.telnyx_text(use_profile_webhooks=False, webhook_url=None)
    await client.quiet()


async def test_a_reply_to_a_text_by_telnyx_reaches_us_by_telnyx(client, service):
    await texted(client)
    answer = await say(client, "Who is this?")
    (heard,) = service.heard
    payload = json.loads(heard.body)["data"]["payload"]
    assert (answer.json()["status"], heard.path) == (200, "/callbacks/telnyx/inbound")
    assert (payload["from"]["phone_number"], payload["to"][0]["phone_number"]) == (PHONE, OURS)
    assert (payload["text"], payload["autoresponse_type"], payload["id"]) == ("Who is this?", None, answer.json()["id"])


@pytest.mark.parametrize(("body", "keyword"), [(" Stop ", "STOP"), ("unstop", "START"), ("HELP", "HELP")])
async def test_telnyx_answers_keywords_itself_and_says_so(client, service, body, keyword):
    await texted(client)
    await say(client, body)
    await client.quiet()
    assert json.loads(service.heard[0].body)["data"]["payload"]["autoresponse_type"] == keyword
    answer, _ = await client.accepted(to=PHONE)
    assert (answer["from"], answer["status"]) == (OURS, "delivered")
    assert len(service.heard) == 1


async def test_telnyx_holds_texts_back_from_a_stop_until_a_start(client):
    await texted(client)
    await say(client, "STOP")
    blocked = await client.telnyx_text()
    assert (blocked.status_code, blocked.json()["errors"][0]["code"]) == (403, "40300")
    await say(client, "Thanks")
    assert (await client.telnyx_text()).status_code == 403
    await say(client, "START")
    assert (await client.telnyx_text()).status_code == 200


async def test_a_stop_at_twilio_is_none_at_telnyx(client):
    await client.text()
    await say(client, "STOP")
    assert (await client.telnyx_text()).status_code == 200
