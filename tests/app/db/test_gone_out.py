from datetime import timedelta

from app.db import gone_out
from app.db.gone_out import UNSEEN, Out
from tests.app.pipeline.world import NINE, NUMBER, OTHER_NUMBER, SMS, a_member, phone

NEVER_AHEAD = timedelta()


async def kept(world, *found):
    async with world.services.database.transaction(None) as tx:
        return await gone_out.keep(tx.session, "sms", "fake-sms", found)


async def bound(world, ahead=NEVER_AHEAD):
    async with world.services.database.transaction(world.agency.id) as tx:
        ids = [row.id for row in await world.messages() if row.channel == "sms"]
        return await gone_out.bind(tx.session, world.agency.id, "sms", ids, ahead=ahead)


def out(world, number=NUMBER, provider_id="SM1", status="delivered"):
    index = world.services.database.index.of("contact_point.phone", world.agency.id, number)
    return Out(world.agency.id, provider_id, index, status, NINE)


async def test_an_entry_is_kept_once(world):
    await world.at(NINE)
    assert [await kept(world, out(world)), await kept(world, out(world)), await kept(world)] == [1, 0, 0]


async def test_an_entry_settles_the_message_that_is_to_its_address(world):
    await world.planned()
    await world.planned(a_member(phones=(phone(OTHER_NUMBER),)), subject="M-2")
    await world.at(NINE)
    await kept(world, out(world, status="undelivered"))
    assert len(await bound(world)) == 1
    assert sorted((await world.end(SMS)).split(", ")) == ["planned", "undelivered undelivered"]
    assert await bound(world) == set()


async def test_what_was_due_after_the_list_was_read_is_none_of_it_but_for_what_was_handed_over_ahead(world):
    await world.planned()
    await kept(world, out(world))
    assert await bound(world) == set()
    assert len(await bound(world, ahead=timedelta(days=40))) == 1


async def test_a_span_without_a_list_leaves_unknown_whatever_was_due_in_it(world):
    await world.planned()
    await world.at(NINE)
    await kept(world, Out(world.agency.id, None, None, UNSEEN, NINE))
    assert len(await bound(world)) == 1
    assert await world.end(SMS) == "unknown database_restored"
    assert await world.attempts() == []


async def test_entries_that_found_no_message_are_counted_and_forgotten_in_time(world):
    await world.at(NINE)
    await kept(world, out(world))
    async with world.services.database.transaction(None) as tx:
        assert await gone_out.unbound(tx.session) == [("sms", "delivered", 1)]
        assert await gone_out.sweep(tx.session, NINE - timedelta(days=1)) == 0
        assert await gone_out.sweep(tx.session, NINE + timedelta(days=1)) == 1


async def test_ids_and_codes_of_our_own_attempts_are_known(world):
    message = await world.sent()
    async with world.services.database.transaction(None) as tx:
        assert await gone_out.known(tx.session, "fake-sms", [f"P-{message.code}", "P-9"]) == {f"P-{message.code}"}
        assert await gone_out.open_codes(tx.session, "fake-sms") == set()
    await world.rows("UPDATE attempt SET state = 'unclear'")
    async with world.services.database.transaction(None) as tx:
        assert await gone_out.open_codes(tx.session, "fake-sms") == {message.code}
