"""Broadcasts as rows: each agency sees its own, an approval counts once, a cancel finds what is on its way."""

from datetime import timedelta

import pytest

from app.db import brakes, broadcasts
from app.rules.broadcasts import BroadcastAsked, Who
from app.rules.facts import Consent
from tests.app.pipeline.world import SMS, a_member

MAI, TOM = Who("Mai", "k1"), Who("Tom", "k2")


@pytest.fixture
async def sent(world):
    """The id of a broadcast whose only text a provider took."""
    await world.tell(a_member(consents=(Consent(SMS, granted=True, purpose="scam_alert"),), renewals=()))
    asked = BroadcastAsked("scam_alert", channels=(SMS,))
    written = await world.services.broadcasts.write(world.agency, asked, MAI)
    await world.services.broadcasts.approve(world.agency.id, written["id"], TOM)
    await world.plan()
    await world.deliver()
    return written["id"]


async def test_what_a_provider_holds_for_later_is_marked_to_be_withdrawn(world, sent):
    await world.rows("UPDATE attempt SET send_at = intended_at + interval '1 hour'")
    async with world.services.database.transaction(world.agency.id) as tx:
        assert await broadcasts.cancel(tx.session, world.agency.id, sent, MAI) == 1
    [row] = await world.rows("SELECT withdraw_reason FROM attempt")
    assert row.withdraw_reason == "broadcast_canceled"


async def test_what_has_left_is_not_asked_back(world, sent):
    async with world.services.database.transaction(world.agency.id) as tx:
        assert await broadcasts.cancel(tx.session, world.agency.id, sent, MAI) == 0
    [row] = await world.rows("SELECT status FROM message WHERE kind = 'broadcast'")
    assert row.status == "sent"


async def test_only_a_draft_is_approved(world, sent):
    async with world.services.database.transaction(world.agency.id) as tx:
        await broadcasts.approve(tx.session, world.agency.id, sent, MAI)
        row = await broadcasts.one(tx.session, world.agency.id, sent)
    assert (row.status, row.approved_by) == ("planned", "Tom")


async def test_two_people_foresaw_it_so_no_brake_takes_it_for_too_much(world, sent):
    async with world.services.database.transaction(None) as tx:
        [hour] = (await brakes.hours(tx.session, timedelta(hours=1))).values()
    assert (hour.handed, hour.foreseen) == (1, 1)


async def test_no_agency_sees_the_broadcasts_of_another(world, sent):
    assert await world.rows("SELECT id FROM broadcast") != []
    async with world.services.database.transaction(sent) as tx:  # an id of no agency
        assert await broadcasts.one(tx.session, world.agency.id, sent) is None
        assert await broadcasts.listed(tx.session, world.agency.id, before=None, limit=5) == []
