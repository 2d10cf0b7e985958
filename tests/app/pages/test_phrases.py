"""What a page says, phrase by phrase."""

from datetime import date

import pytest

from app.pages.phrases import Phrase, Said
from app.rules.wording import parse_text

CALL = parse_text("Call {phone} of {agency}.")


def phrase(source, language="en", **words):
    return Phrase(parse_text(source), language, words)


def test_numbers_and_addresses_are_kept_whole_in_any_direction():
    assert phrase("اتصل {phone}.", "ar", phone="(800) 281-9799").__html__() == (
        'اتصل <bdi dir="ltr">(800) 281-9799</bdi>.'
    )
    assert phrase("{agency}:", agency="Orange").__html__() == "<bdi>Orange</bdi>:"


def test_a_phone_can_be_called_with_one_touch():
    said = Phrase(CALL, "en", {"phone": "711", "agency": "O"}, {"phone": "tel:711"})
    assert '<a href="tel:711" rel="noreferrer"><bdi dir="ltr">711</bdi></a>' in str(said)


def test_what_stands_for_a_mark_is_escaped():
    assert "<b>" not in str(phrase("<i>{agency}", agency='<b>"&'))
    assert str(phrase("<i>{agency}", agency="x")).startswith("&lt;i&gt;")


@pytest.mark.parametrize("words", [{}, {"fraud_email": ""}])
def test_a_line_without_its_word_is_not_said(words):
    said = phrase("Or write to {fraud_email}.", **words)
    assert (bool(said), str(said), said.plain) == (False, "", "")


def test_further_words_are_put_in_by_calling_it():
    assert phrase("Code for {address}")(address="a@b.example").plain == "Code for a@b.example"


def test_a_day_is_written_as_the_language_does():
    day = date(2027, 2, 28)
    assert phrase("on {date}", date=day).plain == "on February 28, 2027"
    assert phrase("ngày {date}", "vi", date=day).plain == "ngày 28 tháng 2, 2027"


def test_what_a_language_lacks_is_said_in_english_and_marked_as_such():
    english = {"title": parse_text("Hello"), "late": parse_text("New")}
    said = Said({"title": parse_text("مرحبا")}, "ar", english=english, words={}, links={})
    assert str(said.title) == "مرحبا"
    assert str(said.late) == '<span lang="en" dir="ltr">New</span>'
    assert said.late.plain == "New"
    assert "late" in said
    assert "none" not in said


def test_a_part_that_nobody_wrote_is_a_mistake_of_the_page():
    said = Said({}, "en", english={}, words={}, links={})
    assert not hasattr(said, "none")


def test_from_right_to_left_a_latin_name_stays_on_one_line():
    assert str(phrase("تجديد Medi-Cal", "ar")) == 'تجديد <span class="kc-whole">Medi-Cal</span>'
    assert str(phrase("Renew Medi-Cal")) == "Renew Medi-Cal"
