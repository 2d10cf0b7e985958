"""The story by the second provider: a county sends its texts by Telnyx, from the event to the receipt and the stop."""

import httpx
import pytest

from app.settings import read_settings
from app.wiring import open_services
from tests.conftest import AGENCY, listening
from tests.test_story import BATCH, PHONE, a_member, event, outbox, report

OURS = "+17145550100"

pytestmark = pytest.mark.usefixtures("one_reminder")


@pytest.fixture
async def county(settings, port, clean_url, monkeypatch):
    """The county's system, where texts leave by Telnyx."""
    monkeypatch.setenv("KEEPCOVERED_CHANNELS__SMS", "telnyx")
    by_telnyx = read_settings(settings.data_dir, settings.public_url)
    async with open_services(by_telnyx, clean_url) as services, listening(services, port):
        agency = await services.tenancy.add(AGENCY)
        key = await services.tenancy.add_key(agency.id, name="test", scopes=["admin"])
        headers = {"Authorization": f"Bearer {key.text}"}
        async with httpx.AsyncClient(base_url=settings.public_url, headers=headers, timeout=60) as client:
            await client.post("/sandbox/clock", json={"to": "2026-11-02T18:00:00Z"})
            yield client


async def reminded(county):
    await county.post("/v1/events", headers=BATCH, json=[event("member.updated", "M-1", a_member(emails=[]))])
    await county.post("/sandbox/clock", json={"to": "2026-12-01T19:30:00Z"})


async def test_a_reminder_leaves_by_telnyx_and_is_known_to_have_arrived(county):
    await reminded(county)
    (text,) = await outbox(county, channel="sms")
    assert (text["to"], text["from"], text["status"]) == (PHONE, OURS, "delivered")
    assert "tháng 2" in text["body"]
    assert (await report(county))["sms", "delivered"] == 1
    (message,) = (await county.get("/v1/messages", params={"channel": "sms"})).json()["data"]
    (attempt,) = (await county.get(f"/v1/messages/{message['id']}")).json()["attempts"]
    assert (attempt["provider"], attempt["provider_id"]) == ("telnyx", text["id"])


@pytest.mark.parametrize("word", ["STOP", "Dừng!"])
async def test_a_stop_that_came_by_telnyx_is_kept(county, word):
    await reminded(county)
    heard = await county.post("/sandbox/replies", json={"from": PHONE, "body": word})
    assert heard.json()["status"] == 204
    consents = (await county.get("/v1/members/M-1/consents")).json()["data"]
    revoked = {(one["channel"], one["basis"]) for one in consents if one["granted"] is False}
    assert ("sms", "text_stop") in revoked


async def test_a_forged_event_changes_nothing(county):
    forged = {"Telnyx-Timestamp": "1795370400", "Telnyx-Signature-Ed25519": "AAAA"}
    answer = await county.post("/callbacks/telnyx/inbound", content=b"{}", headers=forged)
    assert answer.status_code == 403
