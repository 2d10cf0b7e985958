from datetime import timedelta

import httpx

from app.rules.facts import Channel
from app.wiring import machine_now
from app.wiring.places import folder
from app.wiring.waits import hear_out, let_pass, nobody_waits
from channels.simulator.waits import Waits
from channels.transport import Transport


async def test_the_simulator_is_told_how_much_time_passed(live, agency):
    async with Transport(timeout=timedelta(seconds=5)) as transport:
        await let_pass(live.settings, transport, timedelta(hours=2))
        await let_pass(live.settings, transport, timedelta(hours=1))
    assert Waits(folder(live.settings) / "simulator.sqlite", machine_now).beside == timedelta(hours=3)


async def test_the_simulator_is_heard_out(live, agency):
    async with Transport(timeout=timedelta(seconds=5)) as transport:
        to = {"channel": Channel.SMS, "address": "+17145551001", "template": "welcome", "language": "en"}
        await live.testing.send(agency, **to)
        await live.delivery.lane(agency.id, Channel.SMS)
        await hear_out(live.settings, transport, timedelta(seconds=30))
    async with httpx.AsyncClient(base_url=live.settings.public_url) as client:
        (text,) = (await client.get("/sandbox/messages")).json()["data"]
    assert text["status"] == "delivered"


async def test_while_no_simulator_listens_nothing_happens(settings):
    async with Transport(timeout=timedelta(seconds=5)) as transport:
        await let_pass(settings, transport, timedelta(hours=2))
        await hear_out(settings, transport, timedelta(hours=2))
    await nobody_waits(timedelta(hours=2))
