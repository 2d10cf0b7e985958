from datetime import timedelta

import pytest

from app.rules.facts import Consent
from channels.signals import Reply
from tests.app.pipeline.world import NINE, NOW, NUMBER, OTHER_NUMBER, OURS, SMS, VOICE, a_member


async def answers(world):
    await world.deliver(SMS)
    return [row.template for row in await world.rows("SELECT template FROM message WHERE kind = 'reply' ORDER BY id")]


@pytest.mark.parametrize(
    ("body", "template"),
    [
        ("STOP", "stop_confirmation"),
        ("alto!", "stop_confirmation"),
        ("START", "help"),  # it takes a STOP back, and there was none
        ("AYUDA", "help"),
        ("Is this real?", "help"),
        ("I have a question about my son", "reply_received"),
        ("WRONG NUMBER", "reply_wrong_person"),
        ("done", "reply_done"),
        ("Call me", "reply_call"),
        ("I moved", "reply_moved"),
        ("Is this a scam?", "reply_scam"),
        ("Tiếng Việt", "reply_language"),
        ("VERIFY K7QF2M4P", "reply_not_real"),
        ("JOIN", "join_confirm"),
    ],
)
async def test_each_text_gets_its_answer(world, body, template):
    await world.texts_us(body)
    assert await answers(world) == [template]


async def test_the_answer_is_in_the_readers_language(world):
    await world.tell(a_member(language_written="vi"))
    await world.texts_us("HELP")
    await world.texts_us("HELP", sender=OTHER_NUMBER)
    await world.deliver(SMS)
    assert {message.to: message.language for message in world.fakes[SMS].sent} == {NUMBER: "vi", OTHER_NUMBER: "en"}


async def test_the_same_text_twice_is_one(world):
    for _ in range(3):
        await world.texts_us("STOP", key="SM1")
    assert await answers(world) == ["stop_confirmation"]
    assert len(await world.rows("SELECT id FROM consent")) == 2


async def test_a_stop_covers_text_and_call_of_all_members_with_that_number(world):
    await world.planned()
    await world.planned(subject="M-2")
    await world.texts_us("STOP")
    await world.plan()
    assert await world.ends() == {
        "sms": "canceled opted_out, skipped opted_out",
        "email": "planned, skipped household",
        "voice": "canceled opted_out, skipped opted_out",
    }


async def test_a_second_stop_writes_nothing_new_and_is_not_confirmed_again(world):
    await world.planned()
    for body in ("STOP", "stop!!", "leave me alone"):
        await world.texts_us(body)
    lines = await world.rows("SELECT channel FROM consent WHERE NOT granted")
    assert len(lines) == 2
    assert await answers(world) == ["stop_confirmation"]


async def test_a_stop_after_a_start_is_confirmed_again(world):
    await world.planned()
    for body in ("STOP", "START", "STOP"):
        await world.texts_us(body)
        await world.at(NOW + timedelta(minutes=len(await world.rows("SELECT key FROM inbound"))))
    assert await answers(world) == ["stop_confirmation", "start_confirmation", "stop_confirmation"]


async def test_a_stop_of_somebody_whom_others_stopped_before_is_confirmed(world):
    await world.tell(a_member())
    await world.tell(Consent(SMS, granted=False))
    await world.texts_us("STOP")
    assert await answers(world) == ["stop_confirmation"]


async def test_a_stop_from_a_number_unknown_to_us_is_kept_and_confirmed(world):
    await world.texts_us("ĐỪNG NHẮN NỮA", sender=OTHER_NUMBER)
    assert len(await world.rows("SELECT id FROM consent WHERE member_id IS NULL AND NOT granted")) == 2
    [reply] = await world.rows("SELECT template, language FROM message")
    assert (reply.template, reply.language) == ("stop_confirmation", "vi")


