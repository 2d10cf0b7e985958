"""The job queue: the names of the jobs, and how one is put on a connection of ours.

A job is a wake-up bell: it carries opaque ids or a lane, and a lost, late or doubled one changes nothing.
"""

import logging
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Status
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
    REPORTS = "reports"
    KEEPING = "keeping"
    LEDGER = "ledger"
    WEBHOOKS = "webhooks"
    PASSES = "passes"


def quiet_logs() -> None:
    """The queue and the clock log job arguments and every look at INFO; only warnings are of use."""
    for name in ("procrastinate", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)


def open_queue(conninfo: str) -> procrastinate.App:
    """Return the queue over its own small pool; the caller opens and closes it."""
    quiet_logs()
    return procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo, min_size=1, max_size=6))


LANED = (Job.DELIVER, Job.AHEAD)
"""The jobs of a lane: each has a queue for each channel, so that workers can be kept for one."""


def queue_of(job: Job, args: Mapping[str, str]) -> str:
    """Return the queue that a job goes to."""
    return f"{job}/{args['channel']}" if job in LANED and "channel" in args else job


def queues(lanes: Sequence[str], channels: Sequence[str]) -> list[str]:
    """Return the queues of these lanes, each a job's name or a channel's; all of them without any."""
    laned = [(job, channel, f"{job}/{channel}") for job in LANED for channel in channels]
    every = [(job, job, str(job)) for job in Job] + laned
    return [queue for job, channel, queue in every if not lanes or {job, channel} & set(lanes)]


async def enqueue_on(connection: AsyncConnection[Any], queue: procrastinate.App, job: Job, **args: str) -> None:
    """Add a job that exists only if the connection's transaction commits."""
    await queue.configure_task(job, queue=queue_of(job, args), connection=connection).defer_async(**args)


async def ring(queue: procrastinate.App, job: Job, **args: str) -> None:
    """Add a job by itself, unless the same one already waits."""
    name = ":".join((job, *args.values()))
    try:
        await queue.configure_task(job, queue=queue_of(job, args), queueing_lock=name).defer_async(**args)
    except AlreadyEnqueued:
        return


async def claim_tick(queue: procrastinate.App, job: Job, timestamp: int) -> bool:
    """Enqueue a tick's job once for all replicas; say whether it was ours to do."""
    deferrer = queue.configure_task(job, queue=job, task_kwargs={"timestamp": timestamp})
    claimed = await queue.job_manager.defer_periodic_job(deferrer.job, job, timestamp)
    return claimed is not None


async def put_stalled_jobs_back(queue: procrastinate.App) -> int:
    """Enqueue again the jobs whose worker died; return how many. One whose bell was rung again meanwhile goes away."""
    stalled, back = list(await queue.job_manager.get_stalled_jobs()), 0
    for job in stalled:
        try:
            await queue.job_manager.retry_job(job)
            back += 1
        except UniqueViolation:
            await queue.job_manager.finish_job(job, Status.ABORTED, delete_job=True)
    return back
