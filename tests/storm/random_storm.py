"""R2, the random storm: a county's reminders go out while everything around them dies, and each arrives once."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import procrastinate

from app.queue import Job, open_queue, ring
from tests.storm.county import County
from tests.storm.evidence import Evidence, Wanted
from tests.storm.fleet import Nursery, Place, until
from tests.storm.gathering import gather
from tests.storm.ground import MORNING, STEP, Ground, Rates, answers, ground
from tests.storm.harm import Doses, Harm
from tests.storm.invariants import Finding
from tests.storm.people import CHANNELS, member, phone_of, ref_of, renewed
from tests.storm.proxy import Proxy, Weather

SCALE = 15
"""Seconds of business time that go by in one: ten minutes to a look-up are then longer than any lease, still."""
WORKERS = 4
REQUESTS = {"cut": 0.006, "held": 0.012, "killed": 0.004}
ANSWERS = {"cut": 0.012, "held": 0.012, "killed": 0.012}
CALLBACKS = {"cut": 0.02, "held": 0.15}
FAULTS: Mapping[str, float] = {
    "429": 0.03, "500": 0.02, "500_after": 0.01, "drop": 0.03, "slow": 0.004, "duplicate": 0.2, "reorder": 0.2,
    "lose": 0.1, "early": 0.05,
}  # fmt: skip
A_DAY = 86_400.0
LEFT = """
    SELECT count(*) FILTER (WHERE status IN ('planned', 'sending')),
           count(*) FILTER (WHERE status = 'sent'), count(*) FROM message WHERE kind = 'reminder' AND channel <> 'none'
"""
OPEN = """
    SELECT (SELECT count(*) FROM attempt a JOIN message m ON (m.id, m.period) = (a.message_id, a.period)
             WHERE a.state IN ('intended', 'unclear') AND m.status <> 'unknown'),
           (SELECT count(*) FROM replan)
"""
NEXT = """
    SELECT (SELECT min(due_at) FROM message WHERE status = 'planned'),
           (SELECT min(look_at) FROM attempt WHERE state = 'unclear'),
           EXISTS (SELECT FROM attempt WHERE state = 'intended')
"""
END_LEASES = "UPDATE attempt SET lease_until = clock_timestamp() WHERE state = 'intended'"
STANDS_STILL = 240.0
"""Seconds without any progress after which a settlement has failed."""
LEASE = 45.0
"""Seconds after which no sender of the storm can write any more."""
NO_WORD = timedelta(hours=73)
FORESEEN = timedelta(hours=36)
"""So long before the morning everything is planned: a brake holds what nobody foresaw, once it is a thousand."""
PLANNED = "SELECT (SELECT count(*) FROM message), (SELECT count(*) FROM replan)"
SILENCE = 8.0
"""Seconds without a callback after which no more are expected."""


@dataclass(frozen=True, slots=True)
class Size:
    """How big a random storm is."""

    people: int
    doses: Doses
    seconds: float
    rates: Rates
    phases: Sequence[Mapping[str, float]] = (FAULTS,)
    """What the providers do, one after the other: the share of requests for each of the simulator's faults."""
    weather: bool = True
    """Whether the wires break."""
    zombies: int = 0
    tickers: int = 1
    patient: bool = True
    """Whether leases are waited for; else every sender is ended, which comes to the same sooner."""
    news: bool = True
    """Whether people stop and the county reports renewals meanwhile."""


@dataclass(slots=True)
class Course:
    """What a storm came to."""

    evidence: Evidence
    figures: Mapping[str, Any] = field(default_factory=dict)
    found: Sequence[Finding] = ()
    """What broke that only this storm asks."""


@dataclass(slots=True)
class Storm:
    """Everything that stands and moves in a storm."""

    ground: Ground
    chance: random.Random
    nursery: Nursery
    weathers: list[Weather] = field(default_factory=list)
    workers: list[Place] = field(default_factory=list)
    others: list[Place] = field(default_factory=list)
    crashes: Counter[str] = field(default_factory=Counter)

    @property
    def places(self) -> Sequence[Place]:
        """Where processes run."""
        return (*self.workers, *self.others)

    def calm(self) -> None:
        """End the weather on every wire."""
        for weather in self.weathers:
            weather.calm = True

    @property
    def struck(self) -> Counter[str]:
        """What happened on the wires."""
        return sum((weather.seen for weather in self.weathers), Counter())


