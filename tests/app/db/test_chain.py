from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.db import chain, consents
from app.rules.chain import BEFORE_THE_FIRST
from app.rules.facts import Channel
from app.rules.record import ConsentLine
from tests.app.db.standing import standing_in

NOW = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened


async def written(place, *addresses, stopped=True):
    for index in addresses:
        line = ConsentLine(
            index, Channel.SMS, "renewal", not stopped, "text_stop", NOW, None, "a key", "member", "tie",
            address_stopped=stopped,
        )  # fmt: skip
        async with place.session(place.orange) as session:
            await consents.append_for_address(session, place.orange, line)


async def linked(place, count):
    async with place.session(place.orange) as session:
        rows = await chain.waiting(session, place.orange, count)
        number, _ = await chain.head(session, place.orange)
        links = [(number + place_, row.id, bytes([place_]) * 32) for place_, row in enumerate(rows, 1)]
        await chain.link(session, place.orange, links, [row.seq for row in rows])


async def test_lines_wait_in_the_order_in_which_they_were_written(place):
    await written(place, b"one", b"two", b"three")
    async with place.session(None) as session:
        assert await chain.agencies_waiting(session) == [place.orange]
    async with place.session(place.orange) as session:
        rows = await chain.waiting(session, place.orange, 2)
    assert [bytes(row.address_index) for row in rows] == [b"one", b"two"]
    assert [len(row.evidence_digest) for row in rows] == [32, 32]


async def test_what_is_linked_waits_no_more_and_is_the_head(place):
    await written(place, b"one", b"two", b"three")
    async with place.session(place.orange) as session:
        assert await chain.head(session, place.orange) == (0, BEFORE_THE_FIRST)
    await linked(place, 2)
    async with place.session(place.orange) as session:
        assert await chain.head(session, place.orange) == (2, bytes([2]) * 32)
        assert await chain.at(session, place.orange, 1) == (1, bytes([1]) * 32)
        assert await chain.at(session, place.orange, 0) == (0, BEFORE_THE_FIRST)
        assert [bytes(row.address_index) for row in await chain.waiting(session, place.orange, 9)] == [b"three"]


async def test_linked_lines_are_read_by_their_numbers(place):
    await written(place, b"one", b"two", b"three")
    await linked(place, 3)
    async with place.session(place.orange) as session:
        rows = await chain.lines(session, place.orange, after=1, last=3, limit=1)
        assert [(row.number, bytes(row.address_index)) for row in rows] == [(2, b"two")]
        today = session.now.astimezone(UTC).date()
        assert await chain.span(session, place.orange, today, today) == (1, 3)
        assert await chain.span(session, place.orange, today + timedelta(days=1), None) is None


async def test_what_the_service_goes_by_and_what_the_lines_say(place):
    await written(place, b"one", b"two")
    await written(place, b"one", stopped=False)
    async with place.session(place.orange) as session:
        said = await chain.said(session, place.orange)
        holding = await chain.holding(session, place.orange)
    assert [row.address_stopped for row in said] == [True, True, False]
    assert holding.stopped == {(b"two", "sms")}
    assert holding.consents == {}


async def test_another_agency_sees_nothing_of_it(place):
    await written(place, b"one")
    await linked(place, 1)
    other = UUID(int=99)
    async with place.session(other) as session:
        assert await chain.head(session, place.orange) == (0, BEFORE_THE_FIRST)
        assert await chain.waiting(session, place.orange, 9) == []
