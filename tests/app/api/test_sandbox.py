"""The sandbox's clock over HTTP."""

from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest

from app.main import build_app


async def now(client):
    return datetime.fromisoformat((await client.get("/sandbox/clock")).json()["now"])


@pytest.mark.parametrize("name", ["to", "move", "now"])
async def test_the_clock_moves(name, client):
    before = await now(client)
    answer = await client.post("/sandbox/clock", json={name: "P1D"})
    assert answer.status_code == 200
    assert timedelta(0) <= await now(client) - before - timedelta(days=1) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "body", [{}, {"to": "soon"}, {"to": "P1D", "move": "P1D"}, {"to": 7}, {"to": "P9999Y"}, {"by": "P1D"}]
)
async def test_what_is_no_time_is_refused(body, client):
    assert (await client.post("/sandbox/clock", json=body)).status_code == 422


async def test_the_phones_are_served_beside_it(client):
    assert (await client.get("/sandbox")).headers["Location"] == "/sandbox/"
    assert (await client.get("/sandbox/")).status_code == 200
    assert (await client.get("/sandbox/messages")).json()["data"] == []


async def test_live_mode_has_no_sandbox(services):
    live = replace(services, settings=services.settings.model_copy(update={"mode": "live"}), simulator=None,
                   passage=None)  # fmt: skip
    transport = httpx.ASGITransport(app=build_app(live))
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as caller:
        for path in ("/sandbox", "/sandbox/clock", "/sandbox/messages"):
            assert (await caller.get(path)).status_code == 404
        assert "/sandbox" not in (await caller.get("/about")).text
