from itertools import chain, repeat

from app.pipeline.turns import TURN, Turns
from app.queue import Job
from app.rules.facts import Channel
from tests.app.pipeline.test_delivery import many_planned
from tests.app.pipeline.world import SMS, TEN


def turns(world, *clock):
    """Turns by a clock that says these seconds, one after the other, and the last one for ever."""
    said = chain(clock, repeat(clock[-1]))
    built = world.services
    return Turns(built.queue, delivery=built.delivery, ahead=built.ahead, boot_clock=lambda: next(said))


async def bells(world):
    return [row.queueing_lock for row in await world.rows(
        "SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' AND task_name = 'deliver'")]  # fmt: skip


async def test_a_lane_that_is_done_within_its_turn_is_not_woken_again(world):
    await many_planned(world, 3)
    assert await turns(world, 0.0).deliver(world.agency.id, SMS) == 3
    assert await bells(world) == []


async def test_a_lane_with_more_than_its_turn_holds_is_woken_again_behind_whoever_waits(world):
    await turns(world, 0.0, TURN).deliver(world.agency.id, SMS)
    assert await bells(world) == [f"{Job.DELIVER}:{world.agency.id}:{SMS}"]


async def test_after_its_turn_a_lane_claims_nothing_more(world, monkeypatch):
    monkeypatch.setattr("app.pipeline.delivery.BATCH", 10)
    await many_planned(world, 35)
    tried = await world.services.delivery.lane(world.agency.id, SMS, until=0.0)
    assert (tried, await waiting(world)) == (20, 15)


async def waiting(world):
    [row] = await world.rows("SELECT count(*) AS n FROM message WHERE channel = 'sms' AND status = 'planned'")
    return row.n


async def test_a_lane_that_a_worker_is_sending_on_already_is_not_taken_a_second_time(world):
    await many_planned(world, 1)
    ours, again = turns(world, 0.0), []

    async def a_second_bell():
        again.append(await ours.deliver(world.agency.id, SMS))

    world.fakes[SMS].meanwhile = a_second_bell
    assert await ours.deliver(world.agency.id, SMS) == 1
    assert again == [0]


async def test_the_lanes_of_one_agency_do_not_wait_for_each_other(world):
    ours, tried = turns(world, 0.0), []

    async def another_lane():
        tried.append(await ours.deliver(world.agency.id, Channel.EMAIL))

    world.fakes[SMS].meanwhile = another_lane
    await world.planned()
    await world.at(TEN)
    await ours.deliver(world.agency.id, SMS)
    assert tried == [1]
