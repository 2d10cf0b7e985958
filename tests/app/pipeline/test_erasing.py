from datetime import timedelta
from unittest.mock import Mock

import pytest

from channels.contract import Absent, Accepted, CannotSay, Capabilities, Unclear
from channels.signals import Status
from tests.app.pipeline.test_delivery import many_planned
from tests.app.pipeline.test_upkeep import FIRST_LOOK, looks
from tests.app.pipeline.world import NINE, SMS

A_DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
async def settled(world):
    """Ana's text, which arrived at nine."""
    message = await world.sent()
    await world.receipt(message, Status.DELIVERED)
    return f"P-{message.code}"


async def upkeep_at(world, moment):
    await world.at(moment)
    await world.services.upkeep.run()


async def test_a_day_after_it_was_settled_it_is_erased_once(world, settled):
    await upkeep_at(world, NINE + A_DAY - AN_HOUR)
    assert world.fakes[SMS].erased == []
    for hours in range(1, 5):
        await upkeep_at(world, NINE + A_DAY + hours * AN_HOUR)
    assert world.fakes[SMS].erased == [settled]
    [row] = await world.rows("SELECT erase_at, erased_at FROM attempt")
    assert (row.erase_at, row.erased_at - NINE - A_DAY < 2 * AN_HOUR) == (None, True)


async def test_what_is_not_settled_is_left_for_a_look_up(world):
    world.fakes[SMS].answer = lambda _: Unclear("500")
    await world.sent()
    world.fakes[SMS].found = lambda _: CannotSay("503")
    for hours in range(30):
        await looks(world, FIRST_LOOK + hours * AN_HOUR)
    assert world.fakes[SMS].erased == []


async def test_what_cannot_be_erased_is_asked_again_and_given_up_after_a_week(world, settled, monkeypatch):
    log = Mock()
    monkeypatch.setattr("app.pipeline.erasing.log", lambda: log)
    world.fakes[SMS].redaction = lambda _: CannotSay("503")
    for hours in range(24, 24 * 9, 12):
        await upkeep_at(world, NINE + (hours + 1) * AN_HOUR)
    assert 10 < len(world.fakes[SMS].erased) < 14
    [told] = log.error.call_args_list
    assert told.args == ("not erased at the provider",)
    assert set(told.kwargs) == {"provider", "attempt_id"}
    [row] = await world.rows("SELECT erase_at, erased_at FROM attempt")
    assert row == (None, None)


async def test_a_provider_that_breaks_stops_nobody_else(world, settled):
    def broken(_):
        raise RuntimeError

    world.fakes[SMS].redaction = broken
    await upkeep_at(world, NINE + A_DAY + AN_HOUR)
    [row] = await world.rows("SELECT erase_at FROM attempt")
    assert row.erase_at > NINE + A_DAY + AN_HOUR


async def test_a_provider_that_cannot_erase_is_never_asked(world, monkeypatch):
    rules = world.services.receipts._rules  # noqa: SLF001
    monkeypatch.setattr(world.services.receipts, "_rules", type(rules)(rules.moves, rules.again, ()))
    message = await world.sent()
    await world.receipt(message, Status.DELIVERED)
    await upkeep_at(world, NINE + 2 * A_DAY)
    assert world.fakes[SMS].erased == []


async def test_one_that_cannot_erase_is_passed_over_without_a_word(world, settled, monkeypatch):
    log = Mock()
    monkeypatch.setattr("app.pipeline.erasing.log", lambda: log)
    world.fakes[SMS].capabilities = Capabilities("sms", "segment")
    await upkeep_at(world, NINE + timedelta(days=9))
    [row] = await world.rows("SELECT erase_at, erased_at FROM attempt")
    assert row == (None, None)
    assert log.error.call_args_list == []


async def test_what_nobody_ever_heard_of_again_is_erased_within_a_week(world):
    await world.sent()
    await world.machine_time_passes()
    await upkeep_at(world, NINE + timedelta(hours=73))
    assert await world.end(SMS) == "unknown no_word"
    await upkeep_at(world, NINE + timedelta(days=8))
    assert len(world.fakes[SMS].erased) == 1


async def test_all_that_is_due_is_erased_in_bounded_batches(world, monkeypatch):
    monkeypatch.setattr("app.pipeline.erasing.AT_ONCE", 3)
    await many_planned(world, 8)
    await world.deliver(SMS)
    for message in world.fakes[SMS].sent:
        await world.receipt(message, Status.DELIVERED)
    await upkeep_at(world, NINE + A_DAY + AN_HOUR)
    assert len(set(world.fakes[SMS].erased)) == 8


async def test_each_try_is_erased_a_day_after_it_was_settled(world):
    world.fakes[SMS].answer = lambda message: Accepted(f"P-{message.code}", 1)
    world.fakes[SMS].found = lambda _: Absent()
    first = await world.sent()
    await world.receipt(first, Status.UNDELIVERED, reason="handset_unreachable")
    await upkeep_at(world, NINE + A_DAY + AN_HOUR)
    assert world.fakes[SMS].erased == [f"P-{first.code}"]
