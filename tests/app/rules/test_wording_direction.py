import pytest

from app.rules.wording import MARKS
from app.rules.wording_direction import in_html, in_plain_text, is_right_to_left


@pytest.mark.parametrize("language", ["ar", "fa"])
def test_what_is_not_of_the_language_is_kept_apart(language):
    assert is_right_to_left(language)
    assert in_plain_text(language)["phone"] == ("\u2066", "\u2069")
    assert in_plain_text(language)["agency"] == ("\u2068", "\u2069")
    assert in_html(language)["code"] == ('<bdi dir="ltr">', "</bdi>")
    assert in_html(language)["postal_address"] == ("<bdi>", "</bdi>")


@pytest.mark.parametrize("language", ["en", "vi", "zh-Hant", "hy", "hmn", "xx"])
def test_other_languages_need_nothing(language):
    assert not is_right_to_left(language)
    assert in_plain_text(language) == in_html(language) == {}


def test_every_mark_it_knows_is_one():
    assert set(in_html("fa")) <= MARKS
