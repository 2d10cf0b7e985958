from datetime import timedelta

import pytest

from app.pipeline.calls import SPOKEN_IN_ENGLISH
from app.rules.reasons import sentence
from channels.signals import Status
from tests.app.pipeline.phones import OPEN_ON_WEEKDAYS, called
from tests.app.pipeline.world import TEN, VOICE

ARMENIAN = {"language_spoken": "hy", "language_written": "hy"}
KHMER = {"language_spoken": "km", "language_written": "en"}
WITHOUT_A_VOICE = {"hy", "fa", "km", "lo", "hmn", "ium"}


@pytest.fixture
async def armenian(world):
    """A call to Ana, who speaks Armenian here, for which there are recordings and no voice."""
    world.fakes[VOICE].mute = WITHOUT_A_VOICE
    await world.services.tenancy.add(OPEN_ON_WEEKDAYS)
    return await called(world, **ARMENIAN)


def clips_of(call):
    return [line.clip_url.rpartition("/")[2].removesuffix(".wav") for line in call.script.lines if line.clip_url]


async def test_who_speaks_a_language_without_a_voice_hears_its_clips(armenian):
    said = await armenian.answer()
    assert clips_of(armenian)[:5] == ["greeting", "stop_hint", "about", "month_is", "month_02"]
    assert "փետրվար" in said
    assert {line.language for line in armenian.script.lines if line.clip_url} == {"hy"}


async def test_what_has_no_clip_is_said_in_english_between_them(armenian):
    await armenian.answer()
    spoken = [line for line in armenian.script.lines if not line.clip_url]
    assert [(line.words, line.language) for line in spoken] == [
        ("Orange County Social Services Agency", "en"), ("BenefitsCal.com", "en"),
    ]  # fmt: skip


async def test_the_menu_is_in_clips_as_well(world, armenian):
    await armenian.answer()
    await armenian.press("6")
    assert clips_of(armenian) == ["stop_hint", "repeat_hint", "language_hint", "county_hint", "text_hint"]
    await armenian.press("3")
    assert (clips_of(armenian), armenian.script.connect_to) == (["connecting"], "+18002819799")
    await world.at(TEN + timedelta(hours=9))
    await armenian.answer()
    await armenian.press("3")
    assert clips_of(armenian)[:3] == ["closed", "day_monday", "day_tuesday"]
    await armenian.press("4")
    assert clips_of(armenian) == ["text_sent"]
    await armenian.press("9")
    assert clips_of(armenian)[0] == "stopped"
    assert armenian.ended


async def test_a_machine_hears_clips_with_the_number_and_the_code(world, armenian):
    await armenian.answer(machine=True)
    assert clips_of(armenian)[:2] == ["greeting", "voicemail"]
    code = world.fakes[VOICE].sent[0].code
    assert ", ".join(code) in [line.words for line in armenian.script.lines]


async def test_from_clips_one_can_go_on_in_a_voiced_language(armenian):
    await armenian.answer()
    await armenian.presses("22")
    assert set(armenian.languages) == {"es"}
    assert not clips_of(armenian)


async def test_a_call_in_the_own_language_is_not_reported_as_one_in_english(world, armenian):
    await armenian.answer()
    assert await world.end(VOICE) == "sent"


async def test_who_has_neither_voice_nor_clips_hears_english_and_where_help_is(world):
    world.fakes[VOICE].mute = WITHOUT_A_VOICE
    call = await called(world, **KHMER)
    said = await call.answer()
    assert "free help in your language" in said
    assert set(call.languages) == {"en"}
    assert await world.end(VOICE) == f"delivered {SPOKEN_IN_ENGLISH}"
    assert "English" in sentence(SPOKEN_IN_ENGLISH)
    await world.receipt(world.fakes[VOICE].sent[0], Status.DELIVERED, VOICE)
    assert await world.end(VOICE) == f"delivered {SPOKEN_IN_ENGLISH}"


@pytest.mark.parametrize("language", ["hy", "fa"])
async def test_what_no_clip_says_is_heard_in_english_with_where_help_is(world, language):
    """The recordings know the reminder two months before and no other; a date is in none of them."""
    world.fakes[VOICE].mute = WITHOUT_A_VOICE
    call = await called(world, language_spoken=language, language_written=language)
    await world.rows(
        "UPDATE message SET about_on = '2027-02-28', template = 'cure_now', template_version_id ="
        " (SELECT id FROM template_version WHERE key = 'cure_now' AND language = 'en')"
    )
    said = await call.answer()
    assert "by February 28, 2027" in said
    assert "free help in your language" in said
    assert set(call.languages) == {"en"}


async def test_lines_of_other_offices_are_read_aloud_in_groups(world):
    call = await called(world, language_spoken="en", language_written="en")
    await world.rows(
        "UPDATE message SET template = 'ssi_renewal', template_version_id ="
        " (SELECT id FROM template_version WHERE key = 'ssi_renewal' AND language = 'en')"
    )
    assert "8 0 0, 7 7 2, 1 2 1 3" in await call.answer()


async def test_a_machine_that_answers_in_khmer_is_no_person_spoken_to_in_english(world):
    world.fakes[VOICE].mute = WITHOUT_A_VOICE
    call = await called(world, **KHMER)
    assert "free help in your language" in await call.answer(machine=True)
    assert await world.end(VOICE) == "sent"


async def test_unreviewed_clips_are_not_played_to_members(world, armenian):
    world.services.clips.live = True
    assert "free help in your language" in await armenian.answer()
    assert not clips_of(armenian)


async def test_a_reader_of_chinese_hears_mandarin(world):
    call = await called(world, language_written="zh-Hant", language_spoken=None)
    await call.answer()
    assert set(call.languages) == {"zh-Hant"}
    await call.press("2")
    assert "zh-Hans" not in call.languages
    assert "yue" in call.languages


async def test_a_language_with_words_but_without_a_voice_is_not_read_out_by_another(world):
    world.fakes[VOICE].mute = {"vi"}
    call = await called(world, language_spoken="vi", language_written="vi")
    assert "free help in your language" in await call.answer()
    assert set(call.languages) == {"en"}
    assert await world.end(VOICE) == f"delivered {SPOKEN_IN_ENGLISH}"
