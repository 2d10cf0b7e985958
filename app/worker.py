"""The worker process: takes jobs from the queue until it is told to stop, and again after it lost its database."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from procrastinate.worker import Worker

from app import metrics
from app.jobs import register
from app.logs import log
from app.queue import queues
from app.rules.facts import Channel
from app.stopping import WITHIN, told_by_signals
from app.wiring import Services

CONCURRENCY = 8
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
"""Seconds before a worker that lost its queue takes it up again; twice as long each time, up to the longest."""
AIR = 1.0
"""Seconds that it takes besides to leave the queue; without its database that would take longer."""
LONG_ENOUGH = 60.0
"""Seconds after which a loss is a new one, and pauses begin small again."""


class Taker(Worker):
    """Takes jobs; whatever stops it (a signal, a lost connection), the stages claim no more from then on."""

    def __init__(self, services: Services, only: Sequence[str]) -> None:
        self._stages = (services.delivery, services.ahead)
        super().__init__(
            services.queue, queues=queues(only, tuple(Channel)), concurrency=CONCURRENCY,
            install_signal_handlers=False, shutdown_graceful_timeout=WITHIN, fetch_job_polling_interval=2.0,
            delete_jobs="successful",
        )  # fmt: skip

    async def run(self) -> None:
        """Take jobs until stopped."""
        self._claim(claims=True)
        await super().run()  # type: ignore[no-untyped-call]

    def stop(self) -> None:
        """Begin to stop: what is claimed is sent and recorded, and the rest waits for another worker."""
        self._claim(claims=False)
        super().stop()  # type: ignore[no-untyped-call]

    def _claim(self, *, claims: bool) -> None:
        for stage in self._stages:
            stage.claims = claims


async def work(services: Services, told: asyncio.Event, *, only: Sequence[str] = ()) -> None:
    """Work until told to stop; `only` names the lanes to take (all without it)."""
    register(services)
    loop, pause = asyncio.get_running_loop(), FIRST_PAUSE
    while not told.is_set():
        begun = loop.time()
        lost = await _take(Taker(services, only), told)
        if told.is_set():
            return
        metrics.RESTARTS.inc()
        log().warning("queue lost", error=lost)
        pause = FIRST_PAUSE if loop.time() - begun > LONG_ENOUGH else pause
        await _either(asyncio.sleep(pause), told)
        pause = min(2 * pause, LONGEST_PAUSE)


async def _take(taker: Taker, told: asyncio.Event) -> str:
    """Take jobs until told to stop, or until the queue is lost; return the kind of error."""
    taking = asyncio.create_task(taker.run())
    try:
        await _either(asyncio.shield(taking), told)
    finally:
        taking.cancel()  # which it takes for the word to stop
        await asyncio.wait({taking}, timeout=WITHIN + AIR)
    error = taking.exception() if taking.done() and not taking.cancelled() else None
    return type(error).__name__ if error is not None else "its connection was cut"


async def _either(first: Any, told: asyncio.Event) -> None:  # noqa: ANN401  (whatever can be awaited)
    """Wait for one thing or the word to stop."""
    both = {asyncio.ensure_future(first), asyncio.ensure_future(told.wait())}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in both:
            one.cancel()
        await asyncio.gather(*both, return_exceptions=True)


async def work_until_told(services: Services, *, only: Sequence[str] = ()) -> None:
    """Work until SIGINT or SIGTERM."""
    with told_by_signals() as told:
        await work(services, told, only=only)


@asynccontextmanager
async def working(services: Services) -> AsyncIterator[Callable[[], None]]:
    """Work beside something else in the same process; hands out what begins the stop."""
    told = asyncio.Event()
    task = asyncio.create_task(work(services, told))
    try:
        yield told.set
    finally:
        told.set()
        await task
