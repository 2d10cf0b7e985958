from datetime import timedelta

import pytest

from tests.app.pipeline.phones import CallHeard
from tests.app.pipeline.world import NINE, NUMBER, SMS, VOICE


async def test_a_test_message_goes_out_at_once_and_at_any_hour(world):
    await world.at(NINE + timedelta(hours=14))
    send = world.services.testing.send
    sent = {"template": "renewal_two_months", "language": "vi"}
    assert await send(world.agency, channel=SMS, address=NUMBER, **sent) == "vi"
    assert await send(world.agency, channel=SMS, address=NUMBER, **sent) == "vi"
    assert await world.deliver(SMS) == 2
    assert "Orange County Social Services Agency" in world.fakes[SMS].texts[0]
    assert world.fakes[SMS].sent[0].language == "vi"
    assert await world.messages() == []


async def test_every_shipped_template_can_be_tried(world):
    for key in ("signup_code", "welcome", "stop_confirmation", "help", "reply_received"):
        await world.services.testing.send(world.agency, channel=SMS, address=NUMBER, template=key, language="ko")
    assert await world.deliver(SMS) == 5
    assert all(world.fakes[SMS].texts)


async def test_a_call_in_a_language_that_no_voice_speaks_plays_the_recordings_that_members_hear(world):
    world.fakes[VOICE].mute = {"hy"}
    asked = {"channel": VOICE, "address": NUMBER, "language": "hy"}
    assert await world.services.testing.send(world.agency, template="renewal_two_months", **asked) == "hy"
    assert await world.deliver(VOICE) == 1
    call = CallHeard(world, world.fakes[VOICE].sent[0].reference)
    await call.answer()
    played = [line.clip_url.rpartition("/")[2] for line in call.script.lines if line.clip_url]
    assert {"greeting.wav", "month_is.wav", "month_11.wav"} <= set(played)
    asked["language"] = "ium"
    assert await world.services.testing.send(world.agency, template="welcome", **asked) == "en"


async def test_an_unknown_template_is_an_error_and_sends_nothing(world):
    with pytest.raises(KeyError):
        await world.services.testing.send(world.agency, channel=SMS, address=NUMBER, template="x", language="en")
    assert await world.deliver(SMS) == 0


async def test_words_that_only_a_case_would_know_stand_in_a_test_too(world):
    for key in ("cure_now", "moved_county", "scam_alert", "ssi_renewal", "ineligible"):
        await world.services.testing.send(world.agency, channel=SMS, address=NUMBER, template=key, language="en")
    assert await world.deliver(SMS) == 5
    said = " ".join(world.fakes[SMS].texts)
    assert all(word in said for word in ("Orange County", "November 2, 2026", "(800) 772-1213", "(800) 300-1506"))
