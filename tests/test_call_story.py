"""The call as a member lives it, over HTTP and with the simulated telephone: clips, keys, the county's line, a text."""

import httpx
import pytest

from app.wiring import Services
from tests.conftest import AGENCY
from tests.test_story import BATCH, PHONE, a_member, event, outbox

HOURS = AGENCY.replace('"ko"]', '"ko", "hy"]') + '[office_hours]\nmonday-friday = "08:00-17:00"\n'
MORNING, EVENING = "2026-12-01T18:30:00Z", "2026-12-02T02:30:00Z"


@pytest.fixture
async def county(live: Services):
    """A county with office hours and Armenian among its languages; somebody watches the sandbox."""
    agency = await live.tenancy.add(HOURS)
    key = await live.tenancy.add_key(agency.id, name="test", scopes=["admin"])
    headers = {"Authorization": f"Bearer {key.text}"}
    async with httpx.AsyncClient(base_url=live.settings.public_url, headers=headers, timeout=60) as client:
        await client.post("/sandbox/clock", json={"to": "2026-11-02T18:00:00Z"})
        yield client


async def rings(county: httpx.AsyncClient, **changes) -> dict:
    """Let the call to a member ring and be listened to, on a Tuesday morning."""
    member = a_member(emails=[], channels=["voice", "sms"], **changes)
    posted = await county.post("/v1/events", headers=BATCH, json=[event("member.updated", "M-1", member)])
    assert posted.json()["applied"] == 1
    await county.post("/sandbox/clock", json={"to": MORNING})
    (call,) = await outbox(county, channel="voice")
    return call


async def press(county: httpx.AsyncClient, call: dict, digits: str) -> str:
    return (await county.post(f"/sandbox/calls/{call['id']}/keys", json={"digits": digits})).json()["spoken"]


async def texts(county: httpx.AsyncClient) -> list[str]:
    await county.post("/sandbox/clock", json={"to": "PT1S"})
    return [text["body"] for text in await outbox(county, channel="sms") if "asked for this text" in text["body"]]


async def test_an_armenian_member_hears_armenian_clips(county):
    call = await rings(county, language_written="en", language_spoken="hy")
    said = call["body"].splitlines()
    assert said[0].startswith("Բարև Ձեզ")
    assert said[1] == "Orange County Social Services Agency"
    assert "սեղմեք 9" in said[2]
    assert "փետրվար" in said
    assert said.count("փետրվար") == 2, "once more, for no key was pressed"
    assert "Ցտեսություն" in said[-1]


async def test_key_3_connects_in_office_hours(county):
    call = await rings(county, language_written="en", language_spoken="en")
    assert (await press(county, call, "3")).endswith("[connects to +18002819799]")


async def test_key_3_says_the_hours_after_them(county):
    await rings(county, language_written="en", language_spoken="en")
    await county.post("/sandbox/clock", json={"to": EVENING})
    (call,) = await outbox(county, channel="voice")
    said = await press(county, call, "3")
    assert "Monday to Friday, 8 AM to 5 PM" in said


async def test_key_4_brings_one_text_however_often_it_is_pressed(county):
    call = await rings(county, language_written="en", language_spoken="en")
    assert "sending you the text" in await press(county, call, "4")
    await press(county, call, "4")
    (text,) = await texts(county)
    assert "BenefitsCal.com" in text


async def test_key_9_is_confirmed_and_nothing_is_said_after_it(county):
    call = await rings(county, language_written="en", language_spoken="en")
    assert "not call this number again" in await press(county, call, "9")
    assert await press(county, call, "1") == ""


async def test_a_member_whose_language_nobody_recorded_is_told_apart_in_the_report(county):
    call = await rings(county, language_written="en", language_spoken="km")
    assert "free help in your language" in call["body"]
    query = {"from": "2026-12", "to": "2026-12", "group_by": "channel,status,reason"}
    rows = (await county.get("/v1/reports/deliveries", params=query)).json()["data"]
    assert ("voice", "delivered", "spoken_in_english") in {
        (row["channel"], row["status"], row["reason"]) for row in rows
    }
    timeline = (await county.get("/v1/members/M-1/timeline")).json()
    assert "The call was in English" in str(timeline)


async def test_somebody_calls_us_back_chooses_a_language_and_stops_the_calls(county):
    await rings(county, language_written="en", language_spoken="en")
    rung = await county.post("/sandbox/calls", json={"from": PHONE, "to": "+17145550101"})
    assert rung.status_code == 201
    call = rung.json()
    assert "Tiếng Việt, xin bấm số 3." in call["spoken"]
    assert "Số này gửi lời nhắc gia hạn Medi-Cal." in await press(county, call, "3")
    assert "sẽ không gọi đến số này nữa" in await press(county, call, "9")


async def test_the_report_says_in_which_language_a_call_was_held(county):
    await rings(county, language_written="en", language_spoken="hy")
    query = {"from": "2026-12", "to": "2026-12", "group_by": "channel,language", "channel": "voice"}
    rows = (await county.get("/v1/reports/deliveries", params=query)).json()["data"]
    assert [(row["language"], row["delivered"]) for row in rows] == [("hy", 1)]
