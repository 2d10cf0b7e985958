import pytest

from channels.twilio.voices import VOICES, voice_for


@pytest.mark.parametrize("language", ["en", "es", "vi", "zh-Hans", "zh-Hant", "yue", "ko"])
def test_the_languages_that_are_shipped_are_spoken(language):
    assert voice_for(language) == VOICES[language]


@pytest.mark.parametrize(("tag", "spoken"), [("es-MX", "es"), ("zh-Hant-HK", "zh-Hant"), ("en-US", "en")])
def test_a_longer_tag_is_spoken_like_the_shorter_one(tag, spoken):
    assert voice_for(tag) == VOICES[spoken]


@pytest.mark.parametrize("language", ["fa", "hy", "km", "lo", "hmn", "ium", "zh", ""])
def test_a_language_without_a_voice_is_not_spoken_by_another_one(language):
    assert voice_for(language) is None


def test_a_voice_belongs_to_its_language():
    for voice in VOICES.values():
        google = voice.name.startswith("Google.")
        assert not google or voice.name.startswith(f"Google.{voice.language}-")
