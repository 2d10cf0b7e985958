"""Signing up by text: JOIN, the question, and the yes."""

from datetime import timedelta

import pytest

from tests.app.pipeline.world import FEBRUARY, NOW, NUMBER, SMS, a_member, yes


async def hears(world, *texts):
    """Let a person text us; return what they were answered, as template and language."""
    before = len(await answers(world))
    for text in texts:
        await world.texts_us(text)
    return (await answers(world))[before:]


async def answers(world):
    rows = await world.rows("SELECT template, language FROM message WHERE kind = 'reply' ORDER BY created_at, id")
    return [(row.template, row.language) for row in rows]


async def ledger(world):
    return [
        (row.channel, row.granted, row.basis, row.language)
        for row in await world.rows("SELECT channel, granted, basis, language FROM consent ORDER BY id")
    ]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("JOIN", "en"),
        ("join vi", "vi"),
        ("JOIN VI 92840", "vi"),
        ("Join 92840 Tiếng Việt", "vi"),
        ("JOIN español", "es"),
        ("JOIN 한국어", "ko"),
        ("ＪＯＩＮ ｖｉ", "vi"),
        ("JOIN 廣東話", "zh-Hant"),
        ("JOIN please", "en"),
    ],
)
async def test_join_is_answered_with_the_question_in_the_language_named(text, language, world):
    assert await hears(world, text) == [("join_confirm", language)]
    assert await ledger(world) == []


@pytest.mark.parametrize("said", ["YES", "yes!", "CÓ", "đồng ý", "SÍ", "是", "예", "Y"])
async def test_a_yes_is_the_consent_and_the_welcome_follows(said, world):
    assert (await hears(world, "JOIN VI", said))[-1] == ("welcome", "vi")
    assert await ledger(world) == [("sms", True, "text_join", "vi")]
    [member] = await world.rows("SELECT language_written, ref_index FROM member")
    assert (member.language_written, member.ref_index) == ("vi", None)


async def test_the_ledger_names_the_very_question_that_was_asked(world):
    await hears(world, "JOIN VI", "YES")
    [line] = await world.rows("""
        SELECT t.key, t.language FROM consent c
          JOIN template_version t ON 'join_confirm:' || replace(t.id::text, '-', '') = c.wording""")
    assert (line.key, line.language) == ("join_confirm", "vi")


async def test_the_zip_code_tells_where_the_person_is(world):
    await hears(world, "JOIN EN 85001", "YES")
    [point] = await world.rows("SELECT zone FROM contact_point")
    assert point.zone == "America/Phoenix"
    for table in ("signup", "member"):
        for row in await world.rows(f"SELECT t::text AS text FROM {table} t"):  # noqa: S608
            assert "85001" not in row.text


async def test_a_yes_without_a_question_joins_nobody(world):
    await hears(world, "YES")
    assert await ledger(world) == []


async def test_a_yes_after_more_than_a_day_joins_nobody(world):
    await hears(world, "JOIN")
    await world.at(NOW + timedelta(hours=25))
    await hears(world, "YES")
    assert await ledger(world) == []


async def test_a_second_yes_changes_nothing(world):
    await hears(world, "JOIN", "YES", "YES")
    assert len(await ledger(world)) == 1


async def test_the_question_comes_once_a_day_in_a_language(world):
    assert await hears(world, "JOIN VI", "JOIN VI", "JOIN ES") == [
        ("join_confirm", "vi"), ("help", "vi"), ("join_confirm", "es"),
    ]  # fmt: skip
    assert (await hears(world, "YES"))[-1] == ("welcome", "es")


async def test_a_stop_between_them_takes_the_question_back(world):
    await hears(world, "JOIN", "STOP", "YES")
    assert ("sms", True, "text_join", "en") not in await ledger(world)


async def test_a_member_of_the_county_joins_as_that_member(world):
    await world.planned(a_member(consents=()))
    await hears(world, "JOIN", "YES")
    assert len(await world.rows("SELECT id FROM member")) == 1
    await world.plan()
    assert (await world.ends())["sms"] == "planned"
    [member] = await world.rows("SELECT language_written FROM member")
    assert member.language_written == "es"


async def test_who_joined_is_taken_over_by_the_countys_record(world):
    await hears(world, "JOIN VI", "YES")
    await world.planned(a_member(consents=yes()))
    assert len(await world.rows("SELECT id FROM member WHERE status = 'active'")) == 1
    assert (await world.ends())["sms"] == "planned"
    assert {row.period for row in await world.messages()} == {FEBRUARY}


async def test_the_number_is_not_readable_in_the_tables(world):
    await hears(world, "JOIN")
    for row in await world.rows("SELECT s::text AS text FROM signup s"):
        assert NUMBER not in row.text
    await world.deliver(SMS)
    assert world.fakes[SMS].sent[-1].to == NUMBER


async def test_a_stop_said_again_takes_the_question_back_too(world):
    await hears(world, "STOP", "JOIN", "STOP", "YES")
    assert ("sms", True, "text_join", "en") not in await ledger(world)


async def test_a_question_that_could_not_be_asked_is_not_agreed_to(world):
    await hears(world, *(f"Out of office {number}" for number in range(10)))
    assert await hears(world, "JOIN", "YES") == []
    assert await ledger(world) == []


async def test_who_agrees_is_welcomed_whatever_else_was_said_that_day(world):
    await hears(world, *(f"Out of office {number}" for number in range(9)))
    assert await hears(world, "JOIN", "YES") == [("join_confirm", "en"), ("welcome", "en")]
