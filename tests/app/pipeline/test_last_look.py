from dataclasses import replace

import pytest

from app.pipeline.ladders import LadderBook
from schedules.ladders.model import Policy
from tests.app.pipeline.world import EMAIL, NINE, SMS


@pytest.fixture
def stand_in(world, monkeypatch):
    """Let every step's other channels stand in for the first."""
    book = world.services.ladders.shipped
    ladders = [
        replace(ladder, steps=tuple(replace(step, policy=Policy.FALLBACK, fallback_days=1) for step in ladder.steps))
        for ladder in book.ladders
    ]

    async def fallback_book(*_):
        return LadderBook(tuple(ladders))

    monkeypatch.setattr(world.services.ladders, "book", fallback_book)
    return world


async def both_due(world):
    await world.planned()
    await world.rows("UPDATE message SET status = 'planned', reason = NULL, due_at = first_due_at")
    await world.at(NINE)


async def test_a_stand_in_is_not_sent_when_the_first_channel_reached_the_person(stand_in):
    await both_due(stand_in)
    await stand_in.rows("UPDATE message SET status = 'delivered' WHERE channel = 'email'")
    await stand_in.deliver(SMS)
    assert stand_in.fakes[SMS].sent == []
    assert "canceled reached_otherwise" in await stand_in.end(SMS)


async def test_a_stand_in_is_sent_when_the_first_channel_reached_nobody(stand_in):
    await both_due(stand_in)
    await stand_in.rows("UPDATE message SET status = 'undelivered' WHERE channel = 'email'")
    await stand_in.deliver(SMS)
    assert len(stand_in.fakes[SMS].sent) == 1


async def test_where_each_channel_speaks_for_itself_none_stands_in(world):
    await both_due(world)
    await world.rows("UPDATE message SET status = 'delivered' WHERE channel = 'email'")
    await world.deliver(SMS)
    assert len(world.fakes[SMS].sent) == 1
    assert world.fakes[EMAIL].sent == []
