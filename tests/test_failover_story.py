"""The story with two providers of texts: one answers 500 for a while, reminders flow through the other, none twice."""

from collections import Counter

import httpx
import psycopg
import pytest

from app.settings import read_settings
from app.wiring import open_services
from tests.conftest import AGENCY, listening
from tests.test_story import BATCH, a_member, event, outbox, report

ASKED_IN_VAIN, PEOPLE = 40, 80
"""What a failing provider may be asked at most: two first waves, of the two batches under way at once."""

pytestmark = pytest.mark.usefixtures("one_reminder")


@pytest.fixture
async def county(settings, port, database_url, monkeypatch):
    """The county's system, where texts leave by Twilio, or by Telnyx while Twilio fails."""
    monkeypatch.setenv("KEEPCOVERED_CHANNELS__SMS", "twilio,telnyx")
    by_two = read_settings(settings.data_dir, settings.public_url)
    async with open_services(by_two, database_url) as services, listening(services, port):
        await services.wording.publish()
        agency = await services.tenancy.add(AGENCY)
        key = await services.tenancy.add_key(agency.id, name="test", scopes=["admin"])
        headers = {"Authorization": f"Bearer {key.text}"}
        async with httpx.AsyncClient(base_url=settings.public_url, headers=headers, timeout=60) as client:
            await client.post("/sandbox/clock", json={"to": "2026-11-02T18:00:00Z"})
            yield client


async def people(county, first, month):
    """Let the county tell of people who are to be texted, and of nothing else."""
    events = []
    for at in range(first, first + PEOPLE):
        phones = [{"number": f"+1714555{3000 + at}", "kind": "mobile"}]
        renewals = [{"program": "medi_cal", "renewal_month": month}]
        said = a_member(emails=[], phones=phones, renewals=renewals, channels=["sms"])
        events.append(event("member.updated", f"M-{at}", said))
    answer = await county.post("/v1/events", headers=BATCH, json=events)
    assert answer.json()["applied"] == PEOPLE


async def accepted_by(county, month):
    """Return how many texts of a month each provider accepted, as our own book has it."""
    params = {"channel": "sms", "month": month, "limit": 100, "kind": "reminder"}
    rows = (await county.get("/v1/messages", params=params)).json()["data"]
    assert {row["status"] for row in rows} == {"delivered"}
    return Counter(row["provider"] for row in rows)


async def test_reminders_flow_through_the_other_provider_and_come_back(county, database_url):
    await people(county, 0, "2027-02")
    await county.post("/sandbox/faults", json={"provider": "twilio", "kind": "500", "share": 1, "for_seconds": 3600})
    await county.post("/sandbox/clock", json={"to": "2026-12-01T17:01:00Z"})
    await county.delete("/sandbox/faults")
    await county.post("/sandbox/clock", json={"to": "2026-12-02T19:30:00Z"})
    accepted = Counter(text["to"] for text in await outbox(county, channel="sms", limit=200))
    assert (len(accepted), set(accepted.values())) == (PEOPLE, {1})
    assert (await report(county))["sms", "delivered"] == PEOPLE
    assert (await accepted_by(county, "2026-12"))["telnyx"] >= PEOPLE - ASKED_IN_VAIN

    await people(county, PEOPLE, "2027-03")
    with psycopg.connect(database_url) as connection:  # the minute for which Twilio was left alone is over
        connection.execute("UPDATE breaker SET open_until = now() WHERE open_until IS NOT NULL")
    await county.post("/sandbox/clock", json={"to": "2027-01-05T19:30:00Z"})
    assert (await accepted_by(county, "2027-01"))["twilio"] >= PEOPLE - ASKED_IN_VAIN
