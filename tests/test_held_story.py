"""The story of texts by a Messaging Service: the provider holds them until their minute, without being asked to."""

import httpx
import pytest

from app.wiring import Services
from tests.conftest import AGENCY
from tests.test_story import BATCH, a_member, event, outbox

MORNING, HALF_PAST_TEN = "2026-12-01T16:45:00Z", "2026-12-01T18:30:00Z"
"""A quarter to nine in Los Angeles, when nothing goes out yet, and an hour and a half after everything was due."""
SERVICE = f'{AGENCY}sms_messaging_service = "MG{"0" * 32}"\n'


@pytest.fixture
async def county(live: Services):
    """The county's system; its agency has a Messaging Service and says nothing more."""
    agency = await live.tenancy.add(SERVICE)
    key = await live.tenancy.add_key(agency.id, name="test", scopes=["admin"])
    headers = {"Authorization": f"Bearer {key.text}"}
    async with httpx.AsyncClient(base_url=live.settings.public_url, headers=headers, timeout=60) as client:
        yield client


async def moved(county, to):
    assert (await county.post("/sandbox/clock", json={"to": to})).status_code == 200


async def told(county):
    lan = event("member.updated", "M-1", a_member(), "2026-11-02T05:00:00Z")
    assert (await county.post("/v1/events", headers=BATCH, json=[lan])).json()["applied"] == 1


async def text(county):
    (found,) = [one for one in await outbox(county) if one["channel"] == "sms"]
    return found["status"]


async def test_the_text_is_with_the_provider_before_nine_and_arrives_at_nine(county):
    await moved(county, "2026-11-02T20:00:00Z")
    await told(county)
    await moved(county, MORNING)
    assert await text(county) == "scheduled"
    await moved(county, "2026-12-01T17:01:00Z")
    assert await text(county) == "delivered"


async def test_who_is_told_of_late_gets_the_text_a_quarter_of_an_hour_later(county):
    await moved(county, HALF_PAST_TEN)
    await told(county)
    await moved(county, "PT1M")
    assert await text(county) == "scheduled"
    await moved(county, "PT20M")
    assert await text(county) == "delivered"
    (reminder,) = (await county.get("/v1/messages", params={"channel": "sms", "kind": "reminder"})).json()["data"]
    assert (reminder["status"], reminder["segments"] > 0) == ("delivered", True)
