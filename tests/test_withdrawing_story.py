"""The story of a reminder that a provider held for the next morning: it arrives then, unless the evening changed it."""

import httpx
import pytest

from app.wiring import Services
from tests.conftest import AGENCY
from tests.test_story import BATCH, EMAIL, PHONE, a_member, event, outbox

TUESDAY_EVENING, TUESDAY_NIGHT = "2026-12-02T05:30:00Z", "2026-12-02T06:30:00Z"
"""Half past nine and half past ten in Los Angeles: no text goes out any more."""
WEDNESDAY_MORNING, NEAR = "2026-12-02T17:00:00Z", "2026-12-02T16:55:00Z"
HOLDING = f'hand_over_ahead_minutes = 720\n{AGENCY}sms_messaging_service = "MG{"0" * 32}"\n'
RENEWED = {"program": "medi_cal", "renewal_month": "2027-02"}


@pytest.fixture
async def county(live: Services):
    """The county's system; its agency hands over up to twelve hours ahead. It tells of Lan on Tuesday evening."""
    agency = await live.tenancy.add(HOLDING)
    key = await live.tenancy.add_key(agency.id, name="test", scopes=["admin"])
    headers = {"Authorization": f"Bearer {key.text}"}
    async with httpx.AsyncClient(base_url=live.settings.public_url, headers=headers, timeout=60) as client:
        await moved(client, TUESDAY_EVENING)
        told = event("member.updated", "M-1", a_member(), "2026-12-02T05:00:00Z")
        assert (await client.post("/v1/events", headers=BATCH, json=[told])).json()["applied"] == 1
        await moved(client, TUESDAY_NIGHT)
        yield client


async def moved(county, to):
    assert (await county.post("/sandbox/clock", json={"to": to})).status_code == 200


async def standing(county):
    return {one["channel"]: one["status"] for one in await outbox(county) if one["channel"] != "voice"}


async def message(county, channel="sms"):
    (found,) = (await county.get("/v1/messages", params={"channel": channel, "kind": "reminder"})).json()["data"]
    return (await county.get(f"/v1/messages/{found['id']}")).json()


async def renewed(county):
    told = event("renewal.renewed", "M-1", RENEWED, "2026-12-02T06:20:00Z")
    assert (await county.post("/v1/events", headers=BATCH, json=[told])).json()["applied"] == 1


async def test_what_is_handed_over_in_the_evening_arrives_in_the_morning(county):
    assert await standing(county) == {"sms": "scheduled", "email": "scheduled"}
    held = await message(county)
    (attempt,) = held["attempts"]
    assert (held["status"], held["reason"], attempt["send_at"]) == ("sent", None, WEDNESDAY_MORNING)
    await moved(county, WEDNESDAY_MORNING)
    assert await standing(county) == {"sms": "delivered", "email": "delivered"}
    assert [(await message(county, channel))["status"] for channel in ("sms", "email")] == ["delivered"] * 2


async def test_who_is_renewed_on_tuesday_gets_nothing_on_wednesday(county):
    await renewed(county)
    await moved(county, "2026-12-02T23:00:00Z")
    assert await standing(county) == {"sms": "canceled", "email": "canceled"}
    for channel in ("sms", "email"):
        told = await message(county, channel)
        assert (told["status"], told["reason"]) == ("canceled", "renewed")
        assert (told["cost"], told["attempts"][0]["withdraw_reason"]) == (0, "renewed")
    assert await outbox(county, channel="voice") == []


async def test_who_texts_stop_at_night_gets_no_text_in_the_morning_and_still_the_mail(county):
    stop = {"from": PHONE, "to": "+17145550100", "body": "STOP"}
    assert (await county.post("/sandbox/replies", json=stop)).json()["status"] == 204
    await moved(county, WEDNESDAY_MORNING)
    reminder = await message(county)
    assert (reminder["status"], reminder["reason"]) == ("canceled", "opted_out")
    (mail,) = await outbox(county, channel="email")
    assert (mail["to"], mail["status"]) == (EMAIL, "delivered")


async def test_a_mail_that_is_about_to_leave_cannot_be_had_back_and_that_is_reported(county):
    await moved(county, NEAR)
    await renewed(county)
    await moved(county, WEDNESDAY_MORNING)
    text, mail = await message(county), await message(county, "email")
    assert (text["status"], text["reason"]) == ("canceled", "renewed")
    assert (mail["status"], mail["reason"]) == ("delivered", "in_flight_at_stop")
    assert mail["explanation"] == "It was already on its way when the stop arrived."
