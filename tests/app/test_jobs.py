from types import SimpleNamespace
from uuid import UUID

import pytest
import structlog

from app.jobs import handlers, register
from app.pipeline.heartbeats import LIMITS
from app.queue import Job
from app.rules.facts import Channel

AGENCY = UUID(int=7)
ARGUMENTS = {Job.PLAN: {"agency": str(AGENCY)}, Job.DELIVER: {"agency": str(AGENCY), "channel": "sms"}}
ARGUMENTS[Job.AHEAD] = ARGUMENTS[Job.DELIVER]
ARGUMENTS[Job.PASSES] = ARGUMENTS[Job.PLAN]
TICK = {"timestamp": 1_800_000_000}


class Stage:
    """A stage that notes how it was woken."""

    def __init__(self, name, woken):
        self.name, self.woken = name, woken

    def __getattr__(self, verb):
        async def act(*args: object):
            self.woken.append((f"{self.name}.{verb}", *args))

        return act


@pytest.fixture
def woken():
    return []


@pytest.fixture
def services(woken):
    stages = (
        "planning", "delivery", "dispatch", "receipts", "upkeep", "ahead", "withdrawing", "heartbeats", "turns",
        "reporting", "keeping", "proof", "webhooks", "passes",
    )  # fmt: skip
    return SimpleNamespace(**{name: Stage(name, woken) for name in stages}, queue=Queue())


class Queue:
    """Keeps what is registered."""

    def __init__(self):
        self.tasks = {}

    def task(self, *, name, queue):
        assert queue == name

        def keep(function):
            self.tasks[name] = function

        return keep


def test_every_job_has_a_handler(services):
    assert set(handlers(services)) == set(Job)


@pytest.mark.parametrize(
    ("job", "stage"),
    [
        (Job.PLAN, ("planning.agency", AGENCY)),
        (Job.DELIVER, ("turns.deliver", AGENCY, Channel.SMS)),
        (Job.AHEAD, ("turns.ahead", AGENCY, Channel.SMS)),
        (Job.WITHDRAW, ("withdrawing.run",)),
        (Job.DISPATCH, ("dispatch.wake",)),
        (Job.RECEIPTS, ("receipts.apply_waiting",)),
        (Job.UPKEEP, ("upkeep.tick",)),
        (Job.DAILY, ("planning.daily",)),
        (Job.SWEEP, ("upkeep.sweep",)),
        (Job.REPORTS, ("reporting.roll_up",)),
        (Job.KEEPING, ("keeping.run",)),
        (Job.LEDGER, ("proof.link_waiting",)),
        (Job.WEBHOOKS, ("webhooks.run",)),
        (Job.PASSES, ("passes.send_waiting", AGENCY)),
    ],
)
async def test_every_job_wakes_its_stage(services, woken, job, stage):
    register(services)
    await services.queue.tasks[job](**ARGUMENTS.get(job, TICK))
    assert woken[:1] == [stage]


async def test_the_daily_job_that_no_tick_rang_plans_only_what_waits(services, woken):
    register(services)
    await services.queue.tasks[Job.DAILY]()
    assert woken[:1] == [("planning.waiting",)]


async def test_the_stages_that_are_listened_for_beat_after_they_ran_and_only_then(services, woken):
    async def fail():
        raise ValueError("ill")

    register(services)
    for job in Job:
        await services.queue.tasks[job](**ARGUMENTS.get(job, TICK))
    assert {beat[1] for beat in woken if beat[0] == "heartbeats.beat"} == set(LIMITS)
    woken.clear()
    services.upkeep.tick = fail
    with pytest.raises(ValueError, match="ill"):
        await services.queue.tasks[Job.UPKEEP](**TICK)
    assert woken == []


async def test_a_bell_does_not_stand_in_for_the_daily_tick(services, woken):
    register(services)
    await services.queue.tasks[Job.DAILY]()
    assert woken == [("planning.waiting",)]


async def test_a_jobs_fault_is_logged_by_its_kind_and_reaches_the_queue(services):
    async def fail():
        raise ValueError("+17145550002")

    services.upkeep.tick = fail
    register(services)
    with structlog.testing.capture_logs() as said, pytest.raises(ValueError, match="1714"):
        await services.queue.tasks[Job.UPKEEP]()
    assert said == [{"event": "job failed", "log_level": "error", "job": "upkeep", "error": "ValueError"}]
