"""Audiences: the address by which each person is reached, and what refuses the others."""

import pytest

from app.db import audiences, drafting
from app.rules.broadcasts import BroadcastAsked, Who
from app.rules.facts import Consent, Email
from tests.app.pipeline.world import NUMBER, OTHER_NUMBER, SMS, a_member, phone

NARROWED_BY_NOTHING = dict.fromkeys(("languages", "programs", "statuses", "zones", "states", "months", "chosen"))
WARNED = Consent(SMS, granted=True, purpose="scam_alert", address=OTHER_NUMBER)


@pytest.fixture
def gathered(world):
    """Return a reader of who is reached by text, and by which address."""

    async def gather(**narrowed):
        async with world.services.database.transaction(world.agency.id) as tx:
            await drafting.begin(tx.session)
            values = {
                "agency": world.agency.id, "agency_zone": "America/Los_Angeles", "purpose": "scam_alert",
                "kind_channel": ["sms"], "kind": ["phone"], "kind_refused": [None],
            }  # fmt: skip
            await audiences.gather(tx.session, {**NARROWED_BY_NOTHING, **values, **narrowed})
            return await audiences.met(tx.session)

    return gather


async def test_the_number_that_may_be_used_goes_before_the_first(world, gathered):
    await world.tell(a_member(phones=(phone(NUMBER), phone(OTHER_NUMBER, rank=2)), consents=(WARNED,)))
    assert await gathered() == ([("America/Los_Angeles;CA", "sms")], ["es"])
    asked = BroadcastAsked("scam_alert", channels=(SMS,))
    counts = (await world.services.broadcasts.write(world.agency, asked, Who("Mai")))["counts"]
    assert counts["messages"] == 1


async def test_whom_no_number_is_known_of_is_met_on_no_channel(world, gathered):
    await world.tell(a_member(phones=(), emails=(Email("ana@example.org"),), consents=()))
    places, wanted = await gathered()
    assert places == [("America/Los_Angeles;", "none")]
    assert wanted == []


async def test_whom_no_address_places_is_in_nobodys_state(world, gathered):
    await world.tell(a_member(phones=(), consents=()))
    assert await gathered(states=["CA"]) == ([], [])


async def test_who_left_is_in_no_audience(world, gathered):
    await world.tell(a_member())
    await world.rows("UPDATE member SET status = 'moved'")
    assert await gathered() == ([], [])
