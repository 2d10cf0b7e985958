from uuid import UUID

from app.db import epochs
from app.rules.epochs import Count, Server

MINE = UUID(int=1)


async def test_a_database_begins_to_count_where_it_lives_and_goes_on(world):
    await world.rows("DELETE FROM epoch")
    async with world.services.database.transaction(None) as tx:
        assert await epochs.look(tx.session) is None
        here = await epochs.server(tx.session)
        begun = await epochs.read(tx.session, new_id=MINE, here=here)
        assert (begun.id, begun.number, begun.held, Server(begun.system, begun.timeline)) == (MINE, 0, [], here)
        await epochs.advance(tx.session, Count(MINE, 7), here)
        again = await epochs.read(tx.session, new_id=UUID(int=2), here=here)
        assert (again.id, again.number) == (MINE, 7)
    assert here.system.isdigit()


async def test_what_is_held_is_held_from_the_last_note_on_and_once(world):
    async with world.services.database.transaction(None) as tx:
        session = tx.session
        row = await epochs.read(session, new_id=MINE, here=await epochs.server(session))
        await epochs.hold(session, ["sms", "email"], "older")
        await epochs.hold(session, ["voice"], "moved")
        held = await epochs.look(session)
        assert (held.held, held.held_because, held.held_from) == (["sms", "email"], "older", row.noted_at)
        await epochs.release(session, "sms")
        assert (await epochs.look(session)).held_because == "older"
        await epochs.release(session, "email")
        assert (await epochs.look(session)).held_because is None


async def test_a_database_knows_whether_it_ever_sent(world):
    async with world.services.database.transaction(None) as tx:
        assert not await epochs.has_sent(tx.session)
    await world.sent()
    async with world.services.database.transaction(None) as tx:
        assert await epochs.has_sent(tx.session)
