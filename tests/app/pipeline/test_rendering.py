import re
from datetime import date, timedelta

from app.rules.facts import Email, Representative
from channels.segments import Encoding, segments
from tests.app.pipeline.world import EMAIL, NINE, OTHER_NUMBER, SMS, a_member, phone

OTHER = "eva@example.org"


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
    body = await text(world, "M-2", language_written="ium", phones=(phone(OTHER_NUMBER),))
    assert body.startswith("Orange County Social Services Agency:")
    assert len(body) >= len(plain)


async def test_an_e_mail_greets_by_first_name_or_that_of_the_representative(world):
    assert any("Ana" in word for word in (await mail(world)).words.values())
    of_a_child = await mail(world, "M-2", representative=Representative("Luz", "parent"), emails=(Email(OTHER),))
    assert any("Luz" in word for word in of_a_child.words.values())
    assert not any("Ana" in word for word in of_a_child.words.values())


async def test_an_e_mail_to_a_person_whose_name_we_do_not_know_greets_all_the_same(world):
    letter = await mail(world, first_name=None)
    assert "None" not in repr(letter.words)
    assert letter.mail is not None


async def test_readers_of_one_template_share_one_e_mail(world):
    await world.tell(a_member(), subject="M-1")
    await world.tell(a_member(first_name="Eva", emails=(Email(OTHER),)), subject="M-2")
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


async def about(world, key, language, day=date(2027, 2, 28), **member):
    """Let what is planned for Ana be about a day, in the words of a template."""
    await world.planned(a_member(language_written=language, **member))
    await world.rows(
        "UPDATE message SET about_on = %(day)s, template = %(key)s, template_version_id ="
        " (SELECT id FROM template_version WHERE key = %(key)s AND language = 'en' ORDER BY version DESC LIMIT 1)",
        day=day, key=key,
    )  # fmt: skip
    await world.at(NINE)


async def test_a_text_names_the_day_it_is_about_in_the_readers_language(world):
    await about(world, "packet_reminder", "en")
    await world.deliver(SMS)
    assert "by February 28, 2027" in world.fakes[SMS].sent[-1].body


async def test_an_e_mail_names_the_day_it_is_about(world):
    await about(world, "cure_now", "en")
    await world.deliver(EMAIL)
    letter = world.fakes[EMAIL].sent[-1]
    assert letter.words["date"] == "February 28, 2027"
    assert "[[date]]" in letter.mail.text


async def test_who_moved_reads_the_new_county_and_both_lines(world):
    await about(world, "moved_county", "en")
    await world.rows("UPDATE member SET to_county_code = '19'")
    await world.deliver(SMS)
    body = world.fakes[SMS].sent[-1].body
    assert "to Los Angeles County" in body
    assert {"(866) 613-3777", "(800) 281-9799"} <= set(re.findall(r"\(\d{3}\) \d{3}-\d{4}", body))


async def test_words_that_need_a_day_which_nobody_knows_do_not_go_out(world):
    await about(world, "cure_now", "en", day=None)
    await world.deliver(SMS)
    assert world.fakes[SMS].sent == []
    assert await world.end(SMS) == "canceled cannot_render"


async def test_an_e_mail_to_a_household_greets_nobody_by_name(world):
    await world.tell(a_member(), subject="M-1")
    await world.tell(a_member(first_name="Eva"), subject="M-2")
    await world.plan()
    await world.rows(
        "UPDATE message m SET bundled_into = first.id, status = 'skipped', reason = 'household' FROM message first"
        " WHERE (m.channel, first.channel) = ('email', 'email') AND (m.status, first.status) = ('planned', 'planned')"
        " AND m.id > first.id"
    )
    await world.at(NINE)
    await world.deliver(EMAIL)
    (letter,) = world.fakes[EMAIL].sent
    assert not {"Ana", "Eva"} & set(re.findall(r"\w+", " ".join(letter.words.values())))
