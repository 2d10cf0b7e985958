"""The story by a relay: a county sends its e-mail by SMTP, from the event to the report that comes back by mail."""

import httpx
import pytest

from app.settings import read_settings
from app.wiring import open_services
from channels.simulator.outcomes import MAIL_DOMAIN
from tests.conftest import AGENCY, listening
from tests.test_story import BATCH, a_member, event, outbox, report

ADDRESS = "lan@example.org"

pytestmark = pytest.mark.usefixtures("one_reminder")


@pytest.fixture
async def county(settings, port, unused_tcp_port, clean_url, monkeypatch):
    """The county's system, where e-mail leaves by SMTP."""
    monkeypatch.setenv("KEEPCOVERED_CHANNELS__EMAIL", "smtp")
    monkeypatch.setenv("KEEPCOVERED_SMTP__PORT", str(unused_tcp_port))
    by_smtp = read_settings(settings.data_dir, settings.public_url)
    async with open_services(by_smtp, clean_url) as services, listening(services, port):
        agency = await services.tenancy.add(AGENCY)
        key = await services.tenancy.add_key(agency.id, name="test", scopes=["admin"])
        headers = {"Authorization": f"Bearer {key.text}"}
        async with httpx.AsyncClient(base_url=settings.public_url, headers=headers, timeout=60) as client:
            await client.post("/sandbox/clock", json={"to": "2026-11-02T18:00:00Z"})
            yield client


async def reminded(county, address=ADDRESS):
    emails = [{"address": address, "rank": 1}]
    await county.post(
        "/v1/events", headers=BATCH, json=[event("member.updated", "M-1", a_member(emails=emails, phones=[]))]
    )
    await county.post("/sandbox/clock", json={"to": "2026-12-01T19:30:00Z"})


async def the_message(county):
    (message,) = (await county.get("/v1/messages", params={"channel": "email"})).json()["data"]
    return message


async def test_a_reminder_leaves_by_the_relay_and_its_report_says_that_it_arrived(county):
    await reminded(county)
    (mail,) = await outbox(county, channel="email")
    assert (mail["to"], mail["from"], mail["status"]) == (ADDRESS, "renewals@orange.example.org", "delivered")
    assert "tháng 2" in mail["body"]
    assert mail["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (await report(county))["email", "delivered"] == 1
    (attempt,) = (await county.get(f"/v1/messages/{(await the_message(county))['id']}")).json()["attempts"]
    assert (attempt["provider"], attempt["provider_id"]) == ("smtp", mail["headers"]["Message-ID"].strip("<>"))


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("bounce", "undelivered", "bounced"),
        ("refused", "failed", "bad_address"),
        ("block", "undelivered", "blocked"),
        ("spam", "delivered", None),
    ],
)
async def test_what_a_relay_says_is_what_the_message_says(county, name, status, reason):
    await reminded(county, f"{name}@{MAIL_DOMAIN}")
    message = await the_message(county)
    assert (message["status"], message["reason"]) == (status, reason)


async def test_a_complaint_by_mail_ends_the_consent(county):
    await reminded(county, f"spam@{MAIL_DOMAIN}")
    consents = (await county.get("/v1/members/M-1/consents")).json()["data"]
    assert ("email", "spam_report") in {(one["channel"], one["basis"]) for one in consents if one["granted"] is False}


async def test_a_forged_report_changes_nothing(county):
    forged = {"X-KeepCovered-Signature": f"t=1795370400,v1={'0' * 64}"}
    answer = await county.post("/callbacks/smtp/events", content=b"Subject: report", headers=forged)
    assert answer.status_code == 403
