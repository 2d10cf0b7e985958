from app.db.statistics import look_at_what_grew

MEMBERS = """
    INSERT INTO member (agency_id, id, key_sealed, created_at, updated_at)
    SELECT id, gen_random_uuid(), '', now(), now() FROM agency CROSS JOIN generate_series(1, 3000)
"""


async def test_a_table_that_grew_is_looked_at_once(world):
    async with world.services.database.transaction(None) as tx:
        await look_at_what_grew(tx.session)
    await world.rows(MEMBERS)
    await world.rows("SELECT pg_stat_force_next_flush()")
    async with world.services.database.transaction(None) as tx:
        assert await look_at_what_grew(tx.session) == 1
    assert await world.rows("SELECT reltuples FROM pg_class WHERE relname = 'member'") == [(3000,)]


async def test_a_table_as_it_was_is_left_alone(world):
    async with world.services.database.transaction(None) as tx:
        await look_at_what_grew(tx.session)
    async with world.services.database.transaction(None) as tx:
        assert await look_at_what_grew(tx.session) == 0
