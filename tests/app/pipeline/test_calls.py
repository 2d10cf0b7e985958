from datetime import timedelta

import pytest

from app.rules.facts import Consent, LineKind, MemberLeft, MemberUpdated
from channels.contract import Accepted, Unclear
from channels.signals import CallAnswered, KeyPressed, Status
from tests.app.pipeline.phones import OPEN_ON_WEEKDAYS, CallHeard, called
from tests.app.pipeline.world import NUMBER, SMS, TEN, VOICE, a_member, phone
from tests.conftest import AGENCY

ENGLISH = {"language_spoken": "en", "language_written": "en"}
EVENING = TEN + timedelta(hours=9)


@pytest.fixture
async def call(world):
    """A call to Ana, who speaks English here, in a county that is open on weekdays; not yet answered."""
    await world.services.tenancy.add(OPEN_ON_WEEKDAYS)
    return await called(world, **ENGLISH)


async def texts(world):
    await world.deliver(SMS)
    return [message for message in world.fakes[SMS].sent if "asked for this text" in message.body]


# --- what is said ----------------------------------------------------------------------------


async def test_a_call_says_first_who_calls_and_then_how_to_stop_the_calls(world, call):
    said = (await call.answer()).splitlines()
    assert "Orange County Social Services Agency" in said[0]
    assert "press 9" in said[1]
    assert any("February 2027" in sentence for sentence in said)
    assert [line[-2] for line in said[-4:]] == ["1", "2", "3", "4"]
    assert call.script.keys_url.endswith(f"/callbacks/fake-voice/calls/{call.reference}/keys/en/1")


async def test_a_call_is_in_the_language_that_the_person_speaks(world):
    call = await called(world, language_written="en", language_spoken="vi")
    assert "Chúng tôi gọi về Medi-Cal" in await call.answer()
    assert set(call.languages) == {"vi"}
    assert (await world.message(VOICE)).language == "vi"


async def test_cantonese_is_spoken_from_traditional_characters(world):
    call = await called(world, language_written="zh-Hant", language_spoken="yue")
    assert "請按 9" in await call.answer()
    assert set(call.languages) == {"yue"}


async def test_key_1_says_it_again(call):
    first = await call.answer()
    assert await call.press("1") == first


async def test_a_key_that_means_nothing_brings_the_hints_again(call):
    await call.answer()
    said = await call.press("6")
    assert "press 9" in said.splitlines()[0]
    assert "February" not in said
    assert not call.ended


async def test_without_a_key_it_is_said_once_more_and_then_good_bye(world, call):
    first = await call.answer()
    assert await call.press("") == first
    assert "Goodbye" in await call.press("")
    assert call.ended
    assert await world.rows("SELECT id FROM consent WHERE NOT granted") == []


# --- another language ------------------------------------------------------------------------


async def test_key_2_offers_each_other_language_in_itself(call):
    await call.answer()
    said = (await call.press("2")).splitlines()
    assert said[0] == "Para español, oprima el 1."
    assert said[1] == "Tiếng Việt, xin bấm số 2."
    assert call.languages == ["es", "vi", "zh-Hans", "yue", "ko"]
    assert not any("English" in sentence for sentence in said)


async def test_the_call_goes_on_in_the_language_that_was_chosen_and_the_next_calls_too(world, call):
    await call.answer()
    said = await call.presses("22")
    assert "tháng 2 năm 2027" in said
    assert "xin bấm số 1" in await call.press("6")
    assert [row.language_spoken for row in await world.rows("SELECT language_spoken FROM member")] == ["vi"]


async def test_an_agency_of_one_language_offers_no_other(world):
    await world.services.tenancy.add(AGENCY.replace('["en", "es", "vi", "zh-Hans", "zh-Hant", "ko"]', '["en"]'))
    call = await called(world, **ENGLISH)
    assert "another language" not in await call.answer()
    assert "another language" not in await call.press("2")


# --- the county's line -----------------------------------------------------------------------


