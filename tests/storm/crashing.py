"""R1: at every named point a process is killed, fails or is frozen, for each channel; nothing is lost or doubled."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from itertools import product
from pathlib import Path
from typing import Final

from app.crashpoints import ACTIONS
from tests.storm.county import County
from tests.storm.fleet import ARMED, Nursery, Place, until
from tests.storm.gathering import gather
from tests.storm.ground import Ground, answers, ground
from tests.storm.points import POINTS
from tests.storm.proxy import Proxy, Weather
from tests.storm.random_storm import Course, settle
from tests.storm.rounds import Point, Rounds

CALM: Final = random.Random(0)  # noqa: S311  (dice that nobody throws)
AHEAD: Final = "hand_over_ahead_minutes = 720"
SERVICE: Final = f'sms_messaging_service = "MG{"0" * 32}"'


async def run(folder: Path, points: Sequence[Point] = POINTS, actions: Sequence[str] = tuple(ACTIONS)) -> Course:
    """Play every round, then let everything come to its end."""
    async with ground(folder, more=AHEAD, senders=SERVICE) as place, _rounds(place) as rounds:
        for point, action in product(points, actions):
            for channel in point.channels:
                await rounds.play(point, action, channel)
        await asyncio.gather(*rounds.frozen)
        for one in rounds.places.values():
            rounds.armed[one.name] = ""
        took = await settle(place)
        missed = sorted(name for name, happened in rounds.reached.items() if not happened)
        figures = {
            "points": len(points), "rounds": len(rounds.reached), "not reached": missed,
            "seconds to settle": round(took, 1), "events told again": rounds.county.repeated,
        }  # fmt: skip
        return Course(gather(place, rounds.wanted), figures)


@asynccontextmanager
async def _rounds(place: Ground) -> AsyncIterator[Rounds]:
    async with AsyncExitStack() as stack:
        nursery = await stack.enter_async_context(Nursery(place.folder, place.env()))
        await stack.enter_async_context(Proxy(place.api_port, Weather(CALM, calm=True), place.callback_port))
        places: dict[str, Place] = {}
        rounds = Rounds(place, County(place), places)
        argvs = {"worker": ["worker"], "api": ["api", "--port", str(place.api_port)], "ticks": ["ticks"]}
        for name, argv in argvs.items():
            places[name] = Place(name, argv, nursery, partial(_env, rounds, name))
        places["import"] = places["worker"]
        try:
            for name in argvs:
                await places[name].open()
            await until(partial(answers, place.api_port), within=60, what="the API did not start")
            yield rounds
        finally:
            for name in argvs:
                await places[name].close()


def _env(rounds: Rounds, name: str) -> Mapping[str, str]:
    return {**rounds.ground.env(), ARMED: rounds.armed.get(name) or "-"}
