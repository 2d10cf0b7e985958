from datetime import UTC, datetime, timedelta

import pytest

from app.db import clock
from tests.app.db.standing import standing_in

FAR = datetime(2027, 2, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened


async def test_business_time_is_machine_time_until_it_is_moved(place):
    async with place.session(None) as session:
        assert timedelta() <= await clock.now(session) - session.machine_now < timedelta(seconds=30)
        assert session.now == session.machine_now


@pytest.mark.parametrize("moment", [FAR, datetime(2020, 1, 1, tzinfo=UTC)])
async def test_business_time_moves_to_a_moment_and_flows_on_from_there(place, moment):
    async with place.session(None) as session:
        await clock.set_to(session, moment)
    async with place.session(None) as session:
        first = await clock.now(session)
        assert timedelta() <= first - moment < timedelta(seconds=30)
        assert await clock.now(session) > first


async def test_a_county_sees_the_clock_and_cannot_move_it(place):
    async with place.session(None) as session:
        await clock.set_to(session, FAR)
    async with place.session(place.orange) as session:
        assert await clock.now(session) >= FAR
        with pytest.raises(Exception, match="permission denied"):
            await clock.set_to(session, FAR)
