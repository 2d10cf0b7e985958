import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.keywords import HELP_WORDS, START_WORDS, Meaning, meaning, plain

# The words by which people of each language stop texts; which of them a native speaker still has to check is
# told in docs. English: 47 CFR 64.1200(a)(10) and the carriers' own sets.
STOP_WORDS = {
    "en": ["STOP", "STOPALL", "STOP ALL", "QUIT", "END", "REVOKE", "OPT OUT", "OPTOUT", "OPT-OUT", "CANCEL",
           "UNSUBSCRIBE", "REMOVE"],
    "es": ["ALTO", "PARAR", "PARE", "BASTA", "CANCELAR", "DETENER", "SALIR", "NO MAS", "NO MÁS"],
    "vi": ["DUNG", "DỪNG", "NGUNG", "NGỪNG", "HUY", "HỦY", "THOI", "THÔI"],
    "zh": ["停", "停止", "退订", "退訂", "取消", "不要", "TD"],
    "ko": ["중지", "정지", "그만", "취소", "수신거부"],
    "ar": ["توقف", "إيقاف", "ايقاف", "إلغاء", "الغاء"],
    "fa": ["توقف", "لغو", "قطع"],
    "ru": ["СТОП", "ОТПИСАТЬСЯ", "ОТМЕНА"],
    "uk": ["СТОП", "ВІДПИСАТИСЯ", "СКАСУВАТИ"],
    "tl": ["TIGIL", "ITIGIL", "HINTO", "IHINTO"],
    "hy": ["ՍՏՈՊ", "ԴԱԴԱՐԵՑՆԵԼ"],
    "ja": ["停止", "配信停止", "解除"],
    "th": ["หยุด", "ยกเลิก"],
    "km": ["ឈប់", "បញ្ឈប់"],
    "lo": ["ຢຸດ", "ຍົກເລີກ"],
    "hi": ["रोको", "बंद"],
    "pa": ["ਰੋਕੋ", "ਬੰਦ"],
    "hmn": ["TSUM", "NRES"],
}  # fmt: skip
EVERY_STOP = [(language, word) for language, words in STOP_WORDS.items() for word in words]
NOISE = st.text(st.sampled_from(" \t\n.,!?¡¿。!…*\"'()-_❤🛑\u200b\u200e\ufeff"), max_size=5)
QUESTIONS = [
    "Who is this?", "When does my renewal end?", "I already sent the form, please don't cancel my Medi-Cal",
    "What do I need to remove from the form?", "My coverage will end when?", "I can't stop by the office today",
    "¿Tengo que cancelar algo?", "Necesito ayuda con el alto costo", "Gracias", "OK", "ok thanks", "1", "?", "",
    "Tôi không hủy bảo hiểm", "我不要紧", "我的保险什么时候停止", "그만두지 않았어요", "Спасибо",
    "Is it near the bus stop", "Weekend", "stopped by", "ends",
    "Shukran", "👍", "send", "Todd", "TDD", "nonstop", "My name is Paré-Lopez", "Enda", "Quito", "Bastan", "Pareja",
]  # fmt: skip


def full_width(word):
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in word)


def without_accents(word):
    """As people type on a keyboard without accents; a letter that is a word's own body stays."""
    return "".join(sign for sign in unicodedata.normalize("NFD", word) if not 0x300 <= ord(sign) < 0x370)


SPELLINGS = [str, str.lower, str.title, full_width, without_accents, lambda word: unicodedata.normalize("NFD", word)]


@given(st.sampled_from(EVERY_STOP), st.sampled_from(SPELLINGS), NOISE, NOISE)
def test_a_stop_word_in_any_spelling_and_with_noise_around_it_stops(entry, spelling, before, after):
    assert meaning(f"{before}{spelling(entry[1])}{after}") is Meaning.STOP


@pytest.mark.parametrize(("language", "word"), EVERY_STOP)
def test_every_stop_word_stops(language, word):
    assert {meaning(form) for form in (word, word.lower(), f" {word}!!", f'"{word}".')} == {Meaning.STOP}, language


@pytest.mark.parametrize(
    "body",
    [
        "STOP please", "Stop texting me", "please stop sending me these", "UNSUBSCRIBE me", "i want to opt out",
        "STOP\nSent from my iPhone", "stop!!! wrong number", "pls no more texts", "STOP.", "stop 🛑",
        "Ｓｔｏｐ", "opt  out", "Opt-Out!", "stopall now", "don't stop by, but stop messaging me", "please STOP",
        "just please stop",
        "stop calling",
    ],
)  # fmt: skip
def test_when_in_doubt_it_stops(body):
    assert meaning(body) is Meaning.STOP


@pytest.mark.parametrize("body", QUESTIONS)
def test_an_ordinary_question_does_not_stop_anything(body):
    assert meaning(body) is Meaning.OTHER


@pytest.mark.parametrize(
    ("words", "what"), [(START_WORDS, Meaning.START), (HELP_WORDS, Meaning.HELP)], ids=["start", "help"]
)
def test_start_and_help_words_mean_what_they_say(words, what):
    for word in words.split("|"):
        assert {meaning(form) for form in (word, word.lower(), f"{word}!", full_width(word))} == {what}


def test_start_and_help_count_only_as_a_whole_message():
    assert meaning("yes I will send the form") is Meaning.OTHER
    assert meaning("can you help me with the form") is Meaning.OTHER


@given(st.text(max_size=200))
def test_any_text_has_a_meaning_and_folding_it_twice_changes_nothing(body):
    assert meaning(body) in Meaning
    assert plain(plain(body)) == plain(body)
