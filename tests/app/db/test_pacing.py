"""What pacing reads: how far an hour is filled, and whether many wait."""

from datetime import timedelta

from app.db import pacing
from schedules.pacing import hour_of
from tests.app.pipeline.world import NINE, a_member, world  # noqa: F401  (a fixture)

HOUR = timedelta(hours=1)


async def test_an_hour_is_filled_up_to_its_last_message(world):  # noqa: F811
    await world.planned(a_member())
    await world.rows("UPDATE message SET due_at = %(at)s WHERE channel = 'sms'", at=NINE + HOUR / 2)
    async with world.services.database.transaction(world.agency.id) as tx:
        found = await pacing.filled(tx.session, world.agency.id, [hour_of(NINE) - 1, hour_of(NINE)])
    assert found == {hour_of(NINE): 0.5}


async def test_few_are_as_many_as_asked_or_fewer(world):  # noqa: F811
    await world.planned(a_member())
    until = NINE + 2 * HOUR
    async with world.services.database.transaction(world.agency.id) as tx:
        assert await pacing.are_few(tx.session, world.agency.id, NINE, until, 3)
        assert not await pacing.are_few(tx.session, world.agency.id, NINE, until, 2)


async def test_words_are_the_newest_of_their_language(world):  # noqa: F811
    async with world.services.database.transaction(world.agency.id) as tx:
        rows = await pacing.words(tx.session, ["renewal_two_months"], ["en", "vi"])
    assert [row.language for row in rows] == ["en", "vi"]
