"""Providers' callbacks over HTTP: forged ones change nothing."""

import uuid

import pytest
from twilio.request_validator import RequestValidator

from app.db.transaction import AWAY
from app.main import build_app

ROUTES = (
    "/callbacks/twilio/messages/0123", "/callbacks/twilio/inbound", "/callbacks/twilio/calls/0123",
    "/callbacks/twilio/calls/0123/keys", "/callbacks/twilio/calls/0123/status", "/callbacks/twilio/voice",
    "/callbacks/sendgrid/events",
)  # fmt: skip
BODIES = (b"", b"a=b", b"\xff\x00", b"a" * 5000, b'[{"event": "delivered"}]', b"[" * 9000)


@pytest.fixture
def signed(client, settings):
    """Return a poster of forms as Twilio signs them."""

    async def post(path, form):
        validator = RequestValidator(settings.twilio.auth_token.get_secret_value())
        signature = validator.compute_signature(settings.public_url + path, form)
        return await client.post(path, data=form, headers={"X-Twilio-Signature": signature})

    return post


@pytest.mark.parametrize("path", ROUTES)
async def test_a_forged_callback_is_refused(path, client):
    for body in BODIES:
        for headers in ({}, {"X-Twilio-Signature": "x"}, {"X-Twilio-Email-Event-Webhook-Signature": "é"}):
            coded = {name: value.encode() for name, value in headers.items()}
            answer = await client.post(path, content=body, headers=coded)
            assert (answer.status_code, answer.content) == (403, b"")


async def test_a_forged_stop_stops_nothing_and_a_genuine_one_does(client, signed, send, api, an_event):
    await send(an_event())
    form = {"MessageSid": "SM1", "From": "+17145552345", "To": "+17145550100", "Body": "STOP"}
    await client.post("/callbacks/twilio/inbound", data=form, headers={"X-Twilio-Signature": "AAAA"})
    before = (await api.get("/v1/members/M-1")).json()
    assert [one["stopped"] for one in before["consents"]] == [False]
    assert (await signed("/callbacks/twilio/inbound", form)).status_code == 204
    after = (await api.get("/v1/members/M-1")).json()
    assert {one["channel"] for one in after["consents"] if one["stopped"] or not one["granted"]} == {"sms", "voice"}


async def test_the_signed_address_is_the_public_one_whatever_the_host_says(signed, client):
    client.headers["Host"] = "evil.test"
    client.headers["X-Forwarded-Host"] = "evil.test"
    form = {"MessageSid": "SM1", "From": "+17145552345", "To": "+17145550100", "Body": "hello"}
    assert (await signed("/callbacks/twilio/inbound?x=1", form)).status_code == 204


async def test_who_calls_us_hears_who_we_are(signed):
    answer = await signed("/callbacks/twilio/voice", {"CallSid": "CA1", "To": "+17145550101", "From": "+17145552345"})
    assert answer.headers["Content-Type"].startswith("text/xml")
    assert "Orange County Social Services Agency" in answer.text
    unknown = await signed("/callbacks/twilio/voice", {"CallSid": "CA1", "To": "+17145550999"})
    assert "<Hangup" in unknown.text


async def test_a_call_we_do_not_know_is_silent(signed, services):
    reference = services.database.index.reference(uuid.uuid4())
    answer = await signed(f"/callbacks/twilio/calls/{reference}", {"CallSid": "CA1"})
    assert answer.status_code == 200
    assert "<Say" not in answer.text


async def test_while_the_database_is_away_the_provider_is_told_to_come_again(signed, services, monkeypatch):
    async def away(*_):
        raise AWAY[0]("", {}, Exception())

    monkeypatch.setattr("app.db.receipts.append", away)
    path = f"/callbacks/twilio/messages/{services.database.index.reference(uuid.uuid4())}"
    answer = await signed(path, {"MessageSid": "SM1", "MessageStatus": "delivered"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


async def test_a_large_callback_is_refused(client):
    assert (await client.post("/callbacks/sendgrid/events", content=b" " * 2_000_000)).status_code == 413


@pytest.mark.parametrize("path", ["/callbacks/twilio/messages/{}", "/callbacks/twilio/inbound"])
async def test_a_signed_id_that_cannot_be_kept_changes_nothing_and_is_no_fault(signed, services, path):
    form = {
        "MessageSid": "SM\x00",
        "MessageStatus": "delivered",
        "From": "+17145552345",
        "To": "+17145550100",
        "Body": "hi",
    }
    answer = await signed(path.format(services.database.index.reference(uuid.uuid4())), form)
    assert answer.status_code == 204


async def test_a_body_that_is_cut_off_is_told_so(services):
    app, said = build_app(services), []
    scope = {
        "type": "http", "method": "POST", "path": "/callbacks/twilio/inbound", "raw_path": b"/callbacks/twilio/inbound",
        "query_string": b"", "headers": [(b"content-length", b"500")], "scheme": "http", "root_path": "",
    }  # fmt: skip

    async def cut_off():
        return {"type": "http.disconnect"}

    async def hear(message):
        said.append(message)

    await app(scope, cut_off, hear)
    assert said[0]["status"] == 400
