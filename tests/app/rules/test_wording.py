import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.facts import Channel
from app.rules.wording import (
    MARKS,
    BadTemplate,
    MissingWord,
    Review,
    Template,
    choose,
    fill,
    join,
    parse_text,
    prepare,
    with_help,
)


def said(source: str, **words: str) -> str:
    return fill(parse_text(source), words)


def test_a_text_is_filled_with_its_words():
    assert said("{agency}: {month}.", agency="Orange", month="May 2027") == "Orange: May 2027."


def test_a_percent_sign_is_just_a_sign():
    assert said("100% of {agency}", agency="5%s") == "100% of 5%s"


def test_a_missing_word_is_named():
    with pytest.raises(MissingWord, match="month"):
        said("{agency} {month}", agency="Orange")


@pytest.mark.parametrize(
    "source",
    [
        "{case_number}", "{}", "{agency", "agency}", "{agency.name}", "{agency!r}", "{0}",
        "{{agency}}", "[[agency]]", "to the\u202eright", "a\ttab",
    ],
)  # fmt: skip
def test_anything_else_in_braces_is_refused(source):
    with pytest.raises(BadTemplate) as refused:
        parse_text(source, "en/welcome body")
    assert refused.value.where == "en/welcome body"
    assert refused.value.mend


def test_a_word_with_braces_stays_what_it_is():
    assert said("Hello {first_name}", first_name="{code}") == "Hello {code}"


def test_a_word_cannot_bring_lines_or_turn_the_text_around():
    assert said("Hi {first_name}!", first_name="A\r\nB\u202eC\u2066\x00D") == "Hi A BCD!"


def test_a_word_is_cut_to_its_length():
    assert len(said("{first_name}", first_name="a" * 500)) == 40


def test_names_keep_their_apostrophes_accents_and_emoji():
    assert said("{first_name}", first_name="D'Ángel 🌻") == "D'Ángel 🌻"


def test_preparing_leaves_the_personal_marks():
    text = prepare(parse_text("{agency}: {month}, {code}"), {"agency": "Orange", "code": "K7"})
    assert text.source == "Orange: {month}, K7"
    assert fill(text, {"month": "May 2027"}) == "Orange: May 2027, K7"


def test_a_shared_word_with_braces_is_no_mark():
    text = prepare(parse_text("{agency} {month}"), {"agency": "{code} 100%"})
    assert fill(text, {"month": "May"}) == "{code} 100% May"


@given(st.lists(st.sampled_from(sorted(MARKS)) | st.text("abc %.é中", max_size=9), max_size=9))
def test_a_text_is_given_back_as_it_was_written(parts):
    source = "".join(f"{{{part}}}" if part in MARKS else part for part in parts).strip()
    assert parse_text(source).source == source


@given(st.text(max_size=60), st.text(max_size=60))
def test_preparing_and_filling_at_once_say_the_same(agency, month):
    text = parse_text("{agency}: {month}")
    prepared = fill(prepare(text, {"agency": agency}), {"month": month})
    assert prepared == fill(text, {"agency": agency, "month": month})


def test_texts_join_without_the_empty_ones():
    texts = (parse_text("{agency}"), parse_text(""), parse_text("{code}!"))
    assert join(texts, " / ").source == "{agency} / {code}!"


def test_the_language_help_stands_on_its_own_line():
    assert with_help(parse_text("{agency}"), parse_text("{phone}")).source == "{agency}\n{phone}"
    assert with_help(parse_text("{agency}"), None).source == "{agency}"


def template(key: str, language: str) -> Template:
    return Template(key, language, Review.DRAFT, "service", sms=parse_text(language))


SHIPPED = {
    (key, language): template(key, language)
    for key, language in [
        ("help", "en"), ("help", "zh-Hant"), ("language_help", "en"), ("language_help", "es"),
    ]
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "chosen", "help_in"),
    [
        ("en", "en", None),
        ("zh-Hant", "zh-Hant", None),
        ("yue", "zh-Hant", None),
        ("es", "en", "es"),
        ("fa", "en", "en"),
    ],
)
def test_english_with_language_help_stands_in(language, chosen, help_in):
    found, helped = choose(SHIPPED, "help", Channel.SMS, language)
    assert found.language == chosen
    assert (helped.language if helped else None) == help_in


def test_a_key_that_nobody_wrote_is_an_error():
    with pytest.raises(KeyError):
        choose(SHIPPED, "help", Channel.VOICE, "en")
