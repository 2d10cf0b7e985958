import pytest

from app.rules.keywords import Meaning, meaning
from channels.simulator.tongues import EVERYWHERE, language_of, quick_replies

SAMPLES = {
    "en": "Your Medi-Cal is up for renewal.",
    "es": "Su Medi-Cal se debe renovar. ¿Preguntas?",
    "vi": "Medi-Cal của quý vị đến kỳ gia hạn.",
    "zh-Hans": "您的续保月份是2027年3月。",
    "zh-Hant": "您的續保月份是2027年3月。",
    "ko": "갱신 시기는 2027년 3월입니다.",
    "hy": "Բարև Ձեզ։",
    "fa": "سلام، چگونه کمک بگیرم؟",
    "ar": "مرحبا، هل من مساعدة؟",
    "ru": "Здравствуйте.",
    "km": "សួស្តី",
    "lo": "ສະບາຍດີ",
    "th": "สวัสดี",
    "hi": "नमस्ते",
    "pa": "ਸਤ ਸ੍ਰੀ ਅਕਾਲ",
    "ja": "こんにちは、今月です。",
    "und": "12345",
}


@pytest.mark.parametrize("language", SAMPLES)
def test_letters_tell_the_language(language):
    assert language_of(SAMPLES[language]) == language


def test_every_phone_offers_the_words_that_work_everywhere():
    assert quick_replies("und") == tuple((word, "en") for word in EVERYWHERE)


@pytest.mark.parametrize("language", SAMPLES)
def test_what_a_phone_offers_is_understood_as_it_is_meant(language):
    meant = {Meaning.STOP, Meaning.HELP, Meaning.START}
    words = [word for word, _ in quick_replies(language)]
    assert {meaning(word) for word in words} == meant
    own = words[len(EVERYWHERE) :]
    assert [meaning(word) for word in own] == [Meaning.STOP, Meaning.HELP, Meaning.START][: len(own)]
