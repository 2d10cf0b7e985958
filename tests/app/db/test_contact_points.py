from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.db import contact_points, members
from app.rules.facts import Channel, Email, MemberUpdated, Phone
from tests.app.db.standing import a_member, address, learned, standing_in

NOW = datetime(2026, 11, 2, tzinfo=UTC)
NUMBER, EMAIL = "+17145550002", "Ana@example.org"


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        facts = MemberUpdated(phones=(Phone(NUMBER),), emails=(Email(EMAIL),))
        ana = learned(a_member(), opened.orange, NOW, facts)
        async with opened.session(opened.orange) as session:
            await members.save(session, opened.orange, [ana])
        yield opened


def points(place, kind):
    return [row["id"] for row in place.rows("SELECT id FROM contact_point WHERE kind = %s", kind)]


async def test_a_point_is_found_by_its_id_without_its_value(place):
    (id_,) = points(place, "email")
    async with place.session(None) as session:
        row = await contact_points.by_id(session, id_)
        assert await contact_points.by_id(session, UUID(int=1)) is None
    assert (row.agency_id, row.kind) == (place.orange, "email")
    assert bytes(row.value_index) == address(place.orange, Channel.EMAIL, EMAIL.lower())
    assert "ana" not in str(row).lower()


async def test_addresses_are_told_by_their_index_and_only_within_the_county(place):
    ids = points(place, "phone")
    async with place.session(place.orange) as session:
        assert await contact_points.addresses(session, place.orange, [*ids, UUID(int=1)]) == [
            address(place.orange, Channel.SMS, NUMBER)
        ]
        assert await contact_points.addresses(session, place.orange, []) == []
    async with place.session(place.fresno) as session:
        assert await contact_points.addresses(session, place.orange, ids) == []