async def run(folder: Path, seed: int, size: Size) -> Course:
    """Let one storm go over fresh ground, and gather what is left."""
    eve = MORNING - FORESEEN
    async with ground(folder, rates=size.rates, morning=eve) as place, rising(place, seed, size) as storm:
        people, county = range(size.people), County(place)
        await county.tell([member(number) for number in people])
        await until(partial(_is_planned, place), within=300, what="the reminders were not planned")
        await place.let_pass(FORESEEN)
        harm = Harm(place, storm.chance, size.doses, storm.workers, storm.others, size.seconds, size.zombies)
        for worker in storm.workers:
            worker.extra = partial(_both, worker.extra, harm)
        async with flowing(place), ringing(place):
            told = asyncio.create_task(_news(storm, county, size))
            playing = asyncio.create_task(_phases(place, size))
            await harm.rage()
            others, _ = await told, await playing
            storm.calm()
            await place.control("faults", None, method="DELETE")
            await _leases_end(storm, patient=size.patient)
        took = await settle(place)
        wanted = [
            Wanted(ref_of(number), STEP, channel, settled_otherwise=number in others)
            for number in people
            for channel in CHANNELS
        ]
        return Course(gather(place, wanted), _figures(storm, harm, county, took))


async def _is_planned(place: Ground) -> bool:
    [(messages, waiting)] = await place.asked(PLANNED)
    return messages > 0 and waiting == 0


def _both(before: Any, harm: Harm) -> Mapping[str, str]:
    return {**before(), **harm.scheme()}


@asynccontextmanager
async def rising(place: Ground, seed: int, size: Size) -> AsyncIterator[Storm]:
    """Start every process, each behind a wire of its own."""
    chance = random.Random(seed)  # noqa: S311  (a run that can be repeated, not a secret)
    async with AsyncExitStack() as stack:
        nursery = await stack.enter_async_context(Nursery(place.folder, place.env()))
        storm = Storm(place, chance, nursery)
        callbacks = Weather(chance, CALLBACKS, {"cut": 0.02}, calm=True)
        await stack.enter_async_context(Proxy(place.api_port, callbacks, place.callback_port))
        storm.weathers.append(callbacks)
        for number in range(WORKERS):
            weather = Weather(chance, REQUESTS, ANSWERS, calm=True)
            wire = await stack.enter_async_context(Proxy(place.provider_port, weather))
            worker = Place(f"worker-{number}", ["worker"], nursery, partial(place.env, wire.port))
            weather.murder = partial(_murder, worker)
            storm.weathers.append(weather)
            storm.workers.append(worker)
        storm.others += [
            Place("api", ["api", "--port", str(place.api_port)], nursery, place.env),
            *(Place(f"ticks-{number}", ["ticks"], nursery, place.env) for number in range(size.tickers)),
        ]
        try:
            for one in storm.places:
                await one.open()
            await until(lambda: answers(place.api_port), within=60, what="the API did not start")
            for weather in storm.weathers:
                weather.calm = not size.weather
            yield storm
        finally:
            for one in storm.places:
                await one.close()


def _murder(place: Place) -> None:
    if place.now is not None:
        place.now.kill()


@asynccontextmanager
async def flowing(place: Ground) -> AsyncIterator[None]:
    """Let business time flow faster than the machine's."""
    flow = asyncio.create_task(_flow(place))
    try:
        yield
    finally:
        flow.cancel()
        await asyncio.gather(flow, return_exceptions=True)


async def _flow(place: Ground) -> None:
    while True:
        await asyncio.sleep(1)
        await place.let_pass(timedelta(seconds=SCALE - 1))


@asynccontextmanager
async def ringing(place: Ground) -> AsyncIterator[None]:
    """Ring for what the ticks ring for, louder than they do; a bell changes nothing but how soon."""
    async with open_queue(place.url).open_async() as queue:
        bells = asyncio.create_task(_ring(queue))
        try:
            yield
        finally:
            bells.cancel()
            await asyncio.gather(bells, return_exceptions=True)


async def _ring(queue: procrastinate.App) -> None:
    while True:
        for job in (Job.DISPATCH, Job.UPKEEP, Job.DAILY):  # by a bell, the last plans only what waits to be planned
            with suppress(Exception):  # the database may be away; the next bell is as good
                async with asyncio.timeout(5):
                    await ring(queue, job)
        await asyncio.sleep(1)


