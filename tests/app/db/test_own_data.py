"""What is held about an address, each thing once."""

from app.db import own_data
from app.pipeline.consent import Wish
from app.pipeline.welcoming import address_index
from app.rules.facts import Channel
from tests.app.pages.choosing import NUMBER, tell


async def test_a_yes_that_two_people_share_is_one_line(services, agency):
    for ref in ("M-1", "M-2"):
        await tell(services, agency, ref)
    async with services.database.transaction(agency.id) as tx:
        index = address_index(tx.session, agency.id, Channel.SMS, NUMBER)
        assert [(row.channel, row.granted) for row in await own_data.consents(tx.session, agency.id, index)] == [
            ("sms", True)
        ]
        assert list(await own_data.messages(tx.session, agency.id, index)) == []
        assert list(await own_data.choices(tx.session, agency.id, index)) == []
        assert await own_data.replies(tx.session, agency.id, index) == []


async def test_another_agencys_lines_are_not_told(services, agency):
    await tell(services, agency)
    async with services.database.transaction(agency.id) as tx:
        strange = address_index(tx.session, agency.id, Channel.SMS, "+17145559999")
        assert list(await own_data.consents(tx.session, agency.id, strange)) == []


async def test_who_took_a_number_over_sees_nothing_of_who_held_it_before(services, agency):
    await tell(services, agency)
    async with services.database.transaction(agency.id) as tx:
        index = address_index(tx.session, agency.id, Channel.SMS, NUMBER)
        wish = Wish(index, (Channel.SMS,), granted=False, basis="wrong_person")
        await services.consents.write(tx, agency.id, wish)
    async with services.database.transaction(agency.id) as tx:
        assert [row.granted for row in await own_data.consents(tx.session, agency.id, index)] == [False]
