"""A sign-up and the county's own record of the same person: one person, one reminder a channel."""

from datetime import timedelta

from app.rules.facts import Consent
from tests.app.pipeline.world import FEBRUARY, NINE, NOW, NUMBER, SMS, a_member, phone


async def reminders(world):
    rows = await world.rows(
        "SELECT channel, status, reason FROM message WHERE kind = 'reminder' ORDER BY channel, status"
    )
    return [(row.channel, row.status) for row in rows if row.channel == "sms"]


async def test_a_member_who_gets_the_signed_up_number_takes_the_sign_up_over(world):
    await world.planned(a_member(phones=(), emails=(), consents=()))
    await world.signs_up(renewal_month=FEBRUARY)
    await world.plan()
    await world.tell(a_member(phones=(phone(NUMBER),), consents=()))
    await world.plan()
    await world.at(NINE)
    await world.deliver(SMS)
    assert [status for channel, status in await reminders(world) if status in {"sending", "sent"}] == ["sent"]
    [merged] = await world.rows("SELECT status FROM member WHERE ref_index IS NULL")
    assert merged.status == "merged"


async def test_a_first_record_with_the_number_becomes_the_signed_up_persons_record(world):
    await world.signs_up(renewal_month=FEBRUARY)
    await world.tell(a_member(phones=(phone(NUMBER),), consents=()))
    await world.plan()
    [member] = await world.rows("SELECT status, ref_index FROM member")
    assert (member.status, member.ref_index is not None) == ("active", True)
    assert ("sms", "planned") in await reminders(world)


async def test_a_no_of_the_county_after_the_sign_up_holds(world):
    await world.signs_up(renewal_month=FEBRUARY)
    await world.tell(a_member(phones=(phone(NUMBER),), consents=()))
    await world.tell(Consent(SMS, granted=False), time=NOW + timedelta(minutes=3))
    await world.plan()
    assert ("sms", "planned") not in await reminders(world)
