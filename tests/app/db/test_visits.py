"""Visits as they are kept: by a digest, and not for long."""

from datetime import timedelta

import pytest

from app.db import visits
from app.rules.choices import Visit

DIGEST = b"d" * 32
A_MINUTE, AN_HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
async def visit(services, agency):
    """Somebody who has come in."""
    visit = Visit(agency.id, "phone", "+17145552345", b"index")
    async with services.database.transaction(None) as tx:
        await visits.begin(tx.session, DIGEST, visit)
    return visit


async def seen(services, digest=DIGEST, *, idle=A_MINUTE, longest=AN_HOUR):
    async with services.database.transaction(None) as tx:
        now = tx.session.machine_now
        return await visits.see(tx.session, digest, seen_since=now - idle, begun_since=now - longest)


async def test_a_visit_goes_on_while_it_is_neither_idle_nor_too_long(services, visit):
    assert await seen(services) == visit
    assert await seen(services, b"other") is None
    assert await seen(services, idle=-A_MINUTE) is None
    assert await seen(services, longest=-A_MINUTE) is None


async def test_a_visit_that_was_ended_is_over(services, visit):
    async with services.database.transaction(None) as tx:
        await visits.end(tx.session, DIGEST)
    assert await seen(services) is None


async def test_what_is_over_is_forgotten(services, visit):
    async with services.database.transaction(None) as tx:
        now = tx.session.machine_now
        assert await visits.sweep(tx.session, seen_since=now - A_MINUTE, begun_since=now - AN_HOUR) == 0
        assert await visits.sweep(tx.session, seen_since=now + A_MINUTE, begun_since=now - AN_HOUR) == 1


async def test_the_address_is_not_in_the_row_as_it_is(services, visit, clean_url):
    from tests.app.pipeline.fakes import looked

    (row,) = await looked(clean_url, "SELECT * FROM visit")
    assert b"7145552345" not in bytes(row.address_sealed)
    assert "7145552345" not in repr(visit)
