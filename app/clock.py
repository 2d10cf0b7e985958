"""The ticks (APScheduler): every replica may run them, because a tick is claimed once in PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from app import metrics
from app.crashpoints import crashpoint
from app.logs import log
from app.queue import Job, claim_tick
from app.stopping import told_by_signals
from app.wiring import Services, machine_now
from schedules.timetable import TIMETABLE, Tick, tick_start


@asynccontextmanager
async def ticking(services: Services) -> AsyncIterator[None]:
    """Fire the ticks of the timetable beside something else in the same process."""
    scheduler = AsyncIOScheduler(timezone=UTC)
    for tick in TIMETABLE:
        period = tick.every.total_seconds()
        scheduler.add_job(
            fire, IntervalTrigger(seconds=int(min(period, 60))), args=(services, tick), coalesce=True,
            max_instances=1, misfire_grace_time=max(1, int(period) - 1), id=tick.name,
        )  # fmt: skip
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


async def fire(services: Services, tick: Tick) -> None:
    """Claim the present tick; nothing happens if it was claimed already, and a lost one comes again."""
    try:
        ours = await claim_tick(services.queue, Job(tick.name), tick_start(tick, machine_now()))
        crashpoint("ticks.claimed")
    except Exception as error:  # noqa: BLE001  (the database may be away; the next tick tries again)
        metrics.TICKS.labels(tick.name, "missed").inc()
        log().warning("tick missed", tick=tick.name, error=type(error).__name__)
    else:
        metrics.TICKS.labels(tick.name, "claimed" if ours else "another had it").inc()


async def tick_forever(services: Services) -> None:
    """Fire the ticks until SIGINT or SIGTERM."""
    with told_by_signals() as told:
        async with ticking(services):
            await told.wait()
