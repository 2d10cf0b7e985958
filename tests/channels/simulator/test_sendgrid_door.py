import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from channels.simulator.outcomes import Twist
from channels.simulator.sendgrid_door import MOST_BYTES, NotJson
from channels.simulator.sendgrid_door import given as read
from tests.channels.simulator.conftest import MAIL_KEY

KEY = {"Authorization": f"Bearer {MAIL_KEY}"}
JSON = {**KEY, "Content-Type": "application/json"}
SEND = "/sandbox/sendgrid/v3/mail/send"
SCOPES = "/sandbox/sendgrid/v3/scopes"


@pytest.mark.parametrize("path", ["scopes", "messages", "user/scheduled_sends", "mail/batch/x"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer SG.other"}, {"Authorization": MAIL_KEY}])
async def test_who_has_not_the_key_is_sent_away(client, path, headers):
    answer = await client.http.get(f"/sandbox/sendgrid/v3/{path}", headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {"errors": [{"message": "authorization required", "field": None, "help": None}]}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
async def test_what_is_not_json_is_refused(client, body):
    answer = await client.http.post(SEND, content=body, headers=JSON)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, None)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_body_that_is_not_called_json_is_refused(client, kind):
    answer = await client.http.post(SEND, content=b"{}", headers={**KEY, "Content-Type": kind})
    assert answer.status_code == 415


async def test_more_than_sendgrid_reads_is_refused(client):
    answer = await client.http.post(SEND, content=b" " * (MOST_BYTES + 1), headers=JSON)
    assert answer.status_code == 413


@pytest.mark.parametrize(("twist", "status"), [(Twist.TOO_MANY, 429), (Twist.ERROR, 500), (Twist.ERROR_AFTER, 500)])
async def test_faults_reach_every_endpoint(client, twist, status):
    fault = {"provider": "sendgrid", "kind": twist, "share": 1, "for_seconds": 60}
    await client.http.post("/sandbox/faults", json=fault)
    assert (await client.http.get(SCOPES, headers=KEY)).status_code == status


@given(st.binary(max_size=60))
async def test_any_body_is_read_or_refused(body):
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    request = Request({"type": "http", "headers": [(b"content-type", b"application/json")]}, receive)
    with contextlib.suppress(NotJson):
        await read(request)
