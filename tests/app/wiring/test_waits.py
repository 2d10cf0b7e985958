from datetime import timedelta

from app.wiring import machine_now
from app.wiring.places import folder
from app.wiring.waits import let_pass, nobody_waits
from channels.simulator.waits import Waits
from channels.transport import Transport


async def test_the_simulator_is_told_how_much_time_passed(live, agency):
    async with Transport(timeout=timedelta(seconds=5)) as transport:
        await let_pass(live.settings, transport, timedelta(hours=2))
        await let_pass(live.settings, transport, timedelta(hours=1))
    assert Waits(folder(live.settings) / "simulator.sqlite", machine_now).beside == timedelta(hours=3)


async def test_while_no_simulator_listens_nothing_happens(settings):
    async with Transport(timeout=timedelta(seconds=5)) as transport:
        await let_pass(settings, transport, timedelta(hours=2))
    await nobody_waits(timedelta(hours=2))
