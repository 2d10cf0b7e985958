import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from app.db import signups
from app.db.sealed import associated
from app.db.signups import NewSignup
from tests.app.db.standing import standing_in

EXPIRES = datetime(2035, 1, 1, tzinfo=UTC)
NUMBER, INDEX = "+17145550002", b"address"


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened


def new(**changes: object):
    said = {
        "id": uuid7(), "channel": "sms", "address": NUMBER, "address_index": INDEX, "language": "es",
        "month": date(2027, 2, 1), "wording": "v1", "code_digest": b"digest", "expires_at": EXPIRES,
    }  # fmt: skip
    return NewSignup(**{**said, **changes})


async def add(place, signup):
    async with place.session(place.orange) as session:
        await signups.add(session, place.orange, signup)


async def test_a_sign_up_keeps_its_address_sealed_and_its_code_as_a_digest(place):
    asked = new()
    await add(place, asked)
    async with place.session(None) as session:
        row = await signups.one(session, asked.id)
        assert await signups.one(session, UUID(int=1)) is None
        where = associated("signup.address", place.orange, asked.id)
        assert session.ring.open(bytes(row.address_sealed), where) == NUMBER
    assert (row.agency_id, row.language, row.renewal_month) == (place.orange, "es", date(2027, 2, 1))
    assert (bytes(row.code_digest), row.tries, row.confirmed_at) == (b"digest", 0, None)
    assert NUMBER not in str(row)
    assert NUMBER not in repr(asked)


async def test_each_try_at_a_code_is_counted(place):
    asked = new()
    await add(place, asked)
    async with place.session(place.orange) as session:
        assert [await signups.count_try(session, place.orange, asked.id) for _ in range(3)] == [1, 2, 3]
        assert await signups.count_try(session, place.orange, uuid7()) == 0


async def test_a_sign_up_is_confirmed_once(place):
    asked = new()
    await add(place, asked)
    async with place.session(place.orange) as session:
        assert [await signups.confirm(session, place.orange, asked.id) for _ in range(2)] == [True, False]


async def test_another_county_cannot_try_or_confirm(place):
    asked = new()
    await add(place, asked)
    async with place.session(place.fresno) as session:
        assert await signups.count_try(session, place.orange, asked.id) == 0
        assert not await signups.confirm(session, place.orange, asked.id)


async def test_what_an_address_asked_by_text_is_found_from_a_moment_on(place):
    await add(place, new())
    await add(place, new(kind=signups.TEXT_JOIN))
    await add(place, new(kind=signups.TEXT_JOIN, language="vi"))
    await add(place, new(kind=signups.TEXT_JOIN, address_index=b"other"))
    async with place.session(place.orange) as session:
        past, future = session.now - timedelta(hours=1), session.now + timedelta(hours=1)
        found = await signups.joins_since(session, place.orange, INDEX, past)
        assert [row.language for row in found] == ["vi", "es"]
        assert not await signups.joins_since(session, place.orange, INDEX, future)
        assert not await signups.joins_since(session, place.fresno, INDEX, past)


async def test_address_and_zip_are_opened_together(place):
    asked, other = new(zip="92840"), new()
    await add(place, asked)
    await add(place, other)
    async with place.session(place.orange) as session:
        first, second = await signups.some(session, place.orange, [asked.id, other.id, uuid7()])
        assert (signups.opened(session, first), signups.opened(session, second)) == ((NUMBER, "92840"), (NUMBER, None))
        assert b"92840" not in bytes(first.zip_sealed)
        assert not await signups.some(session, place.fresno, [asked.id])
    assert "92840" not in repr(asked)


async def test_one_address_is_signed_up_one_at_a_time(place):
    order = []

    async def sign_up(name, address):
        async with place.session(place.orange) as session:
            await signups.one_at_a_time(session, address)
            order.append(f"{name} begins")
            if name == "first":
                await sign_up("elsewhere", b"other")
                waiting.append(asyncio.create_task(sign_up("second", INDEX)))
            order.append(f"{name} ends")

    waiting = []
    await sign_up("first", INDEX)
    await asyncio.gather(*waiting)
    assert order == [
        "first begins", "elsewhere begins", "elsewhere ends", "first ends", "second begins", "second ends",
    ]  # fmt: skip
