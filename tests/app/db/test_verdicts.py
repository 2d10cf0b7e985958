"""Each reason for which a reminder may not go, alone and against the others: the first rule that refuses is named."""

import itertools
from datetime import timedelta

import pytest

from app.rules.broadcasts import BroadcastAsked, Who
from app.rules.facts import Consent
from app.rules.reasons import SENTENCES
from tests.app.pipeline.world import NINE, NOW, SMS, VOICE, a_member, yes

BREAKS = {
    "member_moved": "UPDATE member SET status = 'moved'",
    "month_moved": "UPDATE renewal SET status = 'canceled'",
    "ssa_renews": "UPDATE renewal SET owner = 'ssa'",
    "renewed": "UPDATE renewal SET status = 'renewed'",
    "contact_bounced": "UPDATE contact_point SET state = 'bounced'",
    "landline": "UPDATE contact_point SET line_kind = 'landline'",
    "channel_not_chosen": "UPDATE member SET channels = '{email}'",
    "opted_out": """INSERT INTO address_stop SELECT agency_id, value_index, c, true, now()
                      FROM contact_point, unnest(ARRAY['sms', 'voice']) c WHERE kind = 'phone'""",
    "no_consent": "DELETE FROM consent_state",
    "consent_expired": "UPDATE consent_state SET until = '2026-11-30'",
}
"""In the order in which the rules are asked."""
SAME_COLUMN = {("month_moved", "renewed"), ("no_consent", "consent_expired")}


async def claimed(world, *reasons):
    await world.planned()
    for reason in reasons:
        await world.rows(BREAKS[reason])
    await world.at(NINE + timedelta(hours=1))
    await world.deliver(SMS)
    return await world.end(SMS)


@pytest.mark.parametrize("reason", BREAKS)
async def test_each_rule_refuses_with_its_reason(world, reason):
    assert await claimed(world, reason) == f"canceled {reason}"


async def broadcast_after(world, change):
    """Return where a broadcast to Ana stands that was planned before a change."""
    warned = Consent(SMS, granted=True, purpose="scam_alert")
    await world.tell(a_member(consents=(*yes(SMS), warned), renewals=()))
    asked = BroadcastAsked("scam_alert", channels=(SMS,), deadline_at=NOW + timedelta(days=30))
    written = await world.services.broadcasts.write(world.agency, asked, Who("Mai"))
    await world.services.broadcasts.approve(world.agency.id, written["id"], Who("Tom"))
    await world.plan()
    await world.rows(change)
    await world.deliver(SMS)
    [row] = await world.rows("SELECT status, reason FROM message WHERE kind = 'broadcast'")
    return f"{row.status} {row.reason or ''}".strip()


@pytest.mark.parametrize("reason", sorted(BREAKS.keys() - {"month_moved", "ssa_renews", "renewed"}))
async def test_a_broadcast_is_refused_by_each_rule_that_asks_about_the_person(world, reason):
    change = BREAKS[reason].replace("2026-11-30", "2026-11-01")
    assert await broadcast_after(world, change) == f"canceled {reason}"


@pytest.mark.parametrize(
    ("change", "end"),
    [
        ("UPDATE consent_state SET granted = false WHERE purpose = 'renewal'", "sent"),
        ("UPDATE consent_state SET granted = false WHERE purpose = 'scam_alert'", "canceled opted_out"),
        ("UPDATE broadcast SET status = 'canceled'", "canceled broadcast_canceled"),
    ],
)
async def test_a_broadcast_asks_for_the_consent_of_its_own_purpose(world, change, end):
    assert await broadcast_after(world, change) == end


async def test_of_several_rules_the_first_is_named(world):
    order = list(BREAKS)
    for first, second in itertools.pairwise(order):
        if (first, second) not in SAME_COLUMN:
            await world.at(NOW)
            for table in ("message", "address_stop", "member", "consent_state"):
                await world.rows(f"DELETE FROM {table}")  # noqa: S608
            assert await claimed(world, second, first) == f"canceled {first}"


async def test_without_any_of_them_it_may_go(world):
    assert await claimed(world) == "sent"


async def test_a_landline_may_be_called(world):
    await claimed(world, "landline")
    await world.deliver(VOICE)
    assert await world.end(VOICE) == "sent"


async def test_a_consent_for_another_purpose_does_not_count(world):
    await world.planned()
    await world.rows("UPDATE consent_state SET purpose = 'marketing'")
    await world.at(NINE)
    await world.deliver(SMS)
    assert await world.end(SMS) == "canceled no_consent"


async def test_a_lifted_stop_does_not_count(world):
    await world.planned()
    await world.rows(BREAKS["opted_out"])
    await world.rows("UPDATE address_stop SET stopped = false")
    await world.at(NINE)
    await world.deliver(SMS)
    assert await world.end(SMS) == "sent"


def test_every_reason_has_a_sentence():
    assert BREAKS.keys() <= SENTENCES.keys()
