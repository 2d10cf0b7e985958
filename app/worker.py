"""The worker process: takes jobs from the queue until it is told to stop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from app.jobs import register
from app.queue import Job
from app.wiring import Services

CONCURRENCY = 8
GRACE = 25.0
"""Seconds a stop waits for what is being sent."""


async def work(services: Services, *, only: Sequence[Job] = (), signals: bool = True) -> None:
    """Work until stopped; `only` names the jobs to take (all without it)."""
    register(services)
    await services.queue.run_worker_async(
        queues=list(only or Job),
        concurrency=CONCURRENCY,
        install_signal_handlers=signals,
        shutdown_graceful_timeout=GRACE,
        fetch_job_polling_interval=2.0,
        delete_jobs="successful",
    )


@asynccontextmanager
async def working(services: Services) -> AsyncIterator[None]:
    """Work beside something else in the same process."""
    task = asyncio.create_task(work(services, signals=False))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
