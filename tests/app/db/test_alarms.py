from datetime import timedelta

import pytest

from app.db import alarms
from tests.app.db.standing import standing_in


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened


async def raised(place, agency, kind="codes_paused"):
    async with place.session(None) as session:
        return await alarms.raise_one(session, agency, kind)


async def opened(place):
    async with place.session(None) as session:
        rows = await alarms.open_since(session, session.now - timedelta(days=7))
    return [(row.code, row.kind, int(row.n)) for row in rows]


async def test_an_alarm_that_comes_again_within_the_hour_is_counted_with_the_first(place):
    assert [await raised(place, place.orange) for _ in range(3)] == [True, False, False]
    assert await raised(place, place.fresno)
    assert await raised(place, place.orange, "other")
    assert await opened(place) == [("fresno", "codes_paused", 1), ("orange", "codes_paused", 3), ("orange", "other", 1)]


async def test_after_an_hour_or_once_somebody_saw_to_it_it_is_a_new_one(place):
    await raised(place, place.orange)
    place.run("UPDATE alarm SET at = at - interval '61 minutes'")
    assert await raised(place, place.orange)
    place.run("UPDATE alarm SET seen_at = at")
    assert await opened(place) == []
    assert await raised(place, place.orange)
