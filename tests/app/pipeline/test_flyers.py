"""Flyers: places, and what came of them."""

from ipaddress import ip_address

from app.rules.flyers import PLACE
from app.rules.network import Network, prefix_of


def network(address):
    return Network(ip_address(address), prefix_of(ip_address(address)))


async def test_a_place_has_a_code_that_nobody_misreads(world):
    flyer = await world.services.flyers.add(world.agency.id, "Garden Grove library", "vi")
    assert PLACE.fullmatch(flyer.place)
    found, agency = await world.services.flyers.find(flyer.place)
    assert (found, agency.code) == (flyer, "orange")


async def test_a_network_is_counted_once_an_hour_for_each_place(world):
    flyers = world.services.flyers
    here, there = [await flyers.add(world.agency.id, name, "en") for name in ("library", "clinic")]
    for flyer, address in ((here, "203.0.113.1"), (here, "203.0.113.1"), (here, "203.0.113.2"), (there, "203.0.113.1")):
        await flyers.visited(flyer, world.agency, network(address))
    assert [(one.name, one.visits) for one in await flyers.listed(world.agency.id)] == [("library", 2), ("clinic", 1)]


async def test_nothing_is_kept_of_who_came(world):
    flyer = await world.services.flyers.add(world.agency.id, "library", "en")
    await world.services.flyers.visited(flyer, world.agency, network("203.0.113.1"))
    for table in ("flyer_day", "brake_count"):
        for row in await world.rows(f"SELECT t::text AS text FROM {table} t"):  # noqa: S608
            assert "203.0.113" not in row.text


async def test_a_confirmed_sign_up_counts_for_its_place(world):
    flyer = await world.services.flyers.add(world.agency.id, "library", "en")
    await world.signs_up(place=flyer.place)
    [counts] = await world.services.flyers.listed(world.agency.id)
    assert (counts.visits, counts.signups) == (0, 1)
