"""Stored answers belong to one agency each."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from app.db import stored_answers


async def test_an_answer_is_kept_for_its_agency_alone(services, agency):
    other = UUID(int=1)
    async with services.database.transaction(agency.id) as tx:
        await stored_answers.keep(tx.session, agency.id, "k", digest=b"d", result={"a": 1})
    async with services.database.transaction(agency.id) as tx:
        assert await stored_answers.one(tx.session, agency.id, "k") == (b"d", {"a": 1})
    async with services.database.transaction(other) as tx:
        assert await stored_answers.one(tx.session, agency.id, "k") is None


async def test_an_answer_is_sealed_and_swept_when_it_is_old(services, agency):
    async with services.database.transaction(agency.id) as tx:
        await stored_answers.keep(tx.session, agency.id, "k", digest=b"d", result={"phone": "+17145550123"})
        (row,) = await tx.session.all(text("SELECT result_sealed FROM stored_answer"))
        assert b"17145550123" not in row.result_sealed
        assert await stored_answers.sweep(tx.session, tx.session.machine_now - timedelta(days=1)) == 0
        assert await stored_answers.sweep(tx.session, tx.session.machine_now + timedelta(days=1)) == 1


async def test_a_key_is_held_by_one_transaction(services, agency):
    database = services.database
    async with database.transaction(agency.id) as first, database.transaction(agency.id) as second:
        assert await stored_answers.try_alone(first.session, agency.id, "k")
        assert not await stored_answers.try_alone(second.session, agency.id, "k")
        assert await stored_answers.try_alone(second.session, agency.id, "other")
