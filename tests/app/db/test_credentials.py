import pytest
from cryptography.exceptions import InvalidTag

from app.db import credentials
from tests.app.db.standing import standing_in

SAID = {"account_sid": "AC1", "auth_token": "the-secret", "port": 25, "starttls": False}


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        async with opened.session(None) as session:
            await credentials.save(session, opened.orange, "twilio", "mark", SAID)
        yield opened


async def test_what_is_kept_is_read_again_and_its_repr_is_silent(place):
    async with place.session(None) as session:
        [own] = (await credentials.of(session, place.orange)).values()
        assert (own.agency, own.account, own.settings) == (place.orange, "mark", SAID)
        assert "the-secret" not in repr(own)
        assert await credentials.of(session, place.fresno) == {}
        assert await credentials.holders(session, "twilio") == {place.orange}
        assert await credentials.holders(session, "telnyx") == set()


async def test_those_of_several_agencies_are_read_at_once(place):
    async with place.session(None) as session:
        await credentials.save(session, place.orange, "telnyx", "mark", {"api_key": "k"})
        found = await credentials.of_many(session, [place.orange, place.fresno])
        assert {agency: sorted(own) for agency, own in found.items()} == {place.orange: ["telnyx", "twilio"]}
        assert credentials.settings_of(found[place.orange]) == {"telnyx": {"api_key": "k"}, "twilio": SAID}
        assert await credentials.of_many(session, []) == {}


async def test_saving_again_replaces_and_removing_forgets(place):
    async with place.session(None) as session:
        await credentials.save(session, place.orange, "twilio", "other", {"account_sid": "AC2"})
        assert (await credentials.of(session, place.orange))["twilio"].settings == {"account_sid": "AC2"}
        await credentials.remove(session, place.orange, [])
        await credentials.remove(session, place.orange, ["twilio"])
        assert await credentials.of(session, place.orange) == {}


async def test_an_agency_reads_its_own_and_changes_none(place):
    async with place.session(place.fresno) as session:
        assert await credentials.of(session, place.orange) == {}
    async with place.session(place.orange) as session:
        assert list(await credentials.of(session, place.orange)) == ["twilio"]
        with pytest.raises(Exception, match="permission denied"):
            await credentials.remove(session, place.orange, ["twilio"])


async def test_sealed_for_one_agency_it_opens_for_no_other(place):
    place.run("UPDATE credential SET agency_id = %s", place.fresno)
    async with place.session(None) as session:
        with pytest.raises(InvalidTag):
            await credentials.of(session, place.fresno)
