from datetime import timedelta

import pytest

from app.db import consents, inbound
from app.rules.facts import Channel
from tests.app.db.standing import standing_in

NUMBER = "+17145550002"


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as standing:
        yield standing


async def keep(session, agency, key="SM1", meaning="other"):
    return await inbound.keep(
        session, agency, provider="twilio", key=key, sender=NUMBER, body="Hello", meaning=meaning
    )  # fmt: skip


async def test_what_comes_twice_is_kept_once(place):
    async with place.session(place.orange) as session:
        assert await keep(session, place.orange)
        assert await keep(session, place.orange) is None


async def test_keys_of_a_call_are_no_texts(place):
    async with place.session(place.orange) as session:
        address = session.index.of("contact_point.phone", place.orange, NUMBER)
        await keep(session, place.orange, "SM1")
        await keep(session, place.orange, "CA1", inbound.OF_A_CALL)
        an_hour_ago = session.now - timedelta(hours=1)
        assert await inbound.count_since(session, place.orange, address, an_hour_ago) == 1


async def test_only_an_earlier_stop_by_text_that_still_stands_counts(place):
    async with place.session(place.orange) as session:
        address = session.index.of("contact_point.phone", place.orange, NUMBER)
        first = await keep(session, place.orange, "SM1", "stop")
        assert not await inbound.stopped_before(session, place.orange, address, first)
        await consents.set_stop(session, place.orange, address, Channel.SMS, stopped=True, at=session.now)
        second = await keep(session, place.orange, "SM2", "stop")
        assert await inbound.stopped_before(session, place.orange, address, second)
        await consents.lift_stop(session, place.orange, address, Channel.SMS, session.now)
        assert not await inbound.stopped_before(session, place.orange, address, second)


async def test_nobody_sees_or_settles_what_another_county_was_told(place):
    async with place.session(place.orange) as session:
        id_ = await keep(session, place.orange)
        await inbound.wait(session, place.orange, id_, None)
    async with place.session(place.fresno) as session:
        assert not await inbound.done(session, place.orange, id_, by="Kim", note="")
        assert await inbound.one(session, place.orange, id_) is None
    async with place.session(place.orange) as session:
        assert [
            row["body"] for row in await inbound.listed(session, place.orange, done=False, after=None, limit=9)
        ] == ["Hello"]
