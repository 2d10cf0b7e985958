"""Is it alive, and can it work?"""

from dataclasses import replace

import httpx
from sqlalchemy import text

from app.main import build_app
from app.pipeline.readiness import Readiness


async def test_alive_and_ready(client):
    assert (await client.get("/healthz")).json() == {"status": "ok", "alarms": []}
    assert (await client.get("/readyz")).json() == {"status": "ok"}


async def test_alive_with_an_alarm_is_still_alive(client, services):
    await services.heartbeats.expect()
    async with services.database.transaction(None) as tx:
        await tx.session.run(
            text("UPDATE heartbeat SET at_on_machine = now() - interval '1 hour' WHERE stage = 'upkeep'")
        )
    answer = await client.get("/healthz")
    assert answer.status_code == 200
    [alarm] = answer.json()["alarms"]
    assert alarm.startswith("upkeep has not run for 1 h 0 min")


async def test_not_ready_says_what_is_missing(services):
    strange = replace(services, readiness=Readiness(services.database, "9999"))
    transport = httpx.ASGITransport(app=build_app(strange))
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as caller:
        answer = await caller.get("/readyz")
        assert (await caller.get("/healthz")).status_code == 200
    assert answer.status_code == 503
    assert "9999" in answer.json()["errors"][0]["detail"]
