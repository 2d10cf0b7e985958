"""The job queue: the names of the jobs, and how one is put on a connection of ours.

A job is a wake-up bell: it carries opaque ids or a lane, and a lost, late or doubled one changes nothing.
"""

import logging
from enum import StrEnum
from typing import Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from psycopg import AsyncConnection


class Job(StrEnum):
    """Each job's name; `app.jobs` says which stage it wakes."""

    PLAN = "plan"
    DELIVER = "deliver"
    AHEAD = "ahead"
    WITHDRAW = "withdraw"
    DISPATCH = "dispatch"
    RECEIPTS = "receipts"
    UPKEEP = "upkeep"
    DAILY = "planning"
    SWEEP = "sweep"


def quiet_logs() -> None:
    """The queue and the clock log job arguments and every look at INFO; only warnings are of use."""
    for name in ("procrastinate", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)


def open_queue(conninfo: str) -> procrastinate.App:
    """Return the queue over its own small pool; the caller opens and closes it."""
    quiet_logs()
    return procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo, min_size=1, max_size=6))


async def enqueue_on(connection: AsyncConnection[Any], queue: procrastinate.App, job: Job, **args: str) -> None:
    """Add a job that exists only if the connection's transaction commits."""
    await queue.configure_task(job, queue=job, connection=connection).defer_async(**args)


async def ring(queue: procrastinate.App, job: Job, **args: str) -> None:
    """Add a job by itself, unless the same one already waits."""
    name = ":".join((job, *args.values()))
    try:
        await queue.configure_task(job, queue=job, queueing_lock=name).defer_async(**args)
    except AlreadyEnqueued:
        return


async def claim_tick(queue: procrastinate.App, job: Job, timestamp: int) -> bool:
    """Enqueue a tick's job once for all replicas; say whether it was ours to do."""
    deferrer = queue.configure_task(job, queue=job, task_kwargs={"timestamp": timestamp})
    claimed = await queue.job_manager.defer_periodic_job(deferrer.job, job, timestamp)
    return claimed is not None


async def put_stalled_jobs_back(queue: procrastinate.App) -> int:
    """Enqueue again the jobs whose worker died; return how many."""
    stalled = list(await queue.job_manager.get_stalled_jobs())
    for job in stalled:
        await queue.job_manager.retry_job(job)
    return len(stalled)
