import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.languages import (
    LANGUAGES,
    fallbacks,
    is_without_words,
    language_of,
    read_language,
    spoken,
    written,
)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
def test_a_language_is_known_by_its_tag_its_names_and_its_codes(language):
    for name in (language.tag, language.english, language.own, language.english.upper()):
        assert read_language(name) == language.tag
    for code in language.x12:
        assert read_language(code) == read_language(code.lower()) == language.tag


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("zh-TW", "zh-Hant"),
        ("zh_HK", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("zh_CN.UTF-8", "zh-Hans"),
        ("cmn-Hans", "zh-Hans"),
        ("cmn-Hant-TW", "zh-Hant"),
        ("Chinese-Mandarin", "zh-Hans"),
        ("Chinese-Cantonese", "yue"),
        ("yue", "yue"),
        ("es-PR", "es"),
        ("es-419", "es"),
        ("fil-PH", "tl"),
        ("en-US-u-ca-gregory", "en"),
        ("tieng viet", "vi"),
        ("Khmer", "km"),
        ("mww", "hmn"),
        ("Vietnamese (VIE)", "vi"),
        ("Farsi/Persian", "fa"),
    ],
)
def test_many_spellings_are_one_language(text, tag):
    assert read_language(text) == tag


def test_chinese_alone_means_traditional_characters():
    assert read_language("Chinese") == read_language("CHI") == "zh-Hant"


@pytest.mark.parametrize("text", ["", "Klingon", "ZZZ", "Other", "pa-Arab", "English or Spanish / Korean", "e", "??"])
def test_an_unknown_language_is_none(text):
    assert read_language(text) is None


@pytest.mark.parametrize(
    ("text", "without"), [("French", True), ("pt-BR", True), ("Spanish", False), ("Klingon", False)]
)
def test_real_languages_that_we_have_no_words_in_are_told_apart(text, without):
    assert is_without_words(text) is without


def test_cantonese_is_spoken_as_such_and_written_in_traditional_characters():
    assert (written("yue"), spoken("yue")) == ("zh-Hant", "yue")
    assert language_of("yue").script == "Hant"


def test_words_are_looked_for_in_the_other_script_before_english():
    assert fallbacks("yue") == ("yue", "zh-Hant", "zh-Hans", "en")
    assert fallbacks("vi") == ("vi", "en")
    assert fallbacks("en") == ("en",)


def test_only_farsi_and_arabic_run_from_right_to_left():
    assert [language.tag for language in LANGUAGES if language.rtl] == ["fa", "ar"]


@given(st.text() | st.text(alphabet="zhenHantsCMN-_ ()", max_size=14))
def test_no_text_makes_the_reader_raise_and_what_is_read_is_stable(text):
    tag = read_language(text)
    assert tag is None or read_language(tag) == tag
    is_without_words(text)
    assert fallbacks(text)[-1] == "en"
