"""The HTTP process, on a real port."""

import asyncio
import os
import signal

import httpx
import pytest

from app.main import serve


async def until_it_answers(url):
    async with httpx.AsyncClient(base_url=url) as caller:
        for _ in range(400):
            try:
                return await caller.get("/readyz")
            except httpx.TransportError:
                await asyncio.sleep(0.01)
    raise TimeoutError


async def test_a_signal_stops_it_and_it_returns_and_what_stands_around_it_hears_of_it(services, settings, port):
    heard = asyncio.Event()
    serving = asyncio.create_task(serve(services, "127.0.0.1", port, on_stop=heard.set))
    answer = await until_it_answers(settings.public_url)
    assert answer.status_code == 200
    assert "server" not in answer.headers
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(serving, 10)
    assert heard.is_set()


async def test_a_cancel_stops_it(services, settings, port):
    serving = asyncio.create_task(serve(services, "127.0.0.1", port))
    await until_it_answers(settings.public_url)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    with pytest.raises(httpx.TransportError):
        async with httpx.AsyncClient() as caller:
            await caller.get(f"{settings.public_url}/healthz")


async def test_what_the_service_sends_to_the_simulator_comes_back(live):
    """The simulator is started with the server and takes requests of the real adapters."""
    async with httpx.AsyncClient(base_url=live.settings.public_url) as caller:
        assert (await caller.get("/sandbox/outcomes")).json()["data"]
        assert (await caller.post("/sandbox/twilio/2010-04-01/Accounts/AC0/Messages.json")).status_code == 401


async def test_a_body_that_is_too_large_is_refused_on_the_wire(live):
    async with httpx.AsyncClient(base_url=live.settings.public_url) as caller:
        answer = await caller.put("/v1/members/M", content=b" " * 2_000_000)
        assert answer.status_code in {401, 413}
        assert (await caller.get("/healthz")).status_code == 200
