import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.joining import YES_WORDS, JoinAsked, is_yes, read_join
from app.rules.keyword_reading import plain
from app.rules.languages import LANGUAGES


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("JOIN", JoinAsked()),
        ("Join VI 92840", JoinAsked("vi", "92840")),
        ("join 92840 vi", JoinAsked("vi", "92840")),
        ("JOIN, Tiếng Việt!", JoinAsked("vi")),
        ("JOIN zh-Hans", JoinAsked("zh-Hans")),
        ("JOIN Cantonese", JoinAsked("zh-Hant")),
        ("JOIN ٩٢٨٤٠", JoinAsked(zip="92840")),
        ("JOIN xx 1234", JoinAsked()),
    ],
)
def test_join_names_a_language_and_a_zip_code_in_any_order(text, asked):
    assert read_join(plain(text)) == asked


@pytest.mark.parametrize("text", ["", "JOINT", "please join", "join " + "word " * 9])
def test_anything_else_is_no_join(text):
    assert read_join(plain(text)) is None


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.tag)
def test_every_language_is_named_by_its_tag_its_own_name_and_in_english(language):
    for name in (language.tag, language.own, language.english):
        assert read_join(plain(f"JOIN {name}")) == JoinAsked(language.tag)


def test_every_word_for_yes_is_a_yes_and_nothing_around_it():
    assert all(is_yes(plain(f" {word}! ")) for word in YES_WORDS.split("|"))
    assert not any(is_yes(plain(text)) for text in ("yes but no", "", "no", "maybe", "STOP"))


@given(st.text())
def test_no_text_breaks_it(text):
    read_join(plain(f"join {text}"))
    is_yes(plain(text))
