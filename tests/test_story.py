"""The whole story: a county event comes in, reminders go out, receipts come back, someone stops, the report adds up."""

import re

import httpx
import pytest

from app.wiring import Services

BATCH = {"Content-Type": "application/cloudevents-batch+json"}
PHONE, EMAIL = "+17145550002", "lan@example.org"


@pytest.fixture
async def county(live: Services, agency):
    """The county's system, with its key."""
    key = await live.tenancy.add_key(agency.id, name="test", scopes=["admin"])
    headers = {"Authorization": f"Bearer {key.text}"}
    async with httpx.AsyncClient(base_url=live.settings.public_url, headers=headers, timeout=60) as client:
        await client.post("/sandbox/clock", json={"to": "2026-11-02T18:00:00Z"})
        yield client


def event(kind: str, subject: str, data: dict, time: str = "2026-11-01T18:00:00Z") -> dict:
    return {
        "specversion": "1.0", "id": f"{kind}-{subject}-{time}", "source": "/counties/orange/calsaws",
        "type": f"org.keepcovered.{kind}", "time": time, "subject": subject, "data": data,
    }  # fmt: skip


def a_member(**changes) -> dict:
    consents = [{"channel": name, "basis": "application_number"} for name in ("sms", "email", "voice")]
    return {
        "first_name": "Lan", "language_written": "vi", "language_spoken": "vi",
        "phones": [{"number": PHONE, "kind": "mobile", "rank": 1}], "emails": [{"address": EMAIL, "rank": 1}],
        "consents": consents, "renewals": [{"program": "medi_cal", "renewal_month": "2027-02"}], **changes,
    }  # fmt: skip


async def outbox(county: httpx.AsyncClient, **query) -> list[dict]:
    return (await county.get("/sandbox/messages", params=query)).json()["data"]


async def report(county: httpx.AsyncClient) -> dict:
    query = {"from": "2026-12", "to": "2026-12", "group_by": "channel,status"}
    answer = (await county.get("/v1/reports/deliveries", params=query)).json()
    return {(row["channel"], row["status"]): sum(row[name] for name in COUNTS) for row in answer["data"]}


COUNTS = (
    "planned", "sending", "sent", "delivered", "undelivered", "failed", "unknown", "canceled", "skipped", "expired",
)  # fmt: skip


async def test_from_a_county_event_to_a_delivery_report(county):
    others = a_member(phones=[{"number": "+17145550003", "kind": "mobile", "rank": 1}], emails=[])
    posted = await county.post("/v1/events", headers=BATCH, json=[
        event("member.updated", "M-1", a_member()), event("member.updated", "M-2", others),
        event("renewal.renewed", "M-2", {"program": "medi_cal", "renewal_month": "2027-02"}, "2026-11-01T19:00:00Z"),
    ])  # fmt: skip
    assert posted.json()["applied"] == 3

    await county.post("/sandbox/clock", json={"to": "2026-12-01T19:30:00Z"})
    (text,) = await outbox(county, channel="sms")
    (mail,) = await outbox(county, channel="email")
    (call,) = await outbox(county, channel="voice")
    assert text["to"] == call["to"] == PHONE
    assert mail["to"] == EMAIL
    assert "tháng 2" in text["body"]
    assert mail["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert await report(county) == {
        ("sms", "delivered"): 1, ("email", "delivered"): 1, ("voice", "delivered"): 1,
        ("sms", "skipped"): 1, ("voice", "skipped"): 1,
    }  # fmt: skip


async def test_who_texts_stop_is_confirmed_once_and_hears_nothing_more(county):
    await county.post("/v1/events", headers=BATCH, json=[event("member.updated", "M-1", a_member(emails=[]))])
    await county.post("/sandbox/clock", json={"to": "PT1S"})
    await county.post("/sandbox/replies", json={"from": PHONE, "to": "+17145550100", "body": "Dừng!"})
    await county.post("/sandbox/clock", json={"to": "2026-12-02T20:00:00Z"})
    (confirmation,) = await outbox(county)
    assert "START" in confirmation["body"]
    assert await report(county) == {("sms", "canceled"): 1, ("voice", "canceled"): 1}


async def test_a_sign_up_with_a_month_is_reminded_like_any_member(county):
    asked = {"agency": "orange", "channel": "email", "address": EMAIL, "language": "ko",
             "renewal_month": "2027-02", "consent_wording": "v1"}  # fmt: skip
    taken = (await county.post("/v1/signups", json=asked)).json()
    await county.post("/sandbox/clock", json={"to": "PT1S"})
    (code_mail,) = await outbox(county, channel="email")
    code = re.findall(r"\b\d{8}\b", code_mail["body"])[0]
    assert (await county.post(f"/v1/signups/{taken['id']}/confirm", json={"code": code})).status_code == 200
    await county.post("/sandbox/clock", json={"to": "2026-12-01T20:00:00Z"})
    subjects = [mail["subject"] for mail in await outbox(county, channel="email")]
    assert len(subjects) == 3
    assert "2027년 2월" in subjects[0]
