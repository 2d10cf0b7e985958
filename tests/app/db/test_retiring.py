from datetime import UTC, date, datetime

import pytest

from app.db import retiring
from tests.app.db.standing import standing_in

REPLY = """
    INSERT INTO inbound (agency_id, provider, key, from_index, from_sealed, body_sealed, meaning, received_at)
    VALUES (%s, 'twilio', %s, '', '', '', 'other', %s)
"""
SIGNUP = """
    INSERT INTO signup (agency_id, id, channel, address_sealed, address_index, language, wording, code_digest,
           created_at, expires_at, confirmed_at)
    VALUES (%s, gen_random_uuid(), 'sms', '', '', 'en', 'v1', '', %s, %s, %s)
"""
OLD, NEW = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
BEFORE = date(2026, 10, 1)


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened


async def test_old_replies_are_forgotten(place):
    for moment in (OLD, NEW):
        place.run(REPLY, place.orange, str(moment), moment)
    async with place.session(None) as session:
        assert await retiring.forget_replies(session, BEFORE) == 1
    assert [row["received_at"] for row in place.rows("SELECT received_at FROM inbound")] == [NEW]


async def test_old_sign_ups_are_forgotten_unless_they_were_confirmed(place):
    for moment, confirmed in ((OLD, None), (OLD, OLD), (NEW, None)):
        place.run(SIGNUP, place.orange, moment, moment, confirmed)
    async with place.session(None) as session:
        assert await retiring.forget_unconfirmed(session, BEFORE) == 1
    assert len(place.rows("SELECT 1 FROM signup")) == 2