async def test_key_3_connects_to_the_county_in_its_office_hours(call):
    await call.answer()
    assert "connect you" in await call.press("3")
    assert call.script.connect_to == "+18002819799"
    assert call.script.connect_from == "+17145550101"
    assert call.script.connected_url.endswith("/connected/en/2")


async def test_who_was_not_connected_hears_the_number_and_good_bye(call):
    await call.answer()
    await call.press("3")
    said = await call.press("")
    assert "8 0 0, 2 8 1, 9 7 9 9" in said
    assert "Goodbye" in said
    assert call.ended


async def test_who_has_talked_with_the_county_hears_nothing_more(call):
    await call.answer()
    await call.press("3")
    assert await call.press("", connected=True) == ""


@pytest.mark.parametrize("moment", [EVENING, TEN + timedelta(days=4)])
async def test_out_of_office_hours_key_3_says_the_hours_and_offers_a_text(world, call, moment):
    await world.at(moment)
    await call.answer()
    said = await call.press("3")
    assert "Monday to Friday, 8 AM to 5 PM" in said
    assert "press 4" in said
    assert not call.script.connect_to


async def test_a_closure_is_out_of_office_hours(world):
    call = await called(world, **ENGLISH)
    await world.services.tenancy.add(OPEN_ON_WEEKDAYS + 'closures = ["2026-12-01"]\n')
    await call.answer()
    assert "closed" in await call.press("3")


async def test_an_agency_without_hours_is_not_connected_to_on_its_closures(world):
    call = await called(world, **ENGLISH)
    await world.services.tenancy.add(AGENCY.replace("[senders]", 'closures = ["2026-12-01"]\n[senders]'))
    await call.answer()
    said = await call.press("3")
    assert not call.script.connect_to
    assert "please call 8 0 0, 2 8 1, 9 7 9 9 later" in said
    assert "open" not in said
    assert "press 4" in said


async def test_an_agency_without_hours_is_connected_to_at_any_time(world):
    call = await called(world, **ENGLISH)
    await world.at(EVENING)
    await call.answer()
    await call.press("3")
    assert call.script.connect_to


# --- the link by text ------------------------------------------------------------------------


async def test_key_4_sends_one_text_however_often_it_is_pressed(world, call):
    await call.answer()
    assert "sending you the text" in await call.press("4")
    await call.press("4")
    (text,) = await texts(world)
    assert text.to == NUMBER
    assert "BenefitsCal.com" in text.body
    await call.press("4")
    assert len(await texts(world)) == 1
    assert "Goodbye" in await call.press("")


@pytest.mark.parametrize("why", ["landline", "stopped", "no sender"])
async def test_a_text_that_cannot_be_sent_is_not_offered_and_key_4_says_so(world, why):
    if why == "no sender":
        await world.services.tenancy.add(AGENCY.replace('sms = "+17145550100"\n', ""))
    kind = LineKind.LANDLINE if why == "landline" else LineKind.MOBILE
    call = await called(world, **ENGLISH, phones=(phone(kind=kind),))
    if why == "stopped":
        await world.rows("""
            INSERT INTO address_stop (agency_id, address_index, channel, stopped, at)
            SELECT agency_id, value_index, 'sms', true, now() FROM contact_point WHERE kind = 'phone'
        """)
    assert "press 4" not in await call.answer()
    assert "cannot send a text" in await call.press("4")
    assert await texts(world) == []


async def test_the_text_is_in_the_language_that_the_person_reads_or_chose(world):
    call = await called(world, language_spoken="en", language_written="ko")
    await call.answer()
    await call.press("4")
    await world.deliver(SMS)
    assert [text for text in world.fakes[SMS].texts if "전화에서 요청하신" in text]


async def test_a_call_that_was_answered_while_we_were_away_said_nothing(world):
    await called(world, **ENGLISH)
    await world.receipt(world.fakes[VOICE].sent[0], Status.DELIVERED, VOICE)
    assert await world.end(VOICE) == "undelivered nothing_said"


