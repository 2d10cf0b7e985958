from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.pipeline.lanes import Lane, ways_of
from app.rules.agency import Agency
from app.rules.caps import Cap
from schedules.calendar import AgencyHours, Calendar
from tests.app.pipeline.world import EMAIL, SMS
from tests.conftest import AGENCY

NOW = datetime(2026, 12, 1, 17, tzinfo=UTC)
CLOSES = NOW + timedelta(hours=11)
ORANGE = Agency(UUID(int=30), "orange", "Orange", "30", "+18002819799")
HERE, NEW_YORK = "America/Los_Angeles;CA", "America/New_York;NY"
LANE = Lane(ORANGE, SMS, (), {HERE: CLOSES}, Calendar(AgencyHours("America/Los_Angeles")), Cap(1, 10))


@dataclass
class Row:
    kind: str = "reminder"
    place: str = HERE
    deadline_at: datetime = NOW + timedelta(days=3)


def test_a_reminder_leaves_only_while_its_place_is_open():
    assert LANE.is_open_for(Row(), NOW)
    assert not LANE.is_open_for(Row(), CLOSES)
    assert not LANE.is_open_for(Row(place=NEW_YORK), NOW)
    assert LANE.is_open_for(Row("reply", NEW_YORK), CLOSES)
    assert LANE.open_places(CLOSES) == []


def test_a_message_is_valid_until_its_opening_or_its_deadline_ends():
    assert LANE.valid_for(Row(), NOW) == CLOSES - NOW
    assert LANE.valid_for(Row(deadline_at=NOW + timedelta(hours=1)), NOW) == timedelta(hours=1)
    assert LANE.valid_for(Row("reply"), NOW) == timedelta(days=3)
    assert LANE.valid_for(Row(deadline_at=NOW - timedelta(hours=1)), NOW) == timedelta(seconds=1)


def test_without_a_rate_the_sandbox_goes_as_fast_as_it_can_and_live_does_not():
    assert (LANE.rate(paced=False), LANE.rate(paced=True)) == (None, 75.0)
    assert (LANE.key, LANE.price) == ("orange/sms", 0.0083)


async def ways(world, channel=SMS):
    async with world.services.database.transaction(world.agency.id) as tx:
        agency = await world.services.tenancy.by_id(world.agency.id)
        return await ways_of(tx.session, world.services.providers, agency, channel)


async def test_each_provider_that_the_agency_has_a_sender_for_is_a_way_out(world):
    world.second(EMAIL)
    found = await ways(world, EMAIL)
    assert [(way.provider.name, way.sender, way.own_account) for way in found] == [
        ("fake-email", "Medi-Cal renewals <renewals@orange.example.org>", ""),
        ("second", "Medi-Cal renewals <renewals@orange.example.org>", ""),
    ]


async def test_an_account_of_its_own_is_marked(world):
    own = '[credentials.fake-sms]\naccount_sid = "AC1"\nauth_token = "s"\n'
    await world.services.tenancy.add(AGENCY + own)
    [way] = await ways(world)
    assert way.provider is world.accounts["sms AC1"]
    assert way.own_account
    assert way.accounts(world.agency.id) == [world.agency.id.hex]