async def _phases(place: Ground, size: Size) -> None:
    """Let the providers do one thing after the other."""
    for faults in size.phases:
        await place.control("faults", None, method="DELETE")
        for provider, (kind, share) in product(("twilio", "sendgrid"), faults.items()):
            await place.control("faults", {"provider": provider, "kind": kind, "share": share, "for_seconds": A_DAY})
        await asyncio.sleep(size.seconds / len(size.phases))


async def _news(storm: Storm, county: County, size: Size) -> set[int]:
    """Let people stop and the county report renewals while reminders go out; return whom."""
    if not size.news:
        return set()
    some = storm.chance.sample(range(size.people), max(2, size.people // 20))
    pause = size.seconds * 0.8 / len(some)
    for place, number in enumerate(some):
        if place % 2:
            await county.tell([renewed(number, (await storm.ground.now() - timedelta(seconds=30)).isoformat())])
        else:
            said = {"from": phone_of(number), "to": "+17145550100", "body": "STOP"}
            await storm.ground.control("replies", said)
        await asyncio.sleep(pause)
    return set(some)


async def _leases_end(storm: Storm, *, patient: bool) -> None:
    """Wait until nobody can write any more who does not know what became of it."""
    if patient:
        await asyncio.sleep(LEASE)
        return
    for worker in storm.workers:
        worker.extra = partial(storm.ground.env)
        _murder(worker)
    await asyncio.sleep(1)
    await storm.ground.asked(END_LEASES)


async def settle(place: Ground) -> float:
    """Let all that is open come to its end, in strides of business time; return the seconds that took."""
    loop = asyncio.get_running_loop()
    began = moved = loop.time()
    before: object = None
    async with ringing(place):
        while (left := await _left(place)) != (0, 0, 0):
            moved, before = (loop.time(), left) if left != before else (moved, before)
            if loop.time() - moved > STANDS_STILL:
                raise TimeoutError(f"the storm is over, and open are still {left} (messages, tries, plans)")
            await place.let_pass(await _stride(place))
            await asyncio.sleep(1.5)
        await _words_arrive(place)
        await place.let_pass(NO_WORD)
        await until(partial(_all_ended, place), within=90, what="messages without a last word", every=1)
    return loop.time() - began


async def _words_arrive(place: Ground) -> None:
    """Wait until callbacks have come for all that left, or none came for a while."""
    loop = asyncio.get_running_loop()
    before, since = -1, loop.time()
    while before and loop.time() - since < SILENCE:
        [(_, waiting, _)] = await place.asked(LEFT)
        before, since = (waiting, loop.time()) if waiting != before else (before, since)
        await asyncio.sleep(0.5)


async def _stride(place: Ground) -> timedelta:
    """Return how far to go: to the next look-up or the next hour at which something may leave."""
    [(due, looks, held)] = await place.asked(NEXT)
    ahead = [moment - await place.now() for moment in (due, looks) if moment is not None]
    if held or not ahead:
        return timedelta()  # a lease is of the machine's time
    return max(timedelta(), min(ahead)) + timedelta(seconds=5)


async def _left(place: Ground) -> tuple[int, int, int]:
    """Return how many messages are not sent, tries not settled, and renewals not planned."""
    [(unsent, _, _)] = await place.asked(LEFT)
    [(open_, unplanned)] = await place.asked(OPEN)
    return unsent, open_, unplanned


async def _all_ended(place: Ground) -> bool:
    [(unsent, sent, _)] = await place.asked(LEFT)
    return not unsent and not sent


def _figures(storm: Storm, harm: Harm, county: County, took: float) -> Mapping[str, Any]:
    codes = Counter[str]()
    for place in storm.places:
        codes.update({f"{place.name.partition('-')[0]} ended with {code}": n for code, n in place.codes.items()})
    done = harm.seen
    return {
        "kills": harm.kills, "pauses": done["pauses"], "connection cuts": done["cuts"],
        "database crashes": done["crashes"], "zombies": done["zombies"],
        "on the wires": dict(storm.struck), "ends": dict(codes),
        "events told again": county.repeated, "seconds to settle": round(took, 1),
    }  # fmt: skip
