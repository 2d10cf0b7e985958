import re
from datetime import timedelta

from app.rules.facts import Representative
from channels.segments import Encoding, segments
from tests.app.pipeline.world import EMAIL, NINE, OTHER_NUMBER, SMS, a_member, phone


async def sent(world, channel, subject, changes):
    await world.planned(a_member(**changes), subject=subject)
    await world.at(NINE + timedelta(minutes=int(subject[-1])))
    await world.deliver(channel)
    return world.fakes[channel].sent[-1]


async def text(world, subject="M-1", **changes):
    return (await sent(world, SMS, subject, changes)).body


async def mail(world, subject="M-1", **changes):
    return await sent(world, EMAIL, subject, changes)


async def test_a_text_names_the_agency_first_and_the_month_in_the_readers_language(world):
    body = await text(world)
    assert body.startswith("Orange County Social Services Agency:")
    assert "febrero de 2027" in body
    assert "(800) 281-9799" in body


async def test_every_message_carries_its_short_code(world):
    message = await world.sent()
    assert message.code in message.body
    assert re.fullmatch(r"[A-Z][A-Z2-9]{7}", message.code)
    letter = await mail(world)
    assert letter.code in letter.words.values()


async def test_a_text_names_nobody(world):
    assert "Ana" not in await text(world)


async def test_a_reader_of_a_language_without_words_gets_english_and_help_in_the_own_language(world):
    plain = await text(world, language_written="en")
    body = await text(world, "M-2", language_written="fa", phones=(phone(OTHER_NUMBER),))
    assert body.startswith("Orange County Social Services Agency:")
    assert len(body) >= len(plain)


async def test_an_e_mail_greets_by_first_name_or_that_of_the_representative(world):
    assert any("Ana" in word for word in (await mail(world)).words.values())
    of_a_child = await mail(world, "M-2", representative=Representative("Luz", "parent"))
    assert any("Luz" in word for word in of_a_child.words.values())
    assert not any("Ana" in word for word in of_a_child.words.values())


async def test_an_e_mail_to_a_person_whose_name_we_do_not_know_greets_all_the_same(world):
    letter = await mail(world, first_name=None)
    assert "None" not in repr(letter.words)
    assert letter.mail is not None


async def test_readers_of_one_template_share_one_e_mail(world):
    await world.tell(a_member(), subject="M-1")
    await world.tell(a_member(first_name="Eva"), subject="M-2")
    await world.plan()
    await world.at(NINE)
    await world.deliver(EMAIL)
    first, second = world.fakes[EMAIL].sent
    assert first.mail is second.mail
    assert first.words != second.words
    assert first.reference != second.reference


async def test_each_e_mail_has_its_own_unsubscribe_address(world):
    letter = await mail(world)
    assert letter.unsubscribe_url in letter.words.values()


async def test_what_goes_out_shows_no_address_in_its_repr(world):
    message = await world.sent()
    assert message.to not in repr(message)
    assert message.body not in repr(message)
    assert (await world.rows("SELECT code FROM attempt"))[0].code == message.code
    assert world.fakes[SMS].sent == [message]


async def test_typographic_signs_of_a_name_do_not_make_a_text_dearer(world):
    await world.rows("UPDATE agency SET profile = jsonb_set(profile, '{name}', '\"Children’s Services – Orange\"')")
    body = await text(world)
    assert body.startswith("Children's Services - Orange:")
    assert segments(body).encoding is Encoding.GSM7


async def test_letters_of_a_name_are_kept_whatever_they_cost(world):
    await world.rows("UPDATE agency SET profile = jsonb_set(profile, '{name}', '\"Servicios de Información\"')")
    assert (await text(world)).startswith("Servicios de Información:")
