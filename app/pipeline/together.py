"""Together: what several callers ask for at about the same time is done in one go, and each gets its own answer.

Nobody is kept waiting for others to come: whoever comes while one go is under way shares the next one. If a go
fails, it is done again by halves, so that only who is to blame hears of the fault. Nobody waits in a line that is
too long, or for a database that is away: `NotNow` says so.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from app.errors import NotNow
from app.logs import log

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")
Result = TypeVar("Result")
PATIENCE = 5.0
"""Seconds that the first of a line waits at most before others are sent away; more would be sent twice anyway."""
Work = Callable[[Key, Sequence[Item]], Awaitable[Sequence[Result]]]
"""Does what several items of one key ask for, and returns a result for each."""


@dataclass(slots=True)
class _Waiting(Generic[Item, Result]):
    """One caller: what is asked for, how much that is, and where the answer goes."""

    item: Item
    weight: int
    since: float
    answer: "asyncio.Future[Result]"


@dataclass(slots=True)
class _Line(Generic[Item, Result]):
    """Those who wait for one key, and the task that works them off."""

    waiting: list[_Waiting[Item, Result]] = field(default_factory=list)
    task: "asyncio.Task[None] | None" = None


class Together(Generic[Key, Item, Result]):
    """Does the work of many callers in sets, one set a key at a time."""

    def __init__(
        self, work: Work[Key, Item, Result], *, most: int, room: int, at_once: int = 4,
        shared: tuple[type[Exception], ...] = (),
    ) -> None:  # fmt: skip
        """`most` is the weight of one go, `room` of all who wait; a fault of the `shared` kinds is nobody's own."""
        self._work, self._most, self._room, self._shared = work, most, room, shared
        self._lines: dict[Key, _Line[Item, Result]] = {}
        self._weight, self._going = 0, asyncio.Semaphore(at_once)

    async def do(self, key: Key, item: Item, weight: int = 1) -> Result:
        """Wait for a place in the next go and return its result; raises `NotNow` if that cannot be had."""
        loop, line = asyncio.get_running_loop(), self._lines.get(key) or _Line[Item, Result]()
        too_long = bool(line.waiting) and loop.time() - line.waiting[0].since > PATIENCE
        if too_long or (self._weight and self._weight + weight > self._room):
            raise NotNow
        self._lines[key], self._weight = line, self._weight + weight
        one = _Waiting[Item, Result](item, weight, loop.time(), loop.create_future())
        line.waiting.append(one)
        if line.task is None:
            line.task = asyncio.create_task(self._work_off(key, line))
        return await one.answer

    async def _work_off(self, key: Key, line: _Line[Item, Result]) -> None:
        while line.waiting:
            async with self._going:
                batch = self._take(line)
                await self._some(key, batch)
            self._weight -= sum(one.weight for one in batch)
        del self._lines[key]

    def _take(self, line: _Line[Item, Result]) -> list[_Waiting[Item, Result]]:
        """Take who waits longest, as many as one go bears; who is alone too much for it goes alone."""
        weight, count = 0, 0
        for one in line.waiting:
            if count and weight + one.weight > self._most:
                break
            weight, count = weight + one.weight, count + 1
        batch, line.waiting = line.waiting[:count], line.waiting[count:]
        return batch

    async def _some(self, key: Key, batch: list[_Waiting[Item, Result]]) -> None:
        """Do it for all of these; on a fault by halves, unless it is one that would meet them all."""
        try:
            results = await self._work(key, [one.item for one in batch])
        except Exception as fault:  # noqa: BLE001  (each who waits must hear of it)
            if isinstance(fault, self._shared):
                log().warning("not now", error=type(fault).__name__, count=len(batch))
                _refuse(batch, NotNow())
                return
            if len(batch) == 1:
                _refuse(batch, fault)
                return
            middle = len(batch) // 2
            await self._some(key, batch[:middle])
            await self._some(key, batch[middle:])
            return
        for one, result in zip(batch, results, strict=True):
            if not one.answer.done():  # else the caller has gone away meanwhile
                one.answer.set_result(result)


def _refuse(batch: Sequence[_Waiting[Item, Result]], fault: Exception) -> None:
    for one in batch:
        if not one.answer.done():
            one.answer.set_exception(fault)
