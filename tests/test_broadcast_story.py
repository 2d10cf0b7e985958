"""The story of a warning: written with one key, approved with another, stopped by one reader before it left."""

import httpx
import pytest

from app.wiring import Services

BATCH = {"Content-Type": "application/cloudevents-batch+json"}
LAN, ANA, HOME, MAI = "+17145550002", "+17145550003", "+17145550004", "+17145550005"
OURS = "+17145550100"


@pytest.fixture
async def keys(live: Services, agency):
    """The headers of two people's keys."""
    made = [await live.tenancy.add_key(agency.id, name=name, scopes=["admin"]) for name in ("Rosa", "Tom")]
    return [{"Authorization": f"Bearer {key.text}"} for key in made]


@pytest.fixture
async def county(live: Services, keys):
    """The first of the two, on the evening before."""
    async with httpx.AsyncClient(base_url=live.settings.public_url, headers=keys[0], timeout=60) as client:
        await client.post("/sandbox/clock", json={"to": "2026-11-03T05:00:00Z"})
        yield client


def person(subject: str, number: str, language: str, *purposes: str) -> dict:
    consents = [{"channel": "sms", "purpose": purpose, "basis": "application_number"} for purpose in purposes]
    data = {
        "first_name": "Lan", "language_written": language, "language_spoken": language, "consents": consents,
        "phones": [{"number": number, "kind": "mobile", "rank": 1}],
    }  # fmt: skip
    return {
        "specversion": "1.0", "id": f"e-{subject}", "source": "/counties/orange/calsaws",
        "type": "org.keepcovered.member.updated", "time": "2026-11-01T18:00:00Z", "subject": subject, "data": data,
    }  # fmt: skip


async def test_a_warning_reaches_whoever_agreed_to_warnings_once_and_in_their_language(county, keys):
    await county.post("/v1/events", headers=BATCH, json=[
        person("M-1", LAN, "vi", "scam_alert", "renewal"), person("M-2", ANA, "es", "scam_alert"),
        person("M-3", "+17145550006", "es", "renewal"), person("M-4", HOME, "vi", "scam_alert"),
        person("M-5", HOME, "vi", "scam_alert"), person("M-6", MAI, "vi", "scam_alert"),
    ])  # fmt: skip
    asked = {"template": "scam_alert", "channels": ["sms"], "audience": {"languages": ["vi", "es"]}}
    draft = (await county.post("/v1/broadcasts", json=asked)).json()
    assert draft["counts"]["reached"] == [
        {"channel": "sms", "language": "es", "people": 1, "messages": 1},
        {"channel": "sms", "language": "vi", "people": 4, "messages": 3},
    ]
    path = f"/v1/broadcasts/{draft['id']}"
    assert (await county.post(f"{path}/approve")).status_code == 403
    assert (await county.post(f"{path}/approve", headers=keys[1])).status_code == 200

    await county.post("/sandbox/clock", json={"to": "PT1M"})
    assert (await county.get("/sandbox/messages")).json()["data"] == []  # it is night
    await county.post("/sandbox/replies", json={"from": MAI, "to": OURS, "body": "Dừng!"})
    await county.post("/sandbox/clock", json={"to": "2026-11-03T20:00:00Z"})

    texts = (await county.get("/sandbox/messages")).json()["data"]
    heard = {text["to"]: text["body"] for text in texts}
    assert len(texts) == len(heard) == 4  # MAI's is the confirmation of the stop
    assert {to for to, body in heard.items() if "mạo nhận" in body} == {LAN, HOME}
    assert "START" in heard[MAI]
    progress = (await county.get(path)).json()["progress"]
    assert {(one["status"], one["reason"]): one["messages"] for one in progress} == {
        ("delivered", None): 3, ("skipped", "household"): 1, ("skipped", "no_consent"): 1, ("canceled", "opted_out"): 1,
    }  # fmt: skip
    query = {"from": "2026-11", "to": "2026-11", "group_by": "template,step,language"}
    rows = (await county.get("/v1/reports/deliveries", params=query)).json()["data"]
    assert {(row["template"], row["step"], row["language"]): row["delivered"] for row in rows if row["delivered"]} == {
        ("scam_alert", None, "vi"): 2, ("scam_alert", None, "es"): 1,
    }  # fmt: skip
