"""Every crash point there is, and what leads a process there."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

from app.queue import Job
from tests.storm.fleet import until
from tests.storm.people import member, renewed
from tests.storm.rounds import NIGHT, NOW, Point, Rounds

MINUTE: Final = timedelta(minutes=1)
TO_A_LOOK: Final = {"sms": 11 * MINUTE, "voice": 11 * MINUTE, "email": 61 * MINUTE}
OPEN: Final = "SELECT count(*) FROM attempt WHERE state IN ('intended', 'unclear')"
HELD_NOW: Final = f"SELECT count(*) FROM attempt WHERE state = 'accepted' AND send_at > {NOW}"  # noqa: S608


async def tell(rounds: Rounds, number: int, channel: str) -> None:
    """Make somebody known: intake, planning, dispatch, delivery and callbacks follow by themselves."""
    rounds.want(number, channel)
    await rounds.county.tell([member(number, [channel])])


async def unclear(rounds: Rounds, number: int, channel: str) -> None:
    """Have the answer to a request lost, and let it be looked up."""
    provider = "sendgrid" if channel == "email" else "twilio"
    told = {"provider": provider, "kind": "500" if number % 2 else "drop", "share": 1, "for_seconds": 3600}
    await rounds.ground.control("faults", told)
    await tell(rounds, number, channel)

    async def waits() -> bool:
        [(waiting,)] = await rounds.ground.asked(OPEN)
        return bool(waiting)

    try:
        await until(waits, within=30, what="an unclear attempt")
        await asyncio.sleep(0.3)
    finally:
        await rounds.ground.control("faults", None, method="DELETE")
    await rounds.pass_time(TO_A_LOOK[channel])
    await rounds.bell(Job.UPKEEP)


async def ahead(rounds: Rounds, number: int, channel: str) -> None:
    """Make somebody known at night, whose reminder a provider then holds for the morning."""
    await tell(rounds, number, channel)
    await asyncio.sleep(1)
    await rounds.bell(Job.DISPATCH)


async def withdrawn(rounds: Rounds, number: int, channel: str) -> None:
    """Have a reminder that a provider holds become one too many."""
    [(before,)] = await rounds.ground.asked(HELD_NOW)
    await ahead(rounds, number, channel)

    async def holds() -> bool:
        [(waiting,)] = await rounds.ground.asked(HELD_NOW)
        return bool(waiting > before)

    with suppress(TimeoutError):
        await until(holds, within=20, what="a reminder that is held")
    rounds.wanted.pop()
    rounds.want(number, channel, settled_otherwise=True)
    time = (await rounds.ground.now() - timedelta(seconds=5)).isoformat()
    await rounds.county.tell([renewed(number, time)])


async def erased(rounds: Rounds, number: int, channel: str) -> None:
    """Let a day go by after somebody was reached, so that it is erased at the provider."""
    await tell(rounds, number, channel)
    await rounds.all_sent()
    await asyncio.sleep(1)
    await rounds.pass_time(timedelta(hours=25))
    await rounds.bell(Job.UPKEEP)


async def upkeep(rounds: Rounds, number: int, channel: str) -> None:
    """Make somebody known and ring for upkeep."""
    await tell(rounds, number, channel)
    await rounds.bell(Job.UPKEEP)


HELD: Final = ("sms", "email")
"""The channels whose providers hold messages for later."""
KEPT: Final = ("sms", "voice")
"""The channels whose provider can be asked to erase."""
POINTS: Final[Sequence[Point]] = (
    Point("intake.storing", "api", tell), Point("intake.stored", "api", tell),
    Point("imports.chunk", "import", tell),
    Point("planning.drafted", "worker", tell), Point("planning.merged", "worker", tell),
    Point("planning.planned", "worker", tell),
    Point("ticks.claimed", "ticks", tell),
    Point("dispatch.found", "worker", tell), Point("dispatch.rang", "worker", tell),
    Point("delivery.claimed", "worker", tell), Point("delivery.intending", "worker", tell),
    Point("delivery.intended", "worker", tell), Point("transport.checked", "worker", tell),
    Point("delivery.sent", "worker", tell), Point("delivery.recording", "worker", tell),
    Point("delivery.recorded", "worker", tell),
    Point("receipts.heard", "api", tell), Point("receipts.appending", "api", tell),
    Point("receipts.appended", "api", tell), Point("receipts.applying", "api", tell),
    Point("reconcile.due", "worker", unclear), Point("reconcile.looked_up", "worker", unclear),
    Point("reconcile.judged", "worker", unclear), Point("reconcile.settled", "worker", unclear),
    Point("tries.decided", "worker", upkeep),
    Point("erasing.taken", "worker", erased, channels=KEPT), Point("erasing.asked", "worker", erased, channels=KEPT),
    Point("ahead.fenced", "worker", ahead, NIGHT, HELD),
    Point("withdrawing.taken", "worker", withdrawn, NIGHT, HELD),
    Point("withdrawing.asked", "worker", withdrawn, NIGHT, HELD),
)  # fmt: skip
"""Every point there is; a test compares them with the code."""
