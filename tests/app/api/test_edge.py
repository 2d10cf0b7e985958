"""The edge of every request."""

import uuid

import httpx
import pytest
from starlette.responses import PlainTextResponse
from structlog.testing import capture_logs

from app.api.edge import HEADERS, Edge, request_id
from app.db.transaction import AWAY


async def test_every_answer_carries_the_headers(client):
    for path in ("/healthz", "/v1/messages", "/nowhere", "/openapi.json"):
        answer = await client.get(path)
        assert {name: answer.headers.get(name) for name in HEADERS} == dict(HEADERS)
        assert uuid.UUID(answer.headers["X-Request-Id"])


async def test_pages_have_a_policy_of_their_own(client):
    policy = (await client.get("/docs")).headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


async def test_a_callers_request_id_is_kept_if_it_is_a_uuid(client):
    mine = str(uuid.uuid4())
    kept = await client.get("/healthz", headers={"X-Request-Id": mine})
    replaced = await client.get("/healthz", headers={"X-Request-Id": "mine\tand yours"})
    assert kept.headers["X-Request-Id"] == mine
    assert uuid.UUID(replaced.headers["X-Request-Id"])
    assert request_id("x") != "x"


async def test_the_access_log_has_the_template_and_never_the_member(api):
    with capture_logs() as logs:
        await api.get("/v1/members/M-SECRET/timeline?x=SECRET")
        await api.get("/SECRET")
        await api.get("/sandbox/mail/SECRET")
    assert "SECRET" not in repr(logs)
    noted = [entry for entry in logs if entry["event"] == "request"]
    assert [entry["route"] for entry in noted] == ["/v1/members/{member_ref:path}/timeline", "-", "/sandbox/mail/{id}"]
    assert noted[0]["status"] == 404


async def test_over_https_browsers_are_told_to_stay_there():
    app = Edge(PlainTextResponse("x"), public_url="https://service.test")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://service.test") as caller:
        assert "max-age" in (await caller.get("/")).headers["Strict-Transport-Security"]


async def test_while_the_database_is_away_every_caller_is_told_to_come_again(api, services, monkeypatch):
    def away(*_):
        raise AWAY[0]("", {}, Exception())

    monkeypatch.setattr(services.reporting, "member", away)
    answer = await api.get("/v1/members/M-1")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert answer.json()["type"].endswith("/problems/not-now")


async def test_a_fault_after_the_first_byte_breaks_the_connection():
    async def half(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError

    transport = httpx.ASGITransport(app=Edge(half, public_url=""))
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as caller:
        with pytest.raises(RuntimeError):
            await caller.get("/")
