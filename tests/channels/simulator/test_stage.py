from datetime import timedelta

import pytest

from channels.simulator.stage import CALLBACKS, stage
from channels.transport import NEVER

PHONE, SENDER = "+14155550123", "+17145550100"
POOL = "MG" + "0" * 32


@pytest.fixture
async def there():
    async with stage() as opened:
        yield opened


async def text(there, transport, reference, **more):
    known = there.secrets
    url = f"{there.address}/twilio/2010-04-01/Accounts/{known.account_sid}/Messages.json"
    form = {
        "To": PHONE,
        "From": SENDER,
        "Body": "Xin chào",
        "StatusCallback": f"{CALLBACKS}/callbacks/twilio/messages/{reference}",
    }
    form = {**form, **more}
    headers = {"Authorization": basic(known.account_sid, known.auth_token)}
    return await transport.post(url, headers=headers, form={k: v for k, v in form.items() if v}, not_after=NEVER)


def basic(user, password):
    from base64 import b64encode

    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


async def test_what_was_accepted_is_in_the_book_and_what_was_told_is_kept(there, transport):
    assert (await text(there, transport, "r1")).status == 201
    (arrived,) = await there.accepted("r1")
    assert (arrived.to, arrived.words) == (PHONE, "Xin chào")
    assert [callback.reference for callback in await there.told("r1")] == ["r1", "r1"]
    assert await there.told("r2") == []
    assert await there.total() == 1
    assert await there.left("r1")


async def test_a_phone_answers_whoever_texted_it(there, transport):
    await text(there, transport, "r1")
    callback = await there.reply(PHONE, "STOP")
    assert callback.kind == "inbound"
    assert b"Body=STOP" in callback.body
    assert await there.reply("ana@example.org", "STOP") is None


async def test_a_scheduled_text_leaves_when_time_goes_on(there, transport):
    later = (there.now() + timedelta(minutes=30)).isoformat()
    answer = await text(there, transport, "r1", From="", MessagingServiceSid=POOL, ScheduleType="fixed", SendAt=later)
    assert answer.status == 201
    assert not await there.left("r1")
    await there.later(timedelta(hours=1))
    assert await there.left("r1")
