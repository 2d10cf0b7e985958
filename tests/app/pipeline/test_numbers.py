import asyncio
from datetime import timedelta

from app.pipeline.numbers import cap_of
from app.rules.caps import Cap
from app.rules.facts import Channel
from channels.contract import Accepted, TryLater
from tests.app.pipeline.world import DEADLINE, NINE, SMS, TEN, VOICE

HALF_A_DAY = timedelta(hours=12)
A_DAY = timedelta(days=1, minutes=1)
"""And a little, because the clock of the test goes on while it looks."""


async def a_household(world, count):
    """So many people at one number, who all agreed to everything and are to be told one by one."""
    for at in range(count):
        await world.planned(subject=f"M-{at}")
    await world.rows("UPDATE message SET status = 'planned', reason = NULL, bundled_into = NULL, ended_at = NULL")


async def calls_on(world, moment):
    before = len(world.fakes[VOICE].sent)
    await world.at(moment)
    await world.deliver(VOICE)
    return len(world.fakes[VOICE].sent) - before


async def texts_on(world, moment):
    before = len(world.fakes[SMS].sent)
    await world.at(moment)
    await world.deliver(SMS)
    return len(world.fakes[SMS].sent) - before


async def test_people_at_one_number_are_called_one_a_day(world):
    await a_household(world, 3)
    assert [await calls_on(world, TEN + days * A_DAY) for days in range(4)] == [1, 1, 1, 0]
    assert await world.end(VOICE) == "sent, sent, sent"


async def test_workers_that_claim_at_the_same_time_make_one_call_to_a_number(world, monkeypatch):
    monkeypatch.setattr("app.pipeline.delivery.BATCH", 1)
    world.fakes[VOICE].alone = False
    await a_household(world, 4)
    await world.at(TEN)
    await asyncio.gather(*(world.services.delivery.lane(world.agency.id, VOICE) for _ in range(4)))
    assert len(world.fakes[VOICE].sent) == 1


async def test_a_fourth_call_waits_until_the_first_is_thirty_days_old(world):
    await a_household(world, 4)
    assert [await calls_on(world, TEN + days * A_DAY) for days in range(30)] == [1, 1, 1] + [0] * 27
    assert await calls_on(world, TEN + 30 * A_DAY) == 1


async def test_a_call_that_could_not_be_made_before_its_deadline_ends_with_its_reason(world):
    await a_household(world, 4)
    for days in range(20, 15, -1):
        await calls_on(world, DEADLINE - days * A_DAY + timedelta(hours=12))
    assert sorted((await world.end(VOICE)).split(", ")) == ["expired called_often", "sent", "sent", "sent"]


async def test_texts_to_one_number_leave_on_one_day_each_whoever_they_are_for(world):
    await a_household(world, 3)
    assert [await texts_on(world, TEN + at * HALF_A_DAY) for at in range(6)] == [1, 0, 1, 0, 1, 0]
    assert await world.end(SMS) == "sent, sent, sent"


async def test_what_waits_for_another_day_waits_for_its_opening(world):
    await a_household(world, 2)
    await texts_on(world, TEN)
    assert sorted(row.due_at for row in await world.messages() if row.status == "planned" and row.channel == SMS) == [
        NINE + timedelta(days=1)
    ]


async def test_texts_and_calls_to_one_number_do_not_wait_for_each_other(world):
    await world.planned()
    await world.at(TEN)
    await world.deliver(SMS, VOICE)
    assert (len(world.fakes[SMS].sent), len(world.fakes[VOICE].sent)) == (1, 1)


async def test_an_address_gets_ten_in_thirty_days(world):
    await a_household(world, 11)
    assert sum([await texts_on(world, TEN + at * timedelta(days=1)) for at in range(29)]) == 10
    assert await texts_on(world, TEN + 30 * A_DAY) == 1


async def test_what_is_asked_too_often_until_its_deadline_ends_with_that_reason(world):
    await a_household(world, 2)
    await texts_on(world, DEADLINE - timedelta(hours=10))
    assert sorted((await world.end(SMS)).split(", ")) == ["expired asked_too_often", "sent"]


async def test_a_code_is_sent_however_often_the_number_was_written_to(world):
    await world.sent()
    await world.signs_up()
    assert len(world.fakes[SMS].sent) > 1


async def test_what_could_not_leave_is_no_message_to_its_number(world):
    await a_household(world, 1)
    world.fakes[SMS].answer = lambda _: TryLater("rate_limited")
    await texts_on(world, TEN)
    world.fakes[SMS].answer = lambda message: Accepted(f"P-{message.code}", 1)
    await texts_on(world, TEN + timedelta(hours=1))
    assert await world.end(SMS) == "sent"


async def test_workers_that_claim_at_the_same_time_send_one_text_to_a_number(world, monkeypatch):
    monkeypatch.setattr("app.pipeline.delivery.BATCH", 1)
    world.fakes[SMS].alone = False
    await a_household(world, 4)
    await world.at(TEN)
    await asyncio.gather(*(world.services.delivery.lane(world.agency.id, SMS) for _ in range(4)))
    assert len(world.fakes[SMS].sent) == 1


def test_each_channel_has_its_own_cap_and_calls_stay_a_day_apart():
    named = {f"{channel}_cap_{span}": 2 for channel in Channel for span in ("day", "30_days")}
    constants = {**named, "sms_cap_day": 1, "voice_cap_30_days": 3}
    assert cap_of(constants, SMS) == Cap(1, 2)
    assert cap_of(constants, VOICE) == Cap(2, 3, timedelta(days=1))
