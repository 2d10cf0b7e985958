"""Passes as they are kept."""

from datetime import timedelta
from uuid import uuid4

import pytest

from app.db import passes
from app.pipeline.welcoming import address_index
from app.rules.facts import Channel
from tests.app.pages.choosing import NUMBER, tell


async def asked(tx, agency, address=NUMBER, *, waits=True):
    session, id_ = tx.session, uuid4()
    new = passes.NewPass(
        id_, "sms", address, address_index(session, agency.id, Channel.SMS, address), "en", b"browser",
        session.machine_now + timedelta(minutes=10), waits,
    )  # fmt: skip
    await passes.add(session, agency.id, new)
    return id_


async def test_what_waits_is_taken_once_and_says_whether_somebody_has_the_address(services, agency):
    await tell(services, agency)
    async with services.database.transaction(agency.id) as tx:
        mine, other = await asked(tx, agency), await asked(tx, agency, "+17145559999")
        await asked(tx, agency, waits=False)
        rows = await passes.take_waiting(tx.session, agency.id, 10)
        assert {row.id: row.known for row in rows} == {mine: True, other: False}
        assert [passes.address_of(tx.session, row) for row in rows if row.known] == [NUMBER]
        assert list(await passes.take_waiting(tx.session, agency.id, 10)) == []


async def test_a_pass_is_used_once(services, agency):
    async with services.database.transaction(agency.id) as tx:
        id_ = await asked(tx, agency)
        await passes.set_digests(tx.session, agency.id, id_, code=b"code", link=b"link")
        assert (await passes.by_link(tx.session, b"link")).id == id_
        assert [await passes.count_try(tx.session, agency.id, id_) for _ in range(2)] == [1, 2]
        assert [await passes.use(tx.session, agency.id, id_) for _ in range(2)] == [True, False]


@pytest.mark.parametrize(("before", "left"), [(timedelta(hours=-1), True), (timedelta(hours=1), False)])
async def test_old_ones_are_forgotten(before, left, services, agency):
    async with services.database.transaction(None) as tx:
        id_ = await asked(tx, agency)
        await passes.sweep(tx.session, tx.session.machine_now + before)
        assert (await passes.one(tx.session, id_) is not None) is left


async def test_nothing_is_nothing(services, agency):
    async with services.database.transaction(agency.id) as tx:
        assert await passes.one(tx.session, uuid4()) is None
        assert await passes.by_link(tx.session, b"x") is None
        assert await passes.count_try(tx.session, agency.id, uuid4()) == 0
        assert not await passes.use(tx.session, agency.id, uuid4())
