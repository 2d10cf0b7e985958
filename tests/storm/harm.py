"""What a storm does to the processes, all of it drawn from one seed: it kills, freezes, cuts and crashes."""

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.storm.fleet import ARMED, Place, Process
from tests.storm.ground import Ground

POINTS = (
    "delivery.claimed", "delivery.intending", "delivery.intended", "transport.checked", "delivery.sent",
    "delivery.recording", "delivery.recorded", "reconcile.due", "reconcile.looked_up", "reconcile.judged",
    "reconcile.settled", "receipts.applying", "planning.merged", "dispatch.found",
)  # fmt: skip
"""Where workers are made to die in a storm; `crashing` visits all points there are, one by one."""
CUT = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
PAUSES = ((0.70, 0.3, 3.0), (0.92, 3.0, 12.0), (1.0, 16.0, 38.0))
"""How long a process is frozen: a share (cumulated), and between how many seconds; some outlive every lease."""

ZOMBIES = (16.0, 38.0)
"""Seconds for which a sender is frozen at the worst place: past its deadline, and often past its lease."""


@dataclass(frozen=True, slots=True)
class Doses:
    """How much of what a storm holds."""

    kills: int = 0
    pauses: int = 0
    cuts: int = 0
    crashes: int = 0
    """Of PostgreSQL."""


@dataclass(slots=True)
class Harm:
    """Does harm until its doses are used up; `seen` counts what was done."""

    ground: Ground
    chance: random.Random
    doses: Doses
    workers: Sequence[Place]
    others: Sequence[Place]
    """The API and the ticks: they die too, more seldom."""
    seconds: float
    """How long the doses are to last, and the storm at least."""
    zombies: int = 0
    """How many senders are frozen between their last look at the clock and the write."""
    seen: Counter[str] = field(default_factory=Counter)
    _pauses: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def done(self) -> bool:
        """Whether all was done that was to be."""
        others = all(self.seen[name] >= getattr(self.doses, name) for name in ("pauses", "cuts", "crashes"))
        return others and self.kills >= self.doses.kills and self.seen["zombies"] >= self.zombies

    @property
    def kills(self) -> int:
        """How many processes died, by whatever hand: ours, the wire's, or at a point."""
        return sum(place.codes.get(-9, 0) for place in (*self.workers, *self.others))

    def scheme(self) -> Mapping[str, str]:
        """Return what a new worker is armed with: every third dies or fails at some point."""
        if self.zombies:
            return {ARMED: f"transport.checked:stop:{self.chance.choice((1, 2, 3, 5, 8))}"}
        if self.chance.random() > 0.35 or self.done:
            return {ARMED: "-"}
        action = self.chance.choices(("kill", "raise"), (8, 2))[0]
        nth = self.chance.choice((1, 1, 1, 2, 3, 7))
        return {ARMED: f"{self.chance.choice(POINTS)}:{action}:{nth}"}

    async def rage(self) -> None:
        """Do everything, spread evenly over the time."""
        loop = asyncio.get_running_loop()
        began, end = loop.time(), loop.time() + self.seconds * 3
        while loop.time() < end and not (self.done and loop.time() > began + self.seconds):
            await asyncio.sleep(self.chance.uniform(0.02, 0.12))
            gone = min(1.0, (loop.time() - began) / self.seconds)
            await self._catch_up(gone)
            self._find_frozen()
        await asyncio.gather(*self._pauses)

    async def _catch_up(self, gone: float) -> None:
        """Do what is due by this part of the time."""
        if self.kills < self.doses.kills * gone:
            self._kill()
        if self.seen["pauses"] < self.doses.pauses * gone:
            self._pause()
        if self.seen["cuts"] < self.doses.cuts * gone:
            await self._cut()
        if self.seen["crashes"] < self.doses.crashes * gone - 0.5:
            self.seen["crashes"] += 1
            await asyncio.to_thread(self.ground.crash_database)

    def _kill(self) -> None:
        place = self._one_of(self.workers if self.chance.random() < 0.9 else self.others)
        if place is not None and place.now is not None:
            self.seen["killed by hand"] += 1
            place.now.kill()

    def _pause(self) -> None:
        place = self._one_of((*self.workers, *self.others))
        if place is None or place.now is None:
            return
        self.seen["pauses"] += 1
        dice = self.chance.random()
        least, most = next((least, most) for share, least, most in PAUSES if dice <= share)
        self._hold(place.now.pause(self.chance.uniform(least, most)))

    def _hold(self, what: Coroutine[Any, Any, None]) -> None:
        pause = asyncio.create_task(what)
        self._pauses.add(pause)
        pause.add_done_callback(self._pauses.discard)

    def _find_frozen(self) -> None:
        """Let whoever froze by itself go on after a while; it knows nothing of the time that went by."""
        for place in self.workers if self.zombies else ():
            if place.alive and place.now is not None and place.now.frozen:
                self.seen["zombies"] += 1
                self._hold(_zombie(place.now, self.chance.uniform(*ZOMBIES)))

    async def _cut(self) -> None:
        """Cut every connection to the database, as a failing switch does."""
        try:
            await asyncio.to_thread(self.ground.ask, CUT)
        except psycopg.OperationalError:
            return
        self.seen["cuts"] += 1

    def _one_of(self, places: Sequence[Place]) -> Place | None:
        alive = [place for place in places if place.alive]
        return self.chance.choice(alive) if alive else None


async def _zombie(process: Process, seconds: float) -> None:
    """Let a frozen process go on to write; after that another one, armed anew, takes its place."""
    await process.pause(seconds)
    await asyncio.wait([process.ended], timeout=3)
    process.kill()
