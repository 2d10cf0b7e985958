import pytest

from channels.contract import Accepted, Unclear
from channels.signals import CallAnswered, KeyPressed, Status
from tests.app.pipeline.world import SMS, TEN, VOICE, a_member


@pytest.fixture
async def call(world):
    """Ana's call, placed and not yet answered."""
    await world.planned(a_member(language_spoken="en"))
    await world.at(TEN)
    await world.deliver(VOICE)
    return world.fakes[VOICE].sent[0].reference


async def answered(world, reference, *, machine=False):
    signal = CallAnswered(reference, "CA1", machine=machine)
    return (await world.hears(VOICE, signal, reference=reference)).body.splitlines()


async def pressed(world, reference, digits):
    signal = KeyPressed(reference, "CA1", digits)
    return (await world.hears(VOICE, signal, reference=reference)).body


async def test_a_call_says_first_who_calls_and_then_how_to_stop_the_calls(world, call):
    said = await answered(world, call)
    assert "Orange County Social Services Agency" in said[0]
    assert "9" in said[1]
    assert any("February 2027" in sentence for sentence in said)
    assert said[-1].endswith(f"/callbacks/twilio/calls/{call}/keys")


async def test_a_call_is_in_the_language_that_the_person_speaks(world):
    await world.planned(a_member(language_written="en", language_spoken="vi"))
    await world.at(TEN)
    await world.deliver(VOICE)
    said = await answered(world, world.fakes[VOICE].sent[0].reference)
    assert "Medi-Cal" in " ".join(said)
    assert (await world.message(VOICE)).language == "vi"


async def test_key_1_says_it_again(world, call):
    first = await answered(world, call)
    assert (await pressed(world, call, "1")).splitlines() == first


async def test_key_9_stops_calls_to_the_number_and_nothing_else(world, call):
    await world.planned(a_member(), subject="M-2")
    said = await pressed(world, call, "9")
    assert "We will not call this number again." in said
    assert await world.ends() == {"sms": "planned, planned", "email": "planned, planned",
                                  "voice": "sent, canceled opted_out"}  # fmt: skip
    lines = await world.rows("SELECT channel, basis, source FROM consent WHERE NOT granted")
    assert set(lines) == {("voice", "key_9", "member")}


@pytest.mark.parametrize("digits", ["", "5"])
async def test_another_key_or_none_ends_the_call_with_a_goodbye(world, call, digits):
    said = await pressed(world, call, digits)
    assert said
    assert "stop" not in said
    assert await world.rows("SELECT id FROM consent WHERE NOT granted") == []


async def test_a_machine_hears_the_short_neutral_words(world, call):
    said = await answered(world, call, machine=True)
    assert "Orange County Social Services Agency" in said[0]
    assert "Medi-Cal" not in " ".join(said)
    assert "February" not in " ".join(said)
    assert "/keys" not in said[-1]


async def test_a_call_that_was_refused_or_replaced_is_silent(world, call):
    await world.rows("UPDATE attempt SET state = 'rejected'")
    assert await answered(world, call) == []
    await world.rows("UPDATE attempt SET state = 'absent'")
    await world.rows("UPDATE message SET status = 'planned' WHERE channel = 'voice'")
    await world.deliver(VOICE)
    assert await answered(world, call) == []
    await world.receipt(world.fakes[VOICE].sent[0], Status.DELIVERED, VOICE)
    assert await world.end(VOICE) == "sent"  # nobody heard anything yet
    assert await answered(world, world.fakes[VOICE].sent[1].reference)


async def test_a_call_that_was_thought_never_placed_and_is_answered_speaks_and_is_not_placed_again(world, call):
    await world.rows("UPDATE attempt SET state = 'absent'")
    await world.rows("UPDATE message SET status = 'planned' WHERE channel = 'voice'")
    assert await answered(world, call)
    assert await world.end(VOICE) == "sent"
    await world.deliver(VOICE)
    assert len(world.fakes[VOICE].sent) == 1


async def test_a_call_for_a_person_who_needs_it_no_more_is_silent(world, call):
    await world.rows("UPDATE message SET status = 'canceled' WHERE channel = 'voice'")
    assert await answered(world, call) == []


async def test_a_forged_call_is_refused(world, call):
    forged = call[:-1] + ("0" if call[-1] != "0" else "1")
    signal = CallAnswered(forged, "CA1")
    assert (await world.hears(VOICE, signal, reference=forged)).status == 403
    assert (await world.hears(VOICE, signal)).body == ""


async def test_a_call_that_asks_what_to_say_was_surely_placed(world):
    world.fakes[VOICE].answer = lambda _: Unclear("time-out")
    await world.planned()
    await world.at(TEN)
    await world.deliver(VOICE)
    assert await world.end(VOICE) == "sending"
    assert await answered(world, world.fakes[VOICE].sent[0].reference)
    assert await world.end(VOICE) == "sent"


async def test_a_call_that_a_machine_took_is_delivered_with_that_reason(world, call):
    await world.receipt(world.fakes[VOICE].sent[0], Status.DELIVERED, VOICE, reason="voicemail")
    assert await world.end(VOICE) == "delivered voicemail"


async def test_a_code_is_spelled_and_spoken_to_machines_too(world):
    world.fakes[VOICE].answer = lambda _: Accepted("CA1")
    await world.asks(VOICE, language="en")
    await world.deliver(VOICE)
    reference = world.fakes[VOICE].sent[0].reference
    assert await answered(world, reference, machine=True) != []
    assert await pressed(world, reference, "9")
    [stop] = await world.rows("SELECT channel, stopped FROM address_stop")
    assert stop == ("voice", True)


async def test_somebody_who_calls_us_hears_who_we_are(world):
    said = await world.services.receipts._calls.greet("+17145550101")  # noqa: SLF001
    assert "Orange County Social Services Agency" in said
    assert await world.services.receipts._calls.greet("+19995550000") == ""  # noqa: SLF001
    assert world.fakes[SMS].sent == []
