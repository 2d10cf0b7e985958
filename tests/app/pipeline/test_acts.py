import json
from datetime import timedelta

import pytest

from app.db import webhooks
from app.rules.facts import LineKind
from tests.app.pipeline.world import (
    NINE,
    NUMBER,
    OTHER_NUMBER,
    SMS,
    VOICE,
    a_member,
    phone,
)


async def answer(world, to=NUMBER):
    """Return the template and the language of the newest answer, and send it."""
    await world.deliver(SMS)
    [row] = await world.rows(
        "SELECT template, language FROM message WHERE kind IN ('reply', 'welcome') ORDER BY id DESC LIMIT 1"
    )
    assert world.fakes[SMS].sent[-1].to == to
    return row.template, row.language


async def test_a_wrong_number_is_blocked_at_everybody_who_lists_it(world):
    await world.planned()
    await world.planned(subject="M-2")
    await world.texts_us("You have the wrong number")
    states = await world.rows("SELECT kind, state, count(*) AS n FROM contact_point GROUP BY 1, 2 ORDER BY 1, 2")
    assert [tuple(row) for row in states] == [("email", "active", 2), ("phone", "wrong_person", 2)]
    bases = await world.rows("SELECT DISTINCT basis, granted FROM consent WHERE source = 'member'")
    assert [tuple(row) for row in bases] == [("wrong_person", False)]
    await world.plan()
    ends = await world.ends()
    assert ends["email"] == "planned, skipped household"
    assert "planned" not in ends["sms"] + ends["voice"]


async def test_who_has_another_number_is_reached_there(world):
    await world.planned(a_member(phones=(phone(), phone(OTHER_NUMBER, LineKind.MOBILE, 2)), emails=()))
    await world.texts_us("wrong person")
    await world.plan()
    await world.at(NINE)
    await world.deliver(SMS)
    assert [message.to for message in world.fakes[SMS].sent] == [OTHER_NUMBER]
    assert await world.end(SMS) == "canceled contact_wrong_person, sent"


async def test_a_wrong_number_is_answered_in_its_own_language(world):
    await world.tell(a_member(language_written="vi"))
    await world.texts_us("Wrong number")
    assert await answer(world) == ("reply_wrong_person", "en")
    await world.texts_us("Número equivocado")
    assert await answer(world) == ("reply_wrong_person", "es")


async def test_the_name_of_a_language_changes_what_one_is_written_in(world):
    await world.planned()
    await world.texts_us("tieng viet")
    assert await answer(world) == ("reply_language", "vi")
    [member] = await world.rows("SELECT language_written, language_spoken, stamps FROM member")
    assert (member.language_written, member.language_spoken) == ("vi", None)
    assert member.stamps["languages"][1] == "member"
    await world.plan()
    assert (await world.message(SMS)).language == "vi"


async def test_a_language_without_words_is_kept_and_answered_in_english(world):
    await world.tell(a_member())
    await world.texts_us("Iu Mien")
    assert await answer(world) == ("reply_language", "en")
    [member] = await world.rows("SELECT language_written FROM member")
    assert member.language_written == "ium"


async def test_a_code_of_ours_is_real_and_says_the_day(world):
    message = await world.sent()
    await world.texts_us(f"verify {message.code.lower()}")
    assert await answer(world) == ("reply_real", "es")
    assert "1 de diciembre de 2026" in world.fakes[SMS].sent[-1].body
    assert "Ana" not in world.fakes[SMS].sent[-1].body


async def test_a_code_alone_is_enough_even_without_a_digit(world):
    message = await world.sent()
    await world.rows("UPDATE attempt SET code = 'REMEMBER'")
    await world.texts_us("Remember")
    assert (await answer(world))[0] == "reply_real"
    await world.texts_us(f"verify {message.code}")
    assert (await answer(world))[0] == "reply_not_real"


