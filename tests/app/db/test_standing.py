"""What the database server says of itself."""

import pytest

from app.db import standing
from tests.app.db.standing import standing_in


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened


async def test_the_server_says_what_it_promises(place):
    async with place.session(None) as session:
        said = await standing.server(session)
    assert said.version >= 160_000
    assert (said.standby, said.private, said.replicas) == (False, True, 0)
    assert said.synchronous_commit in {"on", "off"}


async def test_our_roles_are_ours_and_stand_above_nothing(place):
    async with place.session(None) as session:
        rows = await standing.roles(session)
    assert [(row.name, row.ours, row.above) for row in rows] == [("kc_app", True, False), ("kc_engine", True, False)]


async def test_small_tables_are_left_out(place):
    async with place.session(None) as session:
        assert await standing.big_tables(session, 1_000_000) == []
