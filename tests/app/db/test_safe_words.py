"""A word that a person chose stands in every message to them, and in no message to anybody else."""

import pytest

from app.db import safe_words
from app.rules.facts import Email
from tests.app.pipeline.phones import called
from tests.app.pipeline.world import EMAIL, NINE, NUMBER, OTHER_NUMBER, SMS, a_member, phone

WORD = "Magnolia"


async def choose(world, word=WORD, count=None):
    async with world.services.database.transaction(world.agency.id) as tx:
        rows = await world.rows("SELECT id FROM member ORDER BY created_at, id")
        await safe_words.put(tx.session, world.agency.id, [row.id for row in rows][:count], word)


async def sent(world, channel):
    await world.plan()
    await world.at(NINE)
    await world.deliver(channel)
    return world.fakes[channel].sent


@pytest.mark.parametrize(("language", "line"), [("en", "Your word: Magnolia."), ("es", "Su palabra: Magnolia.")])
async def test_a_text_ends_with_the_word(world, language, line):
    await world.tell(a_member(language_written=language))
    await choose(world)
    [message] = await sent(world, SMS)
    assert message.body.splitlines()[-1] == line
    assert WORD not in repr(message)


async def test_who_chose_none_gets_the_same_text_without_it(world):
    await world.tell(a_member())
    await world.tell(a_member(phones=(phone(OTHER_NUMBER),), emails=()), subject="M-2")
    await choose(world, count=1)
    bodies = {message.to: message.body for message in await sent(world, SMS)}
    assert WORD in bodies[NUMBER]
    assert WORD not in bodies[OTHER_NUMBER]
    assert "palabra" not in bodies[OTHER_NUMBER]


async def test_an_e_mail_has_it_in_both_its_parts(world):
    await world.tell(a_member())
    await choose(world, "O'Neil <b>")
    [message] = await sent(world, EMAIL)
    assert message.words["safe_word"] == "O'Neil <b>"
    assert "Su palabra: [[safe_word]]." in message.mail.text
    assert "[[safe_word|html]]" in message.mail.html


async def test_a_call_says_it(world):
    await world.tell(a_member(language_spoken="en", language_written="en"))
    await choose(world)
    call = await called(world, language_spoken="en", language_written="en")
    assert "Your word: Magnolia." in await call.answer()


async def test_one_message_to_a_household_shows_nobodys_word(world):
    await world.tell(a_member())
    await world.tell(a_member(first_name="Eva"), subject="M-2")
    await choose(world)
    for channel in (SMS, EMAIL):
        [message] = await sent(world, channel)
        assert WORD not in (message.body or "") + repr(message.words)


async def test_an_answer_shows_it_but_not_to_who_says_that_the_number_is_wrong(world):
    await world.tell(a_member())
    await choose(world)
    await world.texts_us("HELP")
    await world.texts_us("wrong number")
    await world.texts_us("HELP")
    await world.deliver(SMS)
    assert [WORD in message.body for message in world.fakes[SMS].sent] == [True, False, False]


async def test_a_forgotten_word_is_gone(world):
    await world.tell(a_member())
    await choose(world)
    await choose(world, None)
    assert WORD not in (await sent(world, SMS))[0].body


async def test_the_county_speaking_again_leaves_the_word_alone(world):
    await world.tell(a_member())
    await choose(world)
    await world.tell(a_member(first_name="Anna", emails=(Email("anna@example.org"),)))
    [member] = await world.rows("SELECT id, member::text AS text FROM member")
    assert WORD not in member.text
    async with world.services.database.transaction(world.agency.id) as tx:
        assert await safe_words.of_member(tx.session, world.agency.id, member.id) == WORD
