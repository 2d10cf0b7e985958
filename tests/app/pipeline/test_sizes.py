"""The size of texts, measured with the agency's own words."""

from app.pipeline.sizes import sizes
from app.rules.agency import Agency
from tests.conftest import AGENCY

KEY = "renewal_two_months"


async def measured(world, *asked):
    async with world.services.database.transaction(world.agency.id) as tx:
        return await sizes(tx.session, world.agency, asked)


async def test_a_text_in_another_alphabet_takes_more_segments(world):
    found = await measured(world, (KEY, "en"), (KEY, "zh-Hans"))
    assert found[KEY, "zh-Hans"].count >= 1
    assert found[KEY, "en"].cause == ""
    assert found[KEY, "zh-Hans"].cause


async def test_an_agency_with_a_long_name_pays_for_it(world):
    short = await measured(world, (KEY, "en"))
    agency = await world.services.tenancy.add(
        AGENCY.replace("Orange County", "The Very Long Name of the Orange County")
    )
    assert isinstance(agency, Agency)
    world.agency = agency
    assert (await measured(world, (KEY, "en")))[KEY, "en"].units > short[KEY, "en"].units


async def test_nothing_asked_is_nothing_measured(world):
    assert await measured(world) == {}
