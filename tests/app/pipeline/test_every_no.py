"""Every way to say no writes the same ledger: one line for each channel it is about, and nothing goes out after it."""

from datetime import timedelta

import pytest

from app.rules.facts import Consent
from channels.contract import Refused
from channels.signals import OptOut
from tests.app.pipeline.phones import called
from tests.app.pipeline.world import EMAIL, NINE, SMS, TEN, VOICE, a_member


async def text_stop(world):
    await world.texts_us("STOP")


async def wrong_person(world):
    await world.texts_us("wrong number")


async def key_9(world):
    call = await called(world, language_spoken="en")
    await call.answer()
    await call.press("9")


async def one_click(world):
    [point] = await world.rows("SELECT id FROM contact_point WHERE kind = 'email'")
    assert await world.services.consents.unsubscribe(world.services.database.index.token("unsubscribe", point.id))


async def staff(world):
    await world.tell(Consent(EMAIL, granted=False, basis="staff"))


async def county_event(world):
    await world.tell(Consent(SMS, granted=False))


async def carrier(world):
    """Twilio refuses with 21610: the number told the carrier, and not us."""
    world.fakes[SMS].answer = lambda _: Refused("opted_out", "21610")
    await world.at(NINE)
    await world.deliver(SMS)


def by_mail(reason):
    async def say(world):
        await world.at(TEN)
        await world.deliver(EMAIL)
        [sent] = world.fakes[EMAIL].sent
        await world.hears(EMAIL, OptOut(sent.reference, "sg-1", reason))

    return say


WAYS = {
    "a text": (text_stop, "text_stop", "member", {SMS, VOICE}),
    "word of a wrong number": (wrong_person, "wrong_person", "member", {SMS, VOICE}),
    "key 9": (key_9, "key_9", "member", {VOICE}),
    "a click": (one_click, "unsubscribe_link", "member", {EMAIL}),
    "staff": (staff, "staff", "county", {EMAIL}),
    "a county event": (county_event, "county", "county", {SMS}),
    "the carrier": (carrier, "carrier", "provider", {SMS, VOICE}),
    "a spam report": (by_mail("spam_report"), "spam_report", "provider", {EMAIL}),
    "SendGrid's unsubscribe": (by_mail("unsubscribed"), "unsubscribed", "provider", {EMAIL}),
}


@pytest.mark.parametrize("way", WAYS)
async def test_every_no_is_one_line_a_channel_in_the_same_ledger(world, way):
    say, basis, source, channels = WAYS[way]
    await world.planned(a_member(language_spoken="en"))
    await say(world)
    lines = await world.rows("SELECT channel, basis, source, member_id, with_whom FROM consent WHERE NOT granted")
    assert sorted(line.channel for line in lines) == sorted(channels)
    assert {(line.basis, line.source) for line in lines} == {(basis, source)}
    assert all(line.member_id for line in lines)
    state = await world.rows("SELECT channel FROM consent_state WHERE NOT granted")
    assert {row.channel for row in state} == channels


@pytest.mark.parametrize("way", WAYS)
async def test_nothing_goes_out_after_a_no(world, way):
    say, _, _, channels = WAYS[way]
    await world.planned(a_member(language_spoken="en"))
    await say(world)
    before = {channel: len(world.fakes[channel].sent) for channel in channels}
    await world.plan()
    await world.at(TEN + timedelta(days=1))
    await world.deliver()
    kinds = (
        "SELECT count(*) AS n FROM message WHERE kind = 'reminder' AND status = 'sent' AND channel = ANY(%(channels)s)"
    )
    [row] = await world.rows(kinds, channels=[str(channel) for channel in channels])
    assert row.n <= sum(before.values())
    still = "SELECT FROM message WHERE kind = 'reminder' AND status = 'planned' AND channel = ANY(%(channels)s)"
    assert await world.rows(still, channels=[str(channel) for channel in channels]) == []
