from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.pipeline.asking import FIRST_WAVE, SKIPPED, a_fence, hand_over, look_up, take_back
from channels.contract import Accepted, CannotSay, Capabilities, Handle, Lookup, OutgoingMessage, Refused, Unclear
from tests.app.pipeline.fakes import FakeChannel
from tests.app.pipeline.world import NINE, SMS

MESSAGES = [OutgoingMessage(str(number), "K7QX", "+12095550100", "+17145550100", "en") for number in range(3)]
LOOKUP = Lookup("r", "K7QX", "+12095550100", "+17145550100", datetime(2026, 11, 2, tzinfo=UTC))


class Broken(FakeChannel):
    async def send(self, messages, *, not_after):
        raise ZeroDivisionError

    async def find(self, lookup):
        raise ZeroDivisionError

    async def new_fence(self):
        raise ZeroDivisionError

    async def cancel(self, handle):
        raise ZeroDivisionError


class Forgetful(FakeChannel):
    async def send(self, messages, *, not_after):
        return [Accepted("P")]


class Told(FakeChannel):
    async def send(self, messages, *, not_after):
        return [self.answer(message) for message in messages]


async def test_an_adapter_that_raises_proves_nothing():
    assert await hand_over(Broken("broken", ""), MESSAGES, not_after=1.0) == [Unclear("ZeroDivisionError")] * 3
    assert await look_up(Broken("broken", ""), LOOKUP) == CannotSay("ZeroDivisionError")
    assert await take_back(Broken("broken", ""), Handle("P-1")) == CannotSay("ZeroDivisionError")
    assert await a_fence(Broken("broken", "")) == ""


async def test_an_account_that_is_no_longer_in_use_can_say_nothing():
    gone = CannotSay("its provider or account is no longer in use")
    assert (await look_up(None, LOOKUP), await take_back(None, Handle("P-1"))) == (gone, gone)


async def test_a_fence_that_cannot_be_kept_is_none():
    assert await a_fence(Told("long", "", fences=["x" * 201])) == ""


async def test_an_adapter_that_loses_count_proves_nothing():
    assert await hand_over(Forgetful("forgetful", ""), MESSAGES, not_after=1.0) == [Unclear("lost count")] * 3


@pytest.mark.parametrize("odd", ["SM\x00", "\ud800", "é", "x" * 201])
async def test_an_id_that_cannot_be_kept_is_no_id(odd):
    said = await hand_over(Told("odd", "", answer=lambda _: Accepted(odd, 1)), MESSAGES, not_after=1.0)
    assert said == [Accepted("", 1)] * 3


async def test_what_is_said_in_order_stays_as_it_is():
    answers = {"0": Accepted("P1", 2), "1": Refused("bad_address"), "2": Unclear("HTTP 500")}
    said = await hand_over(Told("good", "", answer=lambda m: answers[m.reference]), MESSAGES, not_after=1.0)
    assert said == [*answers.values()]


async def test_once_a_provider_fails_the_rest_of_a_batch_is_surely_not_sent():
    failing = Told("failing", "", answer=lambda _: Unclear("HTTP 500"))
    failing.capabilities = Capabilities("sms", "segment", at_once=50)
    said = await hand_over(failing, MESSAGES * 100, not_after=1.0, elsewhere=True)
    assert Counter(said) == {Unclear("HTTP 500"): FIRST_WAVE, SKIPPED: 300 - FIRST_WAVE}
    assert await hand_over(failing, MESSAGES * 100, not_after=1.0) == [Unclear("HTTP 500")] * 300


async def test_a_provider_that_is_well_gets_it_all_in_order():
    well = Told("well", "", answer=lambda message: Accepted(message.reference))
    messages = [replace(MESSAGES[0], reference=str(number)) for number in range(100)]
    said = await hand_over(well, messages, not_after=1.0, elsewhere=True)
    assert said == [Accepted(str(number)) for number in range(100)]


async def test_a_provider_that_is_gone_cannot_say():
    assert isinstance(await look_up(None, LOOKUP), CannotSay)


async def test_a_batch_whose_adapter_breaks_is_looked_up_and_not_lost(world):
    world.fakes[SMS].answer = lambda message: 1 / 0
    await world.planned()
    await world.at(NINE)
    await world.deliver(SMS)
    assert await world.end(SMS) == "sending"
    assert [row.state for row in await world.rows("SELECT state FROM attempt")] == ["unclear"]