@pytest.mark.parametrize(
    ("known_until", "ends"),
    [("1 second", "delivered"), ("-10 minutes", "undelivered nothing_said")], ids=["before a restore", "since"],
)  # fmt: skip
async def test_of_a_call_from_before_a_restore_nobody_knows_whether_it_asked_and_the_provider_is_believed(
    world, known_until, ends
):
    await called(world, **ENGLISH)
    await world.services.restoring.count()
    await world.rows(
        "UPDATE epoch SET held_from_on_machine = (SELECT max(intended_on_machine) FROM attempt)"
        " + cast(%(until)s AS interval)",
        until=known_until,
    )
    await world.receipt(world.fakes[VOICE].sent[0], Status.DELIVERED, VOICE)
    assert await world.end(VOICE) == ends


async def test_a_call_that_asked_us_what_to_say_was_heard(world, call):
    await call.answer()
    await world.receipt(world.fakes[VOICE].sent[0], Status.DELIVERED, VOICE)
    assert await world.end(VOICE) == "delivered"


# --- stop ------------------------------------------------------------------------------------


async def test_key_9_stops_calls_to_the_number_and_nothing_else(world, call):
    await world.planned(a_member(), subject="M-2")
    await call.answer()
    assert "We will not call this number again." in await call.press("9")
    assert call.ended
    # The second member shares Ana's phone and address, but not her language: each hears in their own.
    assert await world.ends() == {"sms": "planned, planned", "email": "planned, planned",
                                  "voice": "sent, canceled opted_out"}  # fmt: skip
    lines = await world.rows("SELECT channel, basis, source FROM consent WHERE NOT granted")
    assert set(lines) == {("voice", "key_9", "member")}


async def test_after_a_stop_nothing_more_is_said_but_its_confirmation(world, call):
    await call.answer()
    await call.press("9")
    hears = CallHeard(world, call.reference)
    assert await hears.answer() == ""
    for digits in ("", "1", "3"):
        await world.hears(VOICE, KeyPressed(call.reference, "CA1", digits, "keys/en/2"), reference=call.reference)
        assert hears.script.lines == ()
    await world.hears(VOICE, KeyPressed(call.reference, "CA1", "9", "keys/en/1"), reference=call.reference)
    assert "not call this number" in hears.script.lines[1].words
    assert len(await world.rows("SELECT id FROM consent WHERE NOT granted")) == 1


async def test_key_9_stops_in_every_corner_of_the_menu(world, call):
    await call.answer()
    await call.press("2")
    await call.press("9")
    assert [row.stopped for row in await world.rows("SELECT stopped FROM address_stop")] == [True]


async def test_a_key_9_that_comes_again_does_not_take_back_a_later_yes(world, call):
    await call.answer()
    await call.press("9")
    await world.rows("UPDATE address_stop SET stopped = false")
    await call.replay()
    assert [row.stopped for row in await world.rows("SELECT stopped FROM address_stop")] == [False]


async def test_a_key_4_that_comes_again_a_month_later_sends_no_second_text(world, call):
    await call.answer()
    await call.press("4")
    assert len(await texts(world)) == 1
    await world.at(TEN + timedelta(days=40))
    await call.replay()
    assert len(await texts(world)) == 1


async def test_a_choice_that_comes_again_does_not_change_the_language_back(world, call):
    await call.answer()
    await call.presses("22")
    await world.rows("UPDATE member SET language_spoken = 'ko'")
    await call.replay()
    assert [row.language_spoken for row in await world.rows("SELECT language_spoken FROM member")] == ["ko"]


# --- machines, codes, and calls that must be silent ------------------------------------------


async def test_a_machine_hears_the_short_neutral_words(call):
    said = await call.answer(machine=True)
    assert "Orange County Social Services Agency" in said.splitlines()[0]
    assert said.count("8 0 0, 2 8 1, 9 7 9 9") == 2
    assert "Medi-Cal" not in said
    assert "February" not in said
    assert call.ended


