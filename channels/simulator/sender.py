"""Sends what is due: the steps of each message in their order, many messages at a time.

What is still to be done lies in the book, so that a restart goes on where the last run ended; a
step whose end was not written down yet is then done twice, as the providers themselves promise.
"""

import asyncio
import contextlib
import heapq
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from channels.simulator.ledger import Callback, Fact, Ledger

Handler = Callable[[Sequence[Callback]], Awaitable[bool]]
"""Does the steps of one post; False means that it is to be tried again."""

WAITS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each further try; after the last one a callback is given up."""

_LOOK_AGAIN = 0.01

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Lane:
    """Steps of one kind: `width` posts at a time, up to `batch` messages in each."""

    handler: Handler
    width: int
    batch: int
    running: int = 0
    heap: list[tuple[float, int, Callback]] = field(default_factory=list)

    def ready(self, moment: float) -> bool:
        return bool(self.heap) and self.running < self.width and self.heap[0][0] <= moment


class Sender:
    """The background task that plays every message's story."""

    def __init__(self, ledger: Ledger, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._now = now
        self._lanes: dict[str, _Lane] = {}
        self._chains: dict[int, deque[Callback]] = {}
        self._tries: dict[int, int] = {}
        self._settled: list[tuple[str, int]] = []
        self._firsts: dict[int, asyncio.Event] = {}
        self._wake = asyncio.Event()
        self._loop_task: asyncio.Task[None] | None = None
        self._posts: set[asyncio.Task[None]] = set()

    def add_lane(self, name: str, handler: Handler, *, width: int, batch: int = 1) -> None:
        """Say who does the steps of a lane."""
        self._lanes[name] = _Lane(handler, width, batch)

    def put(self, callbacks: Iterable[Callback]) -> None:
        """Take over steps; those of one message follow each other."""
        for callback in callbacks:
            chain = self._chains.get(callback.message)
            if chain is None:
                self._chains[callback.message] = deque([callback])
                self._push(callback)
            else:
                chain.append(callback)
        self._wake.set()

    def forget(self, message: int) -> None:
        """Leave undone what was still to come for a message."""
        self._chains.pop(message, None)
        self._ledger.drop(message)

    def hurry(self, by: timedelta) -> None:
        """Bring forward all that waits: the clock it goes by was moved on."""
        for lane in self._lanes.values():
            lane.heap = [(due - by.total_seconds(), seq, callback) for due, seq, callback in lane.heap]
        self._wake.set()

    async def start(self) -> None:
        """Go on with what an earlier run left, then with what is put."""
        held = {callback.seq for chain in self._chains.values() for callback in chain}
        self.put(left for left in self._ledger.pending() if left.seq not in held)
        self._loop_task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop at once; what is unfinished stays in the book."""
        tasks = [task for task in (self._loop_task, *self._posts) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._loop_task = None
        self._flush()

    async def quiet(self, within: float) -> bool:
        """Wait until nothing is left to do before the time (seconds) is over."""
        end = time.monotonic() + within
        while self._busy(end):
            if time.monotonic() >= end:
                return False
            await asyncio.sleep(_LOOK_AGAIN)
        return True

    async def first_done(self, message: int, within: float) -> None:
        """Wait until a message's first step was done, but not for ever."""
        if message not in self._chains:
            return
        event = self._firsts.setdefault(message, asyncio.Event())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await event.wait()
        self._firsts.pop(message, None)

    def _busy(self, end: float) -> bool:
        return bool(self._posts or self._settled) or any(
            self._current(callback) and due <= end for lane in self._lanes.values() for due, _, callback in lane.heap
        )

    def _push(self, callback: Callback, wait: float = 0.0) -> None:
        due = time.monotonic() + max(wait, callback.due - self._now().timestamp())
        heapq.heappush(self._lanes[callback.step.lane].heap, (due, callback.seq, callback))

    def _current(self, callback: Callback) -> bool:
        chain = self._chains.get(callback.message)
        return chain is not None and chain[0] is callback

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            self._flush()
            for lane in self._lanes.values():
                self._dispatch(lane)
            # Not `wait_for`: in Python 3.11 it can swallow the cancellation that stops us.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._until_due()):
                    await self._wake.wait()

    def _until_due(self) -> float | None:
        dues = [lane.heap[0][0] for lane in self._lanes.values() if lane.heap and lane.running < lane.width]
        return max(0.0, min(dues) - time.monotonic()) if dues else None

    def _dispatch(self, lane: _Lane) -> None:
        moment = time.monotonic()
        batches: list[list[Callback]] = []
        while lane.ready(moment):
            batch = self._take(lane, moment)
            if batch:
                batches.append(batch)
                lane.running += 1
        self._begin(batches)
        for batch in batches:
            task = asyncio.create_task(self._work(lane, batch))
            self._posts.add(task)
            task.add_done_callback(self._posts.discard)

    def _take(self, lane: _Lane, moment: float) -> list[Callback]:
        batch: list[Callback] = []
        while lane.heap and len(batch) < lane.batch and lane.heap[0][0] <= moment:
            callback = heapq.heappop(lane.heap)[2]
            if self._current(callback):
                batch.append(callback)
        return batch

    def _begin(self, batches: Iterable[Sequence[Callback]]) -> None:
        """Write down what is now true, before we are told of it."""
        facts = [
            Fact(callback.message, "status", callback.step.status, callback.step.code)
            for batch in batches
            for callback in batch
            if callback.step.status and callback.seq not in self._tries
        ]
        if facts:
            self._ledger.note(facts)

    async def _work(self, lane: _Lane, batch: Sequence[Callback]) -> None:
        try:
            done = await lane.handler(batch)
        except Exception as error:  # noqa: BLE001 -- one bad answer of ours must not stop all others
            _log.error("a callback failed: %s", type(error).__name__)
            done = False
        lane.running -= 1
        for callback in batch:
            self._finish(callback, done=done)
        self._wake.set()

    def _finish(self, callback: Callback, *, done: bool) -> None:
        tried = self._tries.pop(callback.seq, 0)
        if not done and tried < len(WAITS):
            self._tries[callback.seq] = tried + 1
            self._push(callback, WAITS[tried])
            return
        self._settled.append(("done" if done else "given_up", callback.seq))
        if callback.message in self._firsts:
            self._firsts[callback.message].set()
        if self._current(callback):
            self._next(callback.message)

    def _next(self, message: int) -> None:
        chain = self._chains[message]
        chain.popleft()
        if chain:
            self._push(chain[0])
        else:
            del self._chains[message]

    def _flush(self) -> None:
        if self._settled:
            self._ledger.settle(self._settled)
            self._settled.clear()
