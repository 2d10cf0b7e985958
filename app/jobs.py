"""LISTENS to the queue: a table from each job's name to the stage that it wakes."""

import time
from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from app import metrics
from app.logs import about, log
from app.pipeline.heartbeats import LIMITS
from app.queue import Job
from app.rules.facts import Channel
from app.traces import span
from app.wiring import Services

Handler = Callable[..., Awaitable[object]]


def handlers(services: Services) -> Mapping[Job, Handler]:
    """Return what each job does; every job carries opaque ids or a lane only."""
    return {
        Job.PLAN: lambda agency: services.planning.agency(UUID(agency)),
        Job.DELIVER: lambda agency, channel: services.turns.deliver(UUID(agency), Channel(channel)),
        Job.AHEAD: lambda agency, channel: services.turns.ahead(UUID(agency), Channel(channel)),
        Job.WITHDRAW: lambda **_: services.withdrawing.run(),
        Job.DISPATCH: lambda **_: services.dispatch.wake(),
        Job.RECEIPTS: lambda **_: services.receipts.apply_waiting(),
        Job.UPKEEP: lambda **_: services.upkeep.tick(),
        # Its tick brings the day; who rings it otherwise only wants what waits to be planned.
        Job.DAILY: lambda timestamp=None: services.planning.daily() if timestamp else services.planning.waiting(),
        Job.SWEEP: lambda **_: services.upkeep.sweep(),
        Job.REPORTS: lambda **_: services.reporting.roll_up(),
        Job.KEEPING: lambda **_: services.keeping.run(),
        Job.LEDGER: lambda **_: services.proof.link_waiting(),
        Job.WEBHOOKS: lambda **_: services.webhooks.run(),
        Job.PASSES: lambda agency: services.passes.send_waiting(UUID(agency)),
    }


def register(services: Services) -> None:
    """Tell the queue what each job does; a job's fault is logged by its kind, never with its values."""
    for job, handler in handlers(services).items():
        services.queue.task(name=job, queue=job)(_guarded(services, job, handler))


def _guarded(services: Services, job: Job, handler: Handler) -> Handler:
    async def run(**args: object) -> None:
        outcome, begun = "failed", time.perf_counter()
        try:
            with about(job=job), span(f"job {job}", job=job):
                done = await handler(**args)
                if job in LIMITS and "timestamp" in args:  # a bell does not stand in for a tick that never comes
                    await services.heartbeats.beat(job, done)
            outcome = "done"
        except Exception as error:
            log().error("job failed", job=job, error=type(error).__name__)
            raise
        finally:
            metrics.JOBS.labels(job, outcome).inc()
            metrics.JOB_SECONDS.labels(job).observe(time.perf_counter() - begun)

    return run