async def test_a_call_that_was_refused_or_replaced_is_silent(world, call):
    await world.rows("UPDATE attempt SET state = 'rejected'")
    assert await call.answer() == ""
    await world.rows("UPDATE attempt SET state = 'absent'")
    await world.rows("UPDATE message SET status = 'planned' WHERE channel = 'voice'")
    await world.deliver(VOICE)
    assert await call.answer() == ""
    await world.receipt(world.fakes[VOICE].sent[0], Status.DELIVERED, VOICE)
    assert await world.end(VOICE) == "sent"  # nobody heard anything yet
    assert await CallHeard(world, world.fakes[VOICE].sent[1].reference).answer()


async def test_a_call_that_was_thought_never_placed_and_is_answered_speaks_and_is_not_placed_again(world, call):
    await world.rows("UPDATE attempt SET state = 'absent'")
    await world.rows("UPDATE message SET status = 'planned' WHERE channel = 'voice'")
    assert await call.answer()
    assert await world.end(VOICE) == "sent"
    await world.deliver(VOICE)
    assert len(world.fakes[VOICE].sent) == 1


async def test_a_call_for_a_person_who_needs_it_no_more_is_silent(world, call):
    await world.rows("UPDATE message SET status = 'canceled' WHERE channel = 'voice'")
    assert await call.answer() == ""


@pytest.mark.parametrize(
    "news",
    [MemberUpdated(consents=(Consent(VOICE, granted=False),)), MemberLeft("deceased")],
    ids=["no", "died"],
)
async def test_a_call_that_rings_when_the_county_says_no_is_silent(world, call, news):
    await world.tell(news)
    assert await call.answer() == ""
    assert await call.answer(machine=True) == ""
    assert await world.end(VOICE) == "delivered kept_silent"


async def test_a_code_that_was_asked_for_is_said_whatever_the_county_says(world):
    await world.planned(a_member(consents=()))
    world.fakes[VOICE].answer = lambda _: Accepted("CA1")
    await world.asks(VOICE, language="en")
    await world.deliver(VOICE)
    assert await CallHeard(world, world.fakes[VOICE].sent[0].reference).answer()


async def test_a_forged_call_is_refused(world, call):
    forged = call.reference[:-1] + ("0" if call.reference[-1] != "0" else "1")
    signal = CallAnswered(forged, "CA1")
    assert (await world.hears(VOICE, signal, reference=forged)).status == 403
    assert (await world.hears(VOICE, signal)).body == ""


async def test_a_call_that_asks_what_to_say_was_surely_placed(world):
    world.fakes[VOICE].answer = lambda _: Unclear("time-out")
    call = await called(world)
    assert await world.end(VOICE) == "sending"
    assert await call.answer()
    assert await world.end(VOICE) == "sent"


async def test_a_call_that_a_machine_took_is_delivered_with_that_reason(world, call):
    await world.receipt(world.fakes[VOICE].sent[0], Status.DELIVERED, VOICE, reason="voicemail")
    assert await world.end(VOICE) == "delivered voicemail"


async def test_a_code_is_spelled_and_spoken_to_machines_too_and_has_a_small_menu(world):
    world.fakes[VOICE].answer = lambda _: Accepted("CA1")
    await world.asks(VOICE, language="en")
    await world.deliver(VOICE)
    call = CallHeard(world, world.fakes[VOICE].sent[0].reference)
    assert "press 9" not in await call.answer(machine=True)
    said = await call.answer()
    assert said.splitlines()[-1] == "To hear this again, press 1."
    assert "press 3" not in await call.press("3")
    assert await call.press("1") == said
    assert await call.press("9")
    [stop] = await world.rows("SELECT channel, stopped FROM address_stop")
    assert stop == ("voice", True)


async def test_only_languages_in_which_the_call_can_truly_be_held_are_offered(world):
    world.fakes[VOICE].mute = {"fa", "hy", "km"}  # of these, only Khmer has no recordings
    listed = '["en", "es", "fa", "ru", "km", "hy"]'
    await world.services.tenancy.add(AGENCY.replace('["en", "es", "vi", "zh-Hans", "zh-Hant", "ko"]', listed))
    call = await called(world, **ENGLISH)
    await call.answer()
    await call.press("2")
    assert list(dict.fromkeys(call.languages)) == ["es", "fa", "ru", "hy"]
