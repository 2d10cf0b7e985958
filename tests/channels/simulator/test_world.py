import asyncio
import logging
import socket
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount

from channels.simulator.outcomes import Twist
from channels.simulator.world import answer_with
from channels.transport import Lost, Transport
from tests.channels.simulator.conftest import ACCOUNT, MESSAGES, TOKEN, Client, a_reader

FAULT = {"provider": "all", "share": 1, "for_seconds": 60}


@asynccontextmanager
async def served(app):
    """Serve an application on a free loopback port, as in real life."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, http="httptools", lifespan="off", log_config=None))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listening.close()


@pytest.fixture
async def online(simulator):
    async with (
        served(Starlette(routes=[Mount("/sandbox", app=simulator.app)])) as base,
        httpx.AsyncClient(base_url=base, trust_env=False) as http,
    ):
        yield Client(http, simulator)


@pytest.mark.parametrize("number", ["+12095550153", "+14155550123"])
async def test_a_cut_connection_leaves_no_answer_but_an_accepted_text(online, caplog, number):
    if number == "+14155550123":
        await online.http.post("/sandbox/faults", json={**FAULT, "kind": "drop"})
    with caplog.at_level(logging.WARNING), pytest.raises(httpx.RemoteProtocolError):
        await online.text(To=number)
    assert [text["to"] for text in await online.accepted()] == [number]
    assert caplog.text == ""


async def test_our_own_client_takes_a_cut_connection_for_lost(online):
    headers = {"Authorization": httpx.BasicAuth(ACCOUNT, TOKEN)._auth_header}  # noqa: SLF001 -- only to build a header
    form = {"To": "+12095550153", "From": "+17145550100", "Body": "Hello"}
    url = str(online.http.base_url.join(MESSAGES + ".json"))
    async with Transport(timeout=timedelta(seconds=5)) as transport:
        sent = await transport.post(url, headers=headers, not_after=float("inf"), form=form)
    assert isinstance(sent, Lost)


async def test_a_cut_email_is_accepted_too(online):
    with pytest.raises(httpx.RemoteProtocolError):
        await online.mail(a_reader("cut@sandbox.keepcovered.example"))
    assert len(await online.accepted()) == 1


@pytest.mark.parametrize(
    ("number", "status", "accepted"),
    [("+12095550150", 429, 0), ("+12095550151", 500, 0), ("+12095550152", 500, 1), ("+12095550154", 201, 1)],
)
async def test_a_magic_number_decides_the_answer(client, number, status, accepted):
    assert (await client.text(To=number)).status_code == status
    assert len(await client.accepted()) == accepted


@pytest.mark.parametrize(("kind", "status", "accepted"), [("429", 429, 0), ("500", 500, 0), ("500_after", 500, 2)])
async def test_a_fault_decides_the_answers_of_every_provider(client, kind, status, accepted):
    await client.http.post("/sandbox/faults", json={**FAULT, "kind": kind})
    answers = [await client.text(), await client.mail()]
    assert [answer.status_code for answer in answers] == [status, status]
    assert len(await client.accepted()) == accepted


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("duplicate", ["sent", "sent", "delivered", "delivered"]),
        ("reorder", ["delivered", "sent"]),
        ("lose", []),
    ],
)
async def test_a_fault_bends_the_callbacks(client, service, kind, told):
    await client.http.post("/sandbox/faults", json={**FAULT, "kind": kind})
    await client.text()
    await client.quiet()
    assert service.told() == told
    assert (await client.accepted())[0]["status"] == "delivered"


async def test_an_early_callback_comes_before_the_answer(client, service):
    await client.text(To="+12095550157")
    assert service.told()[:1] == ["sent"]


async def test_a_slow_answer_comes_after_acceptance():
    order = []

    async def accept():
        order.append("accepted")
        return Response()

    await answer_with(frozenset({Twist.SLOW}), refuse=lambda _: Response(), accept=accept, slow_by=0.01)
    assert order == ["accepted"]
