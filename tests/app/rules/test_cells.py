import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.cells import ascii_digits, fold, says_nothing, tidy, unguarded


@given(st.text())
def test_tidying_twice_changes_nothing_more(text):
    assert tidy(tidy(text)) == tidy(text)


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


def test_spaces_line_breaks_and_invisible_marks_are_tidied_away():
    assert tidy("\u200e 714\u00a0555\r\n0001\u200b ") == "714 555 0001"


def test_spellings_that_differ_only_in_marks_fold_alike():
    assert fold("ESPAÑOL") == fold("espan\u0303ol") == fold("Espanol")
    assert fold("Member_ID") == fold("member id") == "memberid"


@pytest.mark.parametrize("text", ["", " ", "-", "--", "N/A", "n/a", "None", "NO EMAIL", "declined", "#"])
def test_words_for_none_say_nothing(text):
    assert says_nothing(text)


@pytest.mark.parametrize("text", ["0", "Nora", "a@example.org"])
def test_other_words_say_something(text):
    assert not says_nothing(text)


def test_a_spreadsheets_guard_marks_are_taken_off():
    assert unguarded('="911"') == unguarded("'911") == unguarded("911") == "911"


def test_digits_of_other_scripts_become_ours():
    assert ascii_digits("٧١٤") == "714"
