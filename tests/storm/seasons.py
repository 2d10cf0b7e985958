"""R9: business time walks over the nights on which clocks are changed, over leap day and over the end of a year.

People in nine zones become known on the way, some with an address in one zone and a number of another. Time also jumps
by an hour, ahead and back, and one worker's clock goes wrong by five seconds. Nobody may hear outside the hours of any
zone in which they may be, nobody twice, and everybody once.
"""

import asyncio
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.storm.county import County
from tests.storm.evidence import Evidence, Wanted
from tests.storm.fleet import Place
from tests.storm.gathering import gather
from tests.storm.ground import STEP, Ground, Rates, ground
from tests.storm.harm import Doses
from tests.storm.people import CHANNELS, Home, member, ref_of
from tests.storm.random_storm import Course, Size, ringing, rising, settle
from tests.storm.skew import SKEW

EVES: Final[Mapping[str, datetime]] = {
    "the year ends": datetime(2026, 12, 31, 21, tzinfo=UTC),
    "summer time begins": datetime(2027, 3, 13, 21, tzinfo=UTC),
    "summer time ends": datetime(2027, 11, 6, 21, tzinfo=UTC),
    "a leap day": datetime(2028, 2, 28, 21, tzinfo=UTC),
}
"""When each walk begins: in California it is one in the afternoon, in Guam seven of the next day."""
WALK: Final = timedelta(hours=26)
ZONES: Final[Mapping[str, tuple[str, str]]] = {
    "America/Puerto_Rico": ("787", "00901"), "America/New_York": ("212", "10001"),
    "America/Chicago": ("312", "60601"), "America/Denver": ("303", "80202"), "America/Phoenix": ("602", "85001"),
    "America/Los_Angeles": ("714", "92868"), "America/Anchorage": ("907", "99501"),
    "Pacific/Honolulu": ("808", "96813"), "Pacific/Guam": ("671", "96910"),
}  # fmt: skip
"""An area code and a ZIP code of each of the nine zones."""
GUAM: Final = "Pacific/Guam"
FAR: Final = frozenset({"America/Puerto_Rico", "America/New_York", "America/Chicago"})
"""Zones that share no useful hour for a call with Guam: who might be in both is called by the address's hours alone."""
COUNTYS: Final = "America/Los_Angeles"
"""Where somebody is taken to be of whom only an inbox is known."""
TOLD_BEFORE: Final = timedelta(seconds=30)
WRONG_BY: Final = "5"
JUMPS: Final = (timedelta(hours=1), timedelta(hours=-1), timedelta(hours=-1), timedelta(hours=1))
MOVE: Final = "UPDATE business_clock SET ahead = ahead + %(by)s"
BREATH: Final = 0.4
"""Seconds between two steps of the walk."""


@dataclass(frozen=True, slots=True)
class Walks:
    """How many people become known on each walk, and how many minutes a step takes at most."""

    people: int
    minutes: float
    rates: Rates


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, with the zones in which they may be."""

    number: int
    home: Home
    of_address: str
    """Empty where no address is known."""
    of_number: str

    def zones(self) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
        """Return the zones by name and channel."""
        yield (ref_of(self.number), "email"), (self.of_address or COUNTYS,)
        for channel in ("sms", "voice"):
            yield (ref_of(self.number), channel), tuple({self.of_address, self.of_number} - {""})


async def run(folder: Path, seed: int, size: Walks) -> Course:
    """Take every walk."""
    seen, figures = Evidence(), dict[str, Any]()
    for turn, (name, eve) in enumerate(EVES.items()):
        where = folder / name.replace(" ", "-")
        where.mkdir()
        numbers = range(turn * size.people, (turn + 1) * size.people)
        chance = random.Random(f"{seed} {name}")  # noqa: S311  (a walk that can be taken again)
        course = await _walked(where, chance, size, eve, _people(chance, numbers, _month(eve)))
        seen, figures[name] = seen.beside(course.evidence), course.figures
    return Course(seen, figures)


def _people(chance: random.Random, numbers: range, month: str) -> Sequence[Person]:
    """Return people of every zone; a third has no address that is known, a third one in another zone."""
    found = []
    for number in numbers:
        of_number = list(ZONES)[number % len(ZONES)]
        of_address = chance.choice((of_number, "", chance.choice(list(ZONES))))
        if GUAM in {of_number, of_address} and FAR & {of_number, of_address}:
            of_address = of_number
        home = Home(ZONES[of_number][0], ZONES[of_address][1] if of_address else "", month)
        found.append(Person(number, home, of_address, of_number))
    return found


def _month(eve: datetime) -> str:
    """Return the month of a renewal whose reminder is due on a day: the second one after it."""
    return f"{eve.year + (eve.month + 1) // 12}-{(eve.month + 1) % 12 + 1:02}"


async def _walked(folder: Path, chance: random.Random, size: Walks, eve: datetime, people: Sequence[Person]) -> Course:
    calm = Size(size.people, Doses(), 0, size.rates, weather=False)
    async with ground(folder, rates=size.rates, morning=eve) as place:
        async with rising(place, chance.randrange(10**6), calm) as storm, ringing(place):
            _set_wrong(storm.workers[0])
            steps = await _walk(place, chance, size, people)
            await place.a_day()  # who became known during a planning was no part of it
        # every process is started anew: in the one above, a worker's clock was wrong
        async with rising(place, chance.randrange(10**6), calm):
            took = await settle(place)
        wanted = [Wanted(ref_of(one.number), STEP, channel) for one in people for channel in CHANNELS]
        seen = gather(place, wanted)
    zones = dict(pair for one in people for pair in one.zones())
    seen = replace(seen, zones=zones)
    return Course(seen, {"steps": steps, "seconds to settle": round(took, 1), **_edges(seen)})


def _set_wrong(worker: Place) -> None:
    """Have a worker's clock go wrong; the one that is here ends, for a clock is read from the start."""
    right = worker.extra
    worker.extra = lambda: {**right(), SKEW: WRONG_BY}
    if worker.now is not None:
        worker.now.kill()


async def _walk(place: Ground, chance: random.Random, size: Walks, people: Sequence[Person]) -> int:
    """Go through the night in steps, and let people become known on the way; return how many steps it took."""
    gone, steps, told, county = timedelta(), 0, 0, County(place)
    jumps = list(JUMPS)
    while gone < WALK:
        step = timedelta(minutes=chance.uniform(size.minutes / 3, size.minutes))
        await place.let_pass(step)
        gone, steps = gone + step, steps + 1
        if jumps and len(jumps) > len(JUMPS) * (1 - gone / WALK):
            await place.asked(MOVE, by=jumps.pop(0))
        so_far = min(len(people), int(len(people) * gone / WALK) + 1)
        time = (await place.now() - TOLD_BEFORE).isoformat()
        await county.tell([member(one.number, home=one.home, time=time) for one in people[told:so_far]])
        told = so_far
        await asyncio.sleep(BREATH)
    return steps


def _edges(seen: Evidence) -> Mapping[str, str]:
    """Return the earliest and the latest hour at which anything left, on the clock of the person."""
    found = {}
    for channel in CHANNELS:
        tries = [one for one in seen.attempts if one.channel == channel and one.message in seen.message]
        clocks = [
            (one.leaves_at or one.intended_at).astimezone(ZoneInfo(zone)).time()
            for one in tries
            for zone in seen.zones[seen.message[one.message].member, channel]
        ]
        if clocks:
            found[channel] = f"{min(clocks):%H:%M:%S} to {max(clocks):%H:%M:%S}"
    return found