async def test_a_code_of_another_agency_is_not_this_ones(world):
    await world.services.tenancy.add(
        'code="kern"\nname="Kern"\ncounty_code="15"\nphone="+16615550100"\n[senders]\nsms="+16615550100"'
    )
    message = await world.sent()
    await world.rows("UPDATE attempt SET agency_id = (SELECT id FROM agency WHERE code = 'kern')")
    await world.texts_us(f"verify {message.code}")
    assert (await answer(world))[0] == "reply_not_real"


async def test_word_of_a_scam_raises_one_alarm_that_counts(world):
    for _ in range(3):
        await world.texts_us("SCAM")
    rows = await world.rows("SELECT kind, n FROM alarm")
    assert [tuple(row) for row in rows] == [("scam_reports", 3)]


@pytest.mark.parametrize(
    ("body", "waits"),
    [
        ("Call me", True),
        ("My son was born", True),
        ("scam", True),
        ("HELP", False),
        ("done", False),
        ("moved", False),
        ("STOP", False),
    ],
)
async def test_what_is_more_than_a_word_of_ours_waits_for_a_person(world, body, waits):
    await world.tell(a_member())
    await world.texts_us(body)
    [row] = await world.rows("SELECT waits, member_id FROM inbound")
    assert (row.waits, row.member_id is not None) == (waits, waits)


async def test_done_changes_nothing_that_the_county_says(world):
    await world.planned()
    await world.texts_us("I already sent it")
    assert await answer(world) == ("reply_done", "es")
    assert await world.end(SMS) == "planned"
    assert await world.end(VOICE) == "planned"


async def test_joining_and_a_yes_take_somebody_in(world):
    await world.texts_us("JOIN VI 92840", sender=OTHER_NUMBER)
    assert await answer(world, OTHER_NUMBER) == ("join_confirm", "vi")
    await world.texts_us("CÓ", sender=OTHER_NUMBER)
    [line] = await world.rows("SELECT granted, basis, language FROM consent")
    assert tuple(line) == (True, "text_join", "vi")
    [waiting] = await world.rows("SELECT count(*) AS n FROM inbound WHERE waits")
    assert waiting.n == 0


@pytest.fixture
async def told(world):
    """Return what the county's receiver is to be told, event by event."""
    await world.services.webhooks.add(
        world.agency.id, "http://127.0.0.1:9/", ["contact.wrong_person", "member.replied", "consent.revoked"]
    )

    async def read():
        async with world.services.database.transaction(None) as tx:
            later = tx.now + timedelta(minutes=1)
            calls = await webhooks.take(tx.session, each=20, back_at=later, busy=())
        return {json.loads(call.body)["type"]: json.loads(call.body)["data"] for call in calls}

    return read


async def test_the_county_is_told_that_somebody_answered_and_never_the_words(world, told):
    await world.tell(a_member())
    await world.tell(a_member(), subject="M-2")
    await world.texts_us("My son was born")
    data = (await told())["member.replied"]
    assert (data["member_refs"], data["channel"], data["meaning"]) == (["M-1", "M-2"], "sms", "other")
    assert "son" not in str(data)
    [row] = await world.services.answers_waiting.listed(world.agency.id)
    assert data["reply_id"] == str(row["id"])


async def test_the_county_is_told_once_of_a_wrong_number(world, told):
    await world.tell(a_member())
    for _ in range(2):
        await world.texts_us("wrong number")
    found = await told()
    assert (found["contact.wrong_person"]["member_refs"], found["contact.wrong_person"]["address"]) == (["M-1"], NUMBER)
    assert found["consent.revoked"]["basis"] == "wrong_person"
    assert "member.replied" not in found


async def test_a_language_named_by_who_is_not_the_member_is_not_the_members(world):
    await world.tell(a_member(language_written="es"))
    for text in ("wrong number", "Tiếng Việt"):
        await world.texts_us(text)
    [member] = await world.rows("SELECT language_written FROM member")
    assert member.language_written == "es"
