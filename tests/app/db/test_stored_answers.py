"""Stored answers belong to one agency each."""

from uuid import UUID

from app.db import stored_answers


async def test_an_answer_is_kept_for_its_agency_alone(services, agency):
    other = UUID(int=1)
    async with services.database.transaction(agency.id) as tx:
        await stored_answers.keep(tx.session, agency.id, "k", digest=b"d", result={"a": 1})
    async with services.database.transaction(agency.id) as tx:
        row = await stored_answers.one(tx.session, agency.id, "k")
        assert (row.result, bytes(row.request_digest)) == ({"a": 1}, b"d")
    async with services.database.transaction(other) as tx:
        assert await stored_answers.one(tx.session, agency.id, "k") is None


async def test_a_key_is_held_by_one_transaction(services, agency):
    database = services.database
    async with database.transaction(agency.id) as first, database.transaction(agency.id) as second:
        assert await stored_answers.try_alone(first.session, agency.id, "k")
        assert not await stored_answers.try_alone(second.session, agency.id, "k")
        assert await stored_answers.try_alone(second.session, agency.id, "other")
