"""Is it alive, and can it work?"""

from dataclasses import replace

import httpx

from app.main import build_app
from app.pipeline.readiness import Readiness


async def test_alive_and_ready(client):
    for path in ("/healthz", "/readyz"):
        assert (await client.get(path)).json() == {"status": "ok"}


async def test_not_ready_says_what_is_missing(services):
    strange = replace(services, readiness=Readiness(services.database, "9999"))
    transport = httpx.ASGITransport(app=build_app(strange))
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as caller:
        answer = await caller.get("/readyz")
        assert (await caller.get("/healthz")).status_code == 200
    assert answer.status_code == 503
    assert "9999" in answer.json()["errors"][0]["detail"]
