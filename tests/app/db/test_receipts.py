from app.db import receipts
from app.db.receipts import Rules
from app.rules.statuses import FOLLOWS, Status, reported_moves
from tests.app.pipeline.test_delivery import many_planned
from tests.app.pipeline.world import SMS

SAID = {"accepted": "sent", "delivered": "delivered", "undelivered": "undelivered"}


async def attempt_of(world):
    message = await world.sent()
    return world.services.database.index.attempt(message.reference)


async def append(world, *rows):
    async with world.services.database.transaction(None) as tx:
        return await receipts.append(tx.session, rows)


async def apply(world, limit=100):
    async with world.services.database.transaction(None) as tx:
        return await receipts.apply_waiting(tx.session, Rules(reported_moves()), limit)


def row(attempt, status, key=None):
    return (attempt, "fake-sms", key or status, status, "P-1", "", "")


async def test_every_move_of_the_table_is_made_and_no_other(world):
    attempt = await attempt_of(world)
    for before in Status:
        for said, after in SAID.items():
            await world.rows("DELETE FROM receipt")
            await world.rows(f"UPDATE message SET status = '{before}' WHERE channel = 'sms'")  # noqa: S608
            await append(world, row(attempt, said))
            await apply(world)
            now = (await world.message(SMS)).status
            reachable = set(FOLLOWS[before]) | (
                FOLLOWS[Status.SENT] if Status.SENT in FOLLOWS[before] or before is Status.PLANNED else set()
            )  # fmt: skip
            if before is Status.PLANNED:  # it was thought never to have arrived, and here is its receipt
                reachable |= {Status.SENT}
            assert now == (after if Status(after) in reachable and before != after else before), (before, said)


async def test_receipts_of_one_key_are_kept_once(world):
    attempt = await attempt_of(world)
    assert await append(world, row(attempt, "delivered"), row(attempt, "delivered")) == 1
    assert await append(world, row(attempt, "delivered"), row(attempt, "accepted")) == 1


async def test_what_names_no_attempt_falls_away(world):
    await attempt_of(world)
    assert await append(world, row(world.agency.id, "delivered")) == 0


async def test_more_than_one_pass_can_take_is_taken_by_the_next(world):
    await many_planned(world, 9)
    await world.deliver(SMS)
    attempts = [world.services.database.index.attempt(message.reference) for message in world.fakes[SMS].sent]
    await append(world, *(row(attempt, "delivered") for attempt in attempts))
    assert [len(await apply(world, 4)) for _ in range(4)] == [4, 4, 1, 0]


async def test_two_who_apply_at_once_take_different_receipts(world):
    await many_planned(world, 6)
    await world.deliver(SMS)
    attempts = [world.services.database.index.attempt(message.reference) for message in world.fakes[SMS].sent]
    await append(world, *(row(attempt, "delivered") for attempt in attempts))
    database = world.services.database
    async with database.transaction(None) as mine, database.transaction(None) as theirs:
        first = await receipts.apply_waiting(mine.session, Rules(reported_moves()), 4)
        second = await receipts.apply_waiting(theirs.session, Rules(reported_moves()), 4)
    assert (len(first), len(second)) == (4, 2)
    assert {row.status for row in await world.messages() if row.channel == "sms"} == {"delivered"}


async def test_only_an_active_address_is_marked_as_bounced(world):
    await world.planned()
    points = [row.id for row in await world.rows("SELECT id FROM contact_point ORDER BY kind")]
    await world.rows("UPDATE contact_point SET state = 'wrong_person' WHERE kind = 'phone'")
    async with world.services.database.transaction(None) as tx:
        await receipts.mark_bounced(tx.session, points)
        await receipts.mark_bounced(tx.session, [])
    states = await world.rows("SELECT kind, state FROM contact_point ORDER BY kind")
    assert states == [("email", "bounced"), ("phone", "wrong_person")]
    assert len(await world.rows("SELECT renewal_id FROM replan")) == 1


async def test_a_key_is_kept_once_and_another_key_is_another(world):
    key = receipts.Key(await attempt_of(world), "fake-voice", "CA1", "keys/en/1", "9")
    async with world.services.database.transaction(None) as tx:
        kept = [await receipts.keep_key(tx.session, one) for one in (key, key, key._replace(part="keys/en/2"))]
    assert kept == [True, False, True]


async def test_what_speaks_against_a_reminder_by_now_is_told_with_its_attempt(world):
    attempt, fits = await attempt_of(world), ["renewal_two_months:county:12:upcoming"]
    async with world.services.database.transaction(None) as tx:
        found = [await receipts.attempt(tx.session, attempt, allowed) for allowed in (fits, [])]
    assert [row.refused for row in found] == [None, "upcoming"]
