from datetime import date

import pytest

from app.db import flyers
from tests.app.db.standing import standing_in

TODAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        async with opened.session(opened.orange) as session:
            await flyers.add(session, opened.orange, "bcdfgh", "library", "vi")
        yield opened


async def listed(place, agency=None):
    async with place.session(agency or place.orange) as session:
        return [(row.place, int(row.visits), int(row.signups)) for row in await flyers.listed(session, place.orange)]


async def test_a_code_is_taken_once_by_whichever_agency(place):
    async with place.session(place.fresno) as session:
        assert not await flyers.add(session, place.fresno, "bcdfgh", "school", "es")
    async with place.session(None) as session:
        found = await flyers.one(session, "bcdfgh")
        assert (found.agency_id, found.name, found.language) == (place.orange, "library", "vi")
        assert await flyers.one(session, "zzzzzz") is None


async def test_visits_and_sign_ups_add_up_over_the_days(place):
    async with place.session(place.orange) as session:
        for day in (TODAY, TODAY, TOMORROW):
            await flyers.count_visit(session, place.orange, "bcdfgh", day)
        await flyers.count_signup(session, place.orange, "bcdfgh", TOMORROW)
        await flyers.count_signup(session, place.orange, "zzzzzz", TOMORROW)
    assert await listed(place) == [("bcdfgh", 3, 1)]


async def test_another_agencys_place_counts_nothing_and_is_not_seen(place):
    async with place.session(place.fresno) as session:
        await flyers.count_signup(session, place.fresno, "bcdfgh", TODAY)
    assert await listed(place) == [("bcdfgh", 0, 0)]
    assert await listed(place, place.fresno) == []
