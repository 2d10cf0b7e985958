from tests.app.pipeline.world import DEADLINE, NINE, SMS, TEN, a_member


async def jobs(world):
    rows = await world.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'deliver' AND status = 'todo'")
    return sorted(row.args["channel"] for row in rows)


async def test_nothing_is_woken_while_nothing_is_due(world):
    await world.planned()
    assert await world.services.dispatch.due() == []
    assert await world.services.dispatch.wake() == 0


async def test_each_lane_with_something_due_is_woken_once(world):
    await world.planned()
    await world.at(NINE)
    assert {*await world.services.dispatch.due()} == {(world.agency.id, "sms"), (world.agency.id, "email")}
    assert await world.services.dispatch.wake() == 2
    assert await world.services.dispatch.wake() == 2
    assert await jobs(world) == ["email", "sms"]


async def test_a_lane_whose_window_is_closed_is_woken_to_move_or_end_what_waits(world):
    await world.planned()
    await world.at(DEADLINE)
    assert ("sms" in {channel for _, channel in await world.services.dispatch.due()}) is True
    await world.deliver()
    assert await world.services.dispatch.due() == []


async def test_what_was_sent_wakes_nobody(world):
    await world.planned()
    await world.at(TEN)
    await world.deliver()
    assert await world.services.dispatch.due() == []
    assert len(world.fakes[SMS].sent) == 1


async def test_planning_is_woken_though_its_own_bell_was_lost(world):
    await world.tell(a_member())
    await world.rows("DELETE FROM procrastinate_jobs")
    await world.services.dispatch.wake()
    found = await world.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'plan'")
    assert [row.args for row in found] == [{"agency": str(world.agency.id)}]
    await world.plan()
    await world.rows("DELETE FROM procrastinate_jobs")
    await world.services.dispatch.wake()
    assert await world.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'plan'") == []