async def test_a_stop_is_confirmed_even_after_ten_answers(world):
    for number in range(11):
        await world.texts_us(f"Out of office {number}")
    await world.texts_us("STOP")
    [last] = await world.rows("SELECT template FROM message ORDER BY id DESC LIMIT 1")
    assert last.template == "stop_confirmation"


async def test_without_a_reader_the_answer_is_in_the_language_of_the_word(world):
    for body in ("ayuda", "도움말", "Помощь"):
        await world.texts_us(body, sender=OTHER_NUMBER)
    rows = await world.rows("SELECT language FROM message ORDER BY id")
    assert [row.language for row in rows] == ["es", "ko", "ru"]


async def test_a_stop_is_confirmed_within_five_minutes_or_not_at_all(world):
    await world.texts_us("STOP")
    [reply] = await world.rows("SELECT due_at, deadline_at FROM message")
    assert (reply.deadline_at - reply.due_at).total_seconds() == 300


async def test_a_stop_while_a_text_is_on_its_way_is_kept_for_the_next_time(world):
    await world.planned()
    await world.at(NINE)
    world.fakes[SMS].meanwhile = lambda: stop(world)
    await world.deliver(SMS)
    assert await world.end(SMS) == "sent in_flight_at_stop"
    assert await world.end(VOICE) == "canceled opted_out"


async def stop(world):
    world.fakes[SMS].meanwhile = None
    await world.texts_us("STOP")


async def test_another_agencys_members_are_not_touched(world):
    other = await world.services.tenancy.add(
        'code="kern"\nname="Kern"\ncounty_code="15"\nphone="+16615550100"\n[senders]\nsms="+16615550100"'
    )
    await world.planned()
    await world.hears(SMS, Reply("SM1", NUMBER, "+16615550100", "STOP"))
    assert await world.end(SMS) == "planned"
    [held] = await world.rows("SELECT DISTINCT agency_id FROM address_stop")
    assert held.agency_id == other.id


async def test_a_text_to_a_number_that_is_nobodys_changes_nothing(world):
    await world.planned()
    await world.hears(SMS, Reply("SM1", NUMBER, "+19995550000", "STOP"))
    await world.hears(SMS, Reply("SM2", "BANK", OURS, "STOP"))
    assert await world.end(SMS) == "planned"
    assert await world.rows("SELECT key FROM inbound") == []


async def test_what_people_write_is_kept_sealed(world):
    await world.texts_us("my secret")
    [row] = await world.rows("SELECT inbound::text AS text, body_sealed, meaning FROM inbound")
    assert row.meaning == "other"
    assert b"secret" not in row.body_sealed
    assert NUMBER not in row.text


async def test_start_takes_a_stop_back_and_is_confirmed_and_is_no_yes_to_calls(world):
    await world.planned()
    await world.texts_us("STOP")
    await world.texts_us("START")
    assert await answers(world) == ["stop_confirmation", "start_confirmation"]
    rows = await world.rows("SELECT channel, granted FROM consent WHERE basis = 'text_start'")
    assert [(row.channel, row.granted) for row in rows] == [("sms", True)]


async def test_a_machine_that_answers_us_is_answered_ten_times_a_day(world):
    for number in range(13):
        await world.texts_us(f"Out of office {number}")
    rows = await world.rows("SELECT count(*) AS n FROM message WHERE kind = 'reply'")
    assert rows[0].n == 10


async def test_who_stopped_and_says_more_is_read_by_a_person_and_hears_nothing(world):
    for body in ("STOP", "thanks, that is all"):
        await world.texts_us(body)
    assert await answers(world) == ["stop_confirmation"]
    [waiting] = await world.rows("SELECT meaning FROM inbound WHERE waits")
    assert waiting.meaning == "other"


@pytest.mark.parametrize(("body", "template"), [("HELP", "help"), ("SCAM", "reply_scam"), ("call me", "reply_call")])
async def test_who_stopped_and_asks_for_something_is_answered(world, body, template):
    for said in ("STOP", body):
        await world.texts_us(said)
    assert await answers(world) == ["stop_confirmation", template]
