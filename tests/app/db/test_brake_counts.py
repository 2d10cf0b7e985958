from datetime import UTC, datetime, timedelta

import pytest

from app.db import brake_counts
from tests.app.db.standing import standing_in

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened


@pytest.fixture
def take(place):
    async def of(*keys, limit=4, now=NOON):
        async with place.session(place.orange) as session:
            return await brake_counts.take(session, [("s", key, limit, HOUR) for key in keys], now)

    return of


async def test_each_key_is_counted_by_itself(take):
    assert [await take(b"a") for _ in range(5)] == [None, None, None, None, 0]
    assert await take(b"b") is None


async def test_the_first_that_is_refused_is_told_and_those_behind_it_are_not_counted(take):
    for _ in range(4):
        await take(b"a")
    assert await take(b"b", b"a", b"c") == 1
    assert [await take(b"c") for _ in range(5)] == [None] * 4 + [0]
    assert [await take(b"b") for _ in range(4)] == [None] * 3 + [0]


async def test_of_the_window_before_that_part_counts_which_is_still_near(take):
    for _ in range(4):
        await take(b"a", now=NOON + timedelta(minutes=59))
    assert await take(b"a", now=NOON + timedelta(minutes=61)) == 0
    later = NOON + timedelta(minutes=90)  # half of the four still count
    assert [await take(b"a", now=later) for _ in range(3)] == [None, None, 0]


async def test_old_windows_are_forgotten(take, place):
    await take(b"a")
    async with place.session(None) as session:
        await brake_counts.lightly(session)
        assert await brake_counts.forget(session, NOON) == 0
        assert await brake_counts.forget(session, NOON + HOUR) == 1
