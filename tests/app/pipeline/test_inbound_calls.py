import pytest

from tests.app.pipeline.phones import OPEN_ON_WEEKDAYS, CallHeard
from tests.app.pipeline.world import NUMBER, SMS, TEN, VOICE, a_member, phone, yes
from tests.conftest import AGENCY

STRANGER = "+17145550999"
ONE_LANGUAGE = AGENCY.replace('["en", "es", "vi", "zh-Hans", "zh-Hant", "ko"]', '["en"]')


@pytest.fixture
async def dials(world):
    """Somebody dials the number that our calls come from, on a Tuesday at ten."""
    await world.services.tenancy.add(OPEN_ON_WEEKDAYS)
    await world.at(TEN)

    def of(caller=NUMBER, called="+17145550101"):
        return CallHeard(world, caller=caller, called=called)

    return of


async def lines(world):
    return await world.rows("SELECT channel, granted, basis, wording, language FROM consent ORDER BY recorded_at, id")


async def test_a_caller_hears_the_agency_how_to_stop_and_each_language_in_itself(dials):
    call = dials()
    said = (await call.dial()).splitlines()
    assert "Orange County Social Services Agency" in said[0]
    assert "press 9" in said[1]
    assert said[2:4] == ["For English, press 1.", "Para español, oprima el 2."]
    assert call.languages[2:] == ["en", "es", "vi", "zh-Hans", "yue", "ko"]
    assert call.script.keys_url.endswith("/callbacks/fake-voice/voice/welcome/en/1")


async def test_the_call_goes_on_in_the_language_that_was_chosen(dials):
    call = dials()
    await call.dial()
    said = await call.press("3")
    assert "Số này gửi lời nhắc gia hạn Medi-Cal." in said
    assert set(call.languages) == {"vi"}


async def test_who_chooses_no_language_hears_why_we_call_all_the_same(dials):
    call = dials()
    await call.dial()
    said = await call.press("")
    assert "This number sends Medi-Cal renewal reminders." in said
    assert "press 3" in said
    await call.press("")
    assert "Goodbye" in await call.press("")
    assert call.ended


async def test_an_agency_of_one_language_begins_with_why_we_call(world, dials):
    await world.services.tenancy.add(ONE_LANGUAGE)
    assert "sends Medi-Cal renewal reminders" in await dials().dial()


async def test_nothing_is_told_of_any_case(world, dials):
    await world.planned(a_member(language_spoken="en"))
    known, stranger = dials(), dials(STRANGER)
    assert await known.dial() == await stranger.dial()
    assert await known.press("1") == await stranger.press("1")
    assert "February" not in await known.press("1")


async def test_key_9_stops_calls_to_the_callers_number(world, dials):
    await world.planned(a_member())
    call = dials()
    await call.dial()
    assert "We will not call this number again." in await call.press("9")
    assert call.ended
    assert (await world.ends())[VOICE] == "canceled opted_out"
    assert (await world.ends())[SMS] == "planned"
    assert ("voice", False, "key_9", None, None) in await lines(world)


async def test_a_yes_takes_two_keys_after_hearing_what_it_is_for(world, dials):
    await world.planned(a_member(consents=yes(SMS)))
    assert (await world.ends())[VOICE] == "skipped no_consent"
    call = dials()
    await call.dial()
    await call.press("1")
    asked = await call.press("8")
    assert "3 calls in 30 days" in asked
    assert "To say yes, press 1." in asked
    assert [line for line in await lines(world) if line.channel == "voice"] == []
    assert "Thank you" in await call.press("1")
    assert ("voice", True, "call_to_us", "v1", "en") in await lines(world)
    await world.plan()
    assert (await world.ends())[VOICE] == "planned"


async def test_calls_that_were_stopped_can_be_had_again(world, dials):
    await world.planned(a_member())
    call = dials()
    await call.dial()
    await call.press("9")
    await call.dial()
    await call.presses("181")
    await world.plan()
    assert (await world.end(VOICE)).split(", ")[-1] == "planned"
    assert [row.stopped for row in await world.rows("SELECT stopped FROM address_stop")] == [False]


async def test_a_yes_that_comes_again_does_not_take_back_a_later_stop(world, dials):
    await world.planned(a_member())
    call = dials()
    await call.dial()
    said = await call.presses("181")
    await world.texts_us("STOP")
    assert await call.replay() == said
    stops = await world.rows("SELECT channel, stopped FROM address_stop")
    assert ("voice", True) in stops
    assert [line.granted for line in await lines(world) if line.basis == "call_to_us"] == [True]


async def test_a_no_that_comes_again_does_not_take_back_a_later_yes(world, dials):
    await world.planned(a_member())
    call = dials()
    await call.dial()
    await call.press("9")
    old = call.pressed
    await call.dial()
    await call.presses("181")
    call.pressed = old
    assert "not call this number" in await call.replay()
    assert [row.stopped for row in await world.rows("SELECT stopped FROM address_stop")] == [False]


async def test_keys_in_calls_to_us_do_not_count_as_texts_that_are_answered(world, dials):
    for number in range(12):
        call = dials()
        call.sid = f"CA{number}"
        await call.dial()
        await call.press("9")
    await world.texts_us("STOP")
    await world.deliver(SMS)
    assert len(world.fakes[SMS].sent) == 1


async def test_key_3_connects_in_office_hours_from_the_number_that_was_called(dials):
    call = dials()
    await call.dial()
    await call.presses("13")
    assert (call.script.connect_to, call.script.connect_from) == ("+18002819799", "+17145550101")
    assert "/voice/connected/en/" in call.script.connected_url
    assert "8 0 0" in await call.press("", connected=False)


async def test_who_calls_us_and_has_talked_with_the_county_hears_nothing_more(dials):
    call = dials()
    await call.dial()
    await call.presses("13")
    assert await call.press("", connected=True) == ""


async def test_out_of_office_hours_the_hours_are_said_and_no_text_is_offered(world, dials):
    await world.at(TEN.replace(hour=5))
    call = dials()
    await call.dial()
    said = await call.presses("13")
    assert "8 AM to 5 PM" in said
    assert "press 4" not in said


@pytest.mark.parametrize("caller", ["", "anonymous", "+266696687", "Restricted", "+442071234567"])
async def test_a_withheld_or_strange_number_hears_the_same_and_can_write_nothing(world, dials, caller):
    call = dials(caller)
    said = await call.dial()
    assert said == await dials(STRANGER).dial()
    await call.press("1")
    assert "cannot see the number" in await call.press("9")
    assert "press 8" not in await call.press("1")
    assert await world.rows("SELECT id FROM consent") == []
    assert await world.rows("SELECT channel FROM address_stop") == []


async def test_a_number_that_nobody_owns_is_silent(dials):
    assert await dials(called="+19995550000").dial() == ""


async def test_an_answer_sends_no_message(world, dials):
    call = dials()
    await call.dial()
    await call.presses("14")
    await world.deliver()
    assert [fake.sent for fake in world.fakes.values()] == [[], [], []]


async def test_the_number_that_texts_come_from_answers_too(dials):
    assert "Orange County" in await dials(called="+17145550100").dial()


async def test_a_stranger_who_says_yes_is_known_to_the_next_record_of_the_county(world, dials):
    call = dials(STRANGER)
    await call.dial()
    await call.presses("181")
    assert [line.basis for line in await lines(world)] == ["call_to_us"]
    await world.planned(a_member(phones=(phone(STRANGER),), consents=()))
    assert len(await world.rows("SELECT id FROM member WHERE status = 'active'")) == 1
    assert (await world.ends())[VOICE] == "planned"
