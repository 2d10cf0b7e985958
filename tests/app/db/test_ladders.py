import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy.exc import ProgrammingError

from app.db import ladders
from tests.app.db.standing import standing_in
from tests.app.pipeline.world import FEBRUARY, MARCH, a_member


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened
        opened.run("DELETE FROM ladder_version")


async def add(place, agency, *sources, name="renewal"):
    async with place.session(None) as session:
        for source in sources:
            await ladders.add(session, agency, name, source)


async def held(place, agency):
    async with place.session(agency) as session:
        return [(row.agency_id, row.name, row.version, row.dropped) for row in await ladders.current(session, agency)]


async def test_the_newest_version_of_each_is_current_and_an_agency_sees_its_own_alone(place):
    await add(place, None, "old", "new")
    await add(place, place.orange, "ours", ladders.AS_SHIPPED)
    await add(place, place.fresno, "theirs")
    shipped = (None, "renewal", 2, False)
    assert await held(place, place.orange) == [(place.orange, "renewal", 2, True), shipped]
    assert await held(place, place.fresno) == [(place.fresno, "renewal", 1, False), shipped]
    async with place.session(None) as session:
        assert len(await ladders.current(session, None)) == 3


async def test_old_versions_stay_as_they_were(place):
    await add(place, None, "old", "new")
    ids = [row["id"] for row in place.rows("SELECT id FROM ladder_version ORDER BY version")]
    async with place.session(place.orange) as session:
        assert {(row.id, row.source) for row in await ladders.sources(session, ids)} == {
            (ids[0], "old"), (ids[1], "new"),
        }  # fmt: skip


async def test_the_row_level_fence_hides_another_agencys_ladders(place):
    await add(place, place.fresno, "theirs")
    async with place.session(place.orange) as session:
        assert await ladders.current(session, place.fresno) == []


async def test_a_county_cannot_change_ladders_past_their_stage(place):
    async with place.session(place.orange) as session:
        with pytest.raises(ProgrammingError) as caught:
            await ladders.add(session, None, "renewal", "x")
    assert isinstance(caught.value.orig, InsufficientPrivilege)


async def test_what_falls_due_from_a_month_on_is_marked_once(world):
    await world.tell(a_member())
    await world.rows("DELETE FROM replan")

    async def marked(agency, occasion, since):
        async with world.services.database.transaction(None) as tx:
            return await ladders.mark_for_planning(tx.session, agency, [occasion], since)

    assert await marked(world.agency.id, "work_notice", FEBRUARY) == 0
    assert await marked(world.agency.id, "renewal", MARCH) == 0
    assert await marked(world.agency.id, "renewal", FEBRUARY) == 1
    assert await marked(None, "renewal", FEBRUARY) == 0
    await world.rows("DELETE FROM replan")
    assert await marked(None, "renewal", FEBRUARY) == 1
