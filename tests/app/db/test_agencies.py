from datetime import UTC, datetime

import pytest
from uuid_utils.compat import uuid7

from app.db import agencies
from app.rules.agency import read_profile
from app.rules.facts import Channel
from tests.app.db.standing import COUNTY, a_county, standing_in

SOON = datetime(2035, 1, 1, tzinfo=UTC)


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened


def profile(code="orange", number="30", **changes: object):
    found = read_profile(COUNTY.format(code=code, number=number))
    assert isinstance(found, dict)
    return {**found, **changes}


async def test_an_agency_is_found_by_its_code_its_id_and_among_all(place):
    async with place.session(None) as session:
        orange = await agencies.by_code(session, "orange")
        assert (orange.id, orange.county_code, orange.name) == (place.orange, "30", "orange county")
        assert await agencies.by_id(session, place.orange) == orange
        assert [agency.code for agency in await agencies.every(session)] == ["fresno", "orange"]
        assert await agencies.by_code(session, "yolo") is None
        assert await agencies.by_id(session, uuid7()) is None
        assert await agencies.by_ids(session, {place.orange, uuid7()}) == {place.orange: orange}
        assert await agencies.by_ids(session, []) == {}


async def test_an_agency_sees_only_itself(place):
    async with place.session(place.orange) as session:
        assert [agency.code for agency in await agencies.every(session)] == ["orange"]
        assert await agencies.by_id(session, place.fresno) is None


async def test_saving_again_changes_the_agency_of_the_code_and_keeps_its_id(place):
    async with place.session(None) as session:
        said = profile(name="Orange", timezone="America/Denver", closures=[datetime(2026, 11, 27, tzinfo=UTC).date()])
        saved = await agencies.save(session, uuid7(), said)
        assert (saved.id, saved.name, saved.timezone) == (place.orange, "Orange", "America/Denver")
        assert await agencies.by_code(session, "orange") == saved
        assert [day.isoformat() for day in saved.closures] == ["2026-11-27"]


async def test_a_sender_belongs_to_one_agency_alone(place):
    async with place.session(None) as session:
        assert await agencies.owner_of(session, Channel.SMS, "+17145553000") == place.orange
        assert await agencies.owner_of(session, Channel.EMAIL, "+17145553000") is None
        claim = await agencies.save(session, uuid7(), profile("yolo", "57", senders={"sms": "+17145553000"}))
        assert await agencies.senders_taken(session, claim) == ["sms +17145553000"]
        own = await agencies.by_code(session, "orange")
        assert await agencies.senders_taken(session, own) == []


async def test_senders_that_are_no_longer_named_are_given_back(place):
    async with place.session(None) as session:
        changed = await agencies.save(session, uuid7(), profile(senders={"voice": "+17145550199"}))
        await agencies.set_senders(session, changed)
        assert await agencies.owner_of(session, Channel.SMS, "+17145553000") is None
        assert await agencies.owner_of(session, Channel.VOICE, "+17145550199") == place.orange
        assert await agencies.owner_of(session, Channel.SMS, "+17145551000") == place.fresno


async def test_the_database_itself_refuses_a_sender_twice(place):
    with pytest.raises(Exception, match="sender_pkey"):
        async with place.session(None) as session:
            await a_county(session, "yolo", "30")


async def add(place, agency, id_, **more: object):
    said = {"name": "calsaws", "digest": b"digest", "scopes": ["events:write"], "expires_at": SOON, **more}
    async with place.session(None) as session:
        await agencies.add_key(session, agency, id_=id_, **said)


async def test_a_key_can_be_checked_and_listed_without_its_digest(place):
    await add(place, place.orange, "one")
    await add(place, place.fresno, "two")
    async with place.session(None) as session:
        row = (await agencies.keys_by_id(session, ["one"]))["one"]
        assert (row.agency_id, bytes(row.digest), row.scopes) == (place.orange, b"digest", ["events:write"])
        assert (row.expires_at, row.revoked_at, row.last_used_at) == (SOON, None, None)
        assert not await agencies.keys_by_id(session, ["none"])
        listed = await agencies.keys(session, None)
        assert [(key.id, key.agency) for key in listed] == [("one", "orange"), ("two", "fresno")]
        assert [key.id for key in await agencies.keys(session, place.fresno)] == ["two"]
        assert not any("digest" in key._fields for key in listed)


async def test_a_key_is_revoked_once_and_for_good(place):
    await add(place, place.orange, "one")
    async with place.session(None) as session:
        assert [await agencies.revoke_key(session, id_) for id_ in ("one", "one", "none")] == [True, False, False]
        assert (await agencies.keys_by_id(session, ["one"]))["one"].revoked_at == session.machine_now


async def test_the_use_of_a_key_is_noted(place):
    await add(place, place.orange, "one")
    async with place.session(None) as session:
        await agencies.keys_used(session, ["one"])
        assert (await agencies.keys_by_id(session, ["one"]))["one"].last_used_at == session.machine_now


async def test_an_agency_cannot_give_itself_a_key(place):
    async with place.session(place.orange) as session:
        with pytest.raises(Exception, match="permission denied"):
            await agencies.add_key(
                session, place.orange, id_="x", name="x", digest=b"", scopes=["admin"], expires_at=SOON
            )
