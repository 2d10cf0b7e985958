import pytest

from app.rules.readability import grade, sentences, syllables


@pytest.mark.parametrize(
    ("word", "count"),
    [("cat", 1), ("renew", 2), ("renewal", 3), ("code", 1), ("stopped", 1), ("letter", 2), ("nth", 1)],
)
def test_syllables_are_counted_by_vowels(word, count):
    assert syllables(word) == count


def test_sentences_end_in_every_script():
    assert sentences("One. Two? 三。四！다섯입니다.") == ["One.", "Two?", "三。", "四！", "다섯입니다."]


def test_a_wide_space_ends_a_sentence_of_thai_which_has_no_stop():
    assert sentences("โทร {phone} หรือไปที่ {portal}  บริการฟรี") == ["โทร {phone} หรือไปที่ {portal}", "บริการฟรี"]


def test_sentences_of_hindi_and_punjabi_end_with_a_stroke():
    assert sentences("मदद मुफ़्त है। कॉल करें।") == ["मदद मुफ़्त है।", "कॉल करें।"]


def test_sentences_of_arabic_and_armenian_end_with_their_own_marks():
    assert sentences("هل انتقلتم؟ أبلغوا مقاطعتكم.") == ["هل انتقلتم؟", "أبلغوا مقاطعتكم."]
    assert sentences("Հարցեր ունե՞ք։ Զանգահարեք։") == ["Հարցեր ունե՞ք։", "Զանգահարեք։"]


def test_an_address_is_not_the_end_of_a_sentence():
    assert sentences("Go to BenefitsCal.com now.") == ["Go to BenefitsCal.com now."]


def test_plain_words_need_fewer_years_at_school():
    easy = grade("Your county may mail you a letter. Please answer it.")
    hard = grade("Eligibility redetermination documentation necessitates immediate verification.")
    assert easy < 6.9 < hard


def test_a_text_without_words_is_easy():
    assert grade("123") == 0.0
