from ipaddress import ip_address

from app.pipeline.authenticity import Answer
from app.rules.authenticity import Real
from app.rules.network import Network, prefix_of
from tests.app.pipeline.world import NINE


def network(address="192.0.2.1"):
    found = ip_address(address)
    return Network(found, prefix_of(found))


async def test_a_message_of_ours_is_real_with_its_agency_and_day(world):
    message = await world.sent()
    found = await world.services.authenticity.look(message.code.lower(), network())
    assert isinstance(found, Real)
    assert (found.agency.code, found.day) == ("orange", NINE.date())


async def test_any_other_code_is_unknown(world):
    await world.sent()
    assert await world.services.authenticity.look("K7QF2M4P", network()) is Answer.UNKNOWN
    assert await world.services.authenticity.look("", network()) is Answer.UNKNOWN


async def test_one_network_asks_twenty_times_an_hour(world):
    look = world.services.authenticity.look
    answers = [await look("K7QF2M4P", network()) for _ in range(21)]
    assert answers == [Answer.UNKNOWN] * 20 + [Answer.TOO_MANY]
    assert await look("K7QF2M4P", network("198.51.100.7")) is Answer.UNKNOWN


async def test_many_unknown_codes_raise_an_alarm(world):
    for number in range(101):
        await world.services.authenticity.look("K7QF2M4P", network(f"10.0.{number}.1"))
    rows = await world.rows("SELECT kind, n FROM alarm")
    assert [tuple(row) for row in rows] == [("unknown_codes", 1)]
