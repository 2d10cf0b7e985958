from app.db import authenticity
from tests.app.pipeline.world import NINE


async def test_the_newest_message_with_a_code_counts_and_only_what_may_have_left(world):
    message = await world.sent()
    database, agency = world.services.database, world.agency.id
    async with database.transaction(None) as tx:
        found = await authenticity.sent(tx.session, message.code, None)
        assert found is not None
        assert (found[0], found[1].date()) == (agency, NINE.date())
        assert await authenticity.sent(tx.session, message.code, agency) == found
        assert await authenticity.sent(tx.session, "K7QF2M4P", None) is None
    await world.rows("UPDATE attempt SET state = 'absent'")
    async with database.transaction(None) as tx:
        assert await authenticity.sent(tx.session, message.code, None) is None


async def test_one_agency_does_not_vouch_for_another(world):
    message = await world.sent()
    other = await world.services.tenancy.add(
        'code="kern"\nname="Kern"\ncounty_code="15"\nphone="+16615550100"\n[senders]\nsms="+16615550100"'
    )
    async with world.services.database.transaction(other.id) as tx:
        assert await authenticity.sent(tx.session, message.code, other.id) is None
        assert await authenticity.sent(tx.session, message.code, None) is None  # its rows are all it can see
