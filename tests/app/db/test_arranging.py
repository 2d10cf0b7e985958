from datetime import UTC, datetime, timedelta

import pytest

from tests.app.pipeline.world import EMAIL, SMS, VOICE, a_member

LADDER = """
name = "{name}"
occasion = "renewal"
[[steps]]
key = "{name}"
template = "renewal_two_months"
{more}
from = {{ anchor = "renewal_month", months = -2 }}
until = {{ anchor = "renewal_month", months = -2, days = {days} }}
statuses = ["upcoming"]
"""
FIRST_OF_DECEMBER = datetime(2026, 12, 1, 17, tzinfo=UTC)


def ladders(*names, days=24, more=""):
    return {f"{name}.toml": LADDER.format(name=name, days=days, more=more) for name in names}


@pytest.fixture
def asked():
    """Several ladders that ask on the same day."""
    return ladders("one", "two", "three", "four")


@pytest.fixture
def one_reminder(monkeypatch, asked):
    monkeypatch.setattr("app.wiring.services.shipped_ladders", lambda: asked)


async def days(world, channel):
    """Return how many days after the first of December each is due, or why it is not."""
    rows = [row for row in await world.messages() if row.channel == channel]
    return sorted(str((row.due_at - FIRST_OF_DECEMBER).days) if row.status == "planned" else row.reason for row in rows)


async def test_never_two_on_one_day(world):
    await world.planned()
    assert await days(world, SMS) == ["0", "1", "2", "3"]


async def test_no_more_than_three_calls_in_thirty_days(world):
    await world.planned()
    assert await days(world, VOICE) == ["0", "1", "2", "called_often"]


async def test_the_days_of_others_at_the_same_address_are_taken(world):
    await world.planned(a_member(phones=()))
    await world.tell(a_member(phones=(), language_written="en"), subject="M-2")
    await world.rows("UPDATE message SET template = 'another'")
    await world.plan()
    assert await days(world, EMAIL) == ["0", "1", "2", "3", "4", "5", "6", "7"]


async def test_what_came_later_gives_way(world):
    await world.planned()
    before = {row.id: row.due_at for row in await world.messages() if row.status == "planned"}
    await world.planned(a_member(emails=()), subject="M-2")
    after = {row.id: row.due_at for row in await world.messages() if row.status == "planned"}
    assert {id_: after[id_] for id_ in before} == before


class TestSteps:
    """Of one ladder."""

    @pytest.fixture
    def asked(self):
        step = LADDER.split("[[steps]]")[1]
        second = step.format(name="later", days=20, more="").replace("-2 }", "-2, days = 2 }")
        one = LADDER.format(name="sooner", days=1, more="")
        return {"sooner.toml": f"{one}[[steps]]{second}"}

    async def test_are_three_days_apart(self, world):
        await world.at(FIRST_OF_DECEMBER + timedelta(days=1))
        await world.planned(a_member(phones=()))
        assert await days(world, EMAIL) == ["1", "4"]


class TestFallBack:
    """Channels that wait for each other."""

    @pytest.fixture
    def asked(self):
        return ladders("one", more='channels = "fallback"\nfallback_days = 5')

    async def test_the_second_channel_waits_for_the_ladders_days_and_the_third_for_twice_as_many(self, world):
        await world.planned(a_member(channels=(EMAIL, SMS, VOICE)))
        assert [await days(world, channel) for channel in (EMAIL, SMS, VOICE)] == [["0"], ["5"], ["10"]]


class TestFirst:
    """One channel is enough."""

    @pytest.fixture
    def asked(self):
        return ladders("one", more='channels = "first"')

    async def test_the_first_in_the_persons_order_carries_it(self, world):
        await world.planned(a_member(channels=(EMAIL, SMS)))
        assert await days(world, EMAIL) == ["0"]
        assert await days(world, SMS) == ["first_channel"]

    async def test_another_takes_over_what_the_first_may_not_carry_any_more(self, world):
        await world.planned(a_member(channels=(EMAIL, SMS)))
        await world.planned(a_member(emails=()))
        assert await world.ends() == {
            "email": "canceled no_contact_point",
            "sms": "planned",
            "voice": "skipped channel_not_chosen",
        }
