"""The Idempotency-Key: one request, one answer."""

import asyncio


async def test_the_same_key_and_body_get_the_stored_answer(send, an_event):
    first = await send(an_event(), **{"Idempotency-Key": "k1"})
    again = await send(an_event(), **{"Idempotency-Key": "k1"})
    assert first.json()["applied"] == again.json()["applied"] == 1
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers


async def test_the_same_key_with_another_body_is_refused(send, an_event):
    await send(an_event(), **{"Idempotency-Key": "k1"})
    other = await send(an_event(id="e-2"), **{"Idempotency-Key": "k1"})
    assert other.status_code == 409
    assert other.json()["type"].endswith("idempotency-key-reused")


async def test_a_refused_request_may_be_mended_under_its_key(send, an_event):
    wrong = await send(an_event(id=""), **{"Idempotency-Key": "k1"})
    mended = await send(an_event(), **{"Idempotency-Key": "k1"})
    assert (wrong.status_code, mended.status_code) == (422, 200)


async def test_while_the_first_is_running_the_second_is_told_to_wait(services, agency, send, an_event):
    begun, finish = asyncio.Event(), asyncio.Event()

    async def slow():
        begun.set()
        await finish.wait()
        return {}

    running = asyncio.create_task(services.once.answer(agency.id, "key:k1", b"digest", slow))
    await begun.wait()
    second = await send(an_event(), **{"Idempotency-Key": "k1"})
    finish.set()
    await running
    assert second.json()["type"].endswith("idempotency-key-in-use")


async def test_a_sign_up_is_not_sent_twice(client):
    asked = {"agency": "orange", "channel": "sms", "address": "+17145552345", "language": "en",
             "consent_wording": "v1"}  # fmt: skip
    first, again = [await client.post("/v1/signups", json=asked, headers={"Idempotency-Key": "k"}) for _ in "12"]
    assert first.status_code == again.status_code == 202
    assert first.json() == again.json()


async def test_a_key_without_letters_is_refused(send, an_event):
    assert (await send(an_event(), **{"Idempotency-Key": "a key"})).status_code == 422
