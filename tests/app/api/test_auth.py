"""Keys and scopes at the door."""

import pytest

from tests.conftest import AGENCY

ROUTES = [
    ("POST", "/v1/events", "events:write"),
    ("GET", "/v1/members/M-1", "members:read"),
    ("PUT", "/v1/members/M-1", "members:write"),
    ("DELETE", "/v1/members/M-1", "members:write"),
    ("GET", "/v1/members/M-1/timeline", "members:read"),
    ("GET", "/v1/members/M-1/consents", "members:read"),
    ("POST", "/v1/members/M-1/consents", "members:write"),
    ("GET", "/v1/members/M-1/export", "members:read"),
    ("GET", "/v1/replies", "members:read"),
    ("POST", "/v1/replies/01a203db-cca7-7760-867c-3cfbf84e112d/done", "members:write"),
    ("GET", "/v1/ledger/head", "admin"),
    ("GET", "/v1/ledger/export", "admin"),
    ("GET", "/v1/webhooks", "admin"),
    ("POST", "/v1/webhooks", "admin"),
    ("DELETE", "/v1/webhooks/01a203db-cca7-7760-867c-3cfbf84e112d", "admin"),
    ("GET", "/v1/messages", "reports:read"),
    ("GET", "/v1/messages/01a203db-cca7-7760-867c-3cfbf84e112d", "reports:read"),
    ("POST", "/v1/messages/01a203db-cca7-7760-867c-3cfbf84e112d/settle", "admin"),
    ("GET", "/v1/reports/deliveries", "reports:read"),
    ("GET", "/v1/forecast", "reports:read"),
    ("POST", "/v1/switches", "admin"),
    ("GET", "/v1/switches", "admin"),
    ("GET", "/v1/switches/01a203db-cca7-7760-867c-3cfbf84e112d/messages", "admin"),
    ("DELETE", "/v1/switches/01a203db-cca7-7760-867c-3cfbf84e112d", "admin"),
    ("POST", "/v1/broadcasts", "admin"),
    ("GET", "/v1/broadcasts", "admin"),
    ("GET", "/v1/broadcasts/01a203db-cca7-7760-867c-3cfbf84e112d", "admin"),
    ("POST", "/v1/broadcasts/01a203db-cca7-7760-867c-3cfbf84e112d/approve", "admin"),
    ("DELETE", "/v1/broadcasts/01a203db-cca7-7760-867c-3cfbf84e112d", "admin"),
]
OPEN = {"/v1/signups", "/v1/signups/{signup_id}/confirm", "/v1/consent-wordings", "/v1/unsubscribe/{token}"}


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


async def test_every_route_of_v1_has_its_line_here(client):
    document = (await client.get("/openapi.json")).json()
    guarded = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
        if path.startswith("/v1/") and path not in OPEN
    }  # fmt: skip
    assert len(guarded) == len(ROUTES)


@pytest.mark.parametrize(("method", "path", "scope"), ROUTES)
async def test_without_the_right_key_nobody_gets_in(method, path, scope, client, *, services, agency):
    scopes = {"events:write", "members:read", "members:write", "reports:read", "templates:write"}
    other = (await services.tenancy.add_key(agency.id, name="other", scopes=sorted(scopes - {scope}))).text
    nobody = await client.request(method, path)
    wrong = await client.request(method, path, headers=bearer(other))
    assert (nobody.status_code, wrong.status_code) == (401, 403)
    assert nobody.headers["WWW-Authenticate"].startswith("Bearer")
    assert scope in wrong.json()["detail"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer kc_x", "Basic kc_x", "Bearer kc_é", "Bearer " + "x" * 5000])
async def test_a_header_without_a_key_is_401(header, client):
    assert (await client.get("/v1/messages", headers={b"Authorization": header.encode()})).status_code == 401


async def test_a_revoked_key_is_refused_at_once(client, services, agency):
    key = await services.tenancy.add_key(agency.id, name="old", scopes=["admin"])
    assert (await client.get("/v1/messages", headers=bearer(key.text))).status_code == 200
    await services.tenancy.revoke_key(key.id)
    assert (await client.get("/v1/messages", headers=bearer(key.text))).status_code == 401


async def test_another_agencys_member_is_as_unknown_as_none(client, services, send, an_event):
    await send(an_event())
    shasta = AGENCY.replace('"orange"', '"shasta"').replace("+1714555010", "+1530555010").replace("@orange", "@shasta")
    other = await services.tenancy.add(shasta.replace('county_code = "30"', 'county_code = "45"'))
    key = (await services.tenancy.add_key(other.id, name="x", scopes=["admin"])).text
    foreign = await client.get("/v1/members/M-1", headers=bearer(key))
    unknown = await client.get("/v1/members/M-0", headers=bearer(key))
    assert foreign.status_code == unknown.status_code == 404
    assert {**foreign.json(), "request_id": ""} == {**unknown.json(), "request_id": ""}
