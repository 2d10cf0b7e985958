from app.pipeline.heartbeats import LIMITS, Heartbeats
from schedules.timetable import TIMETABLE


async def silent_for(world, stage, span):
    await world.rows(
        "UPDATE heartbeat SET at_on_machine = now() - cast(%(span)s AS interval) WHERE stage = %(stage)s",
        stage=stage, span=span,
    )  # fmt: skip


def test_every_stage_that_is_listened_for_has_a_tick_that_comes_sooner():
    every = {tick.name: tick.every for tick in TIMETABLE}
    assert all(every[stage] < limit for stage, limit in LIMITS.items())


async def test_before_anything_was_started_nobody_is_missed(world):
    assert await world.services.heartbeats.alarms() == []


async def test_a_stage_that_never_runs_is_missed_from_the_start_on(world):
    hearts = world.services.heartbeats
    await hearts.expect()
    assert await hearts.alarms() == []
    await silent_for(world, "dispatch", "61 s")
    [alarm] = await hearts.alarms()
    assert alarm.startswith("dispatch has not run for 1 min (since ")
    await hearts.expect()
    assert len(await hearts.alarms()) == 1


async def test_a_stage_that_runs_again_is_missed_no_longer(world):
    hearts = world.services.heartbeats
    await hearts.beat("planning")
    await silent_for(world, "planning", "26 h 5 min")
    [alarm] = await hearts.alarms()
    assert "26 h 5 min" in alarm
    await hearts.beat("planning", 3)
    await hearts.beat("planning", None)
    assert await hearts.alarms() == []
    assert [row.done for row in await world.rows("SELECT done FROM heartbeat")] == [3]


async def test_the_doctor_says_which_stage_is_silent_and_how_to_mend_it(world):
    await world.services.heartbeats.beat("upkeep")
    await silent_for(world, "upkeep", "6 min")
    [found] = [one for one in await world.services.checkup.everything() if one.subject == "stage upkeep"]
    assert found.wrong
    assert "keepcovered ticks" in found.mend


async def test_a_database_that_does_not_answer_is_an_alarm_and_no_error(world):
    class Gone:
        def transaction(self, _):
            raise OSError

    assert await Heartbeats(Gone()).alarms() == ["the database does not answer"]
