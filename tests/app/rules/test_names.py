import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.names import read_first_name


@pytest.mark.parametrize(
    "name", ["Andrés", "Thảo", "Ольга", "지현", "小红", "مریم", "សុភា", "ਗੁਰਪ੍ਰੀਤ", "Mary Ann", "O'Neil", "Jean-Luc"]
)
def test_names_of_every_script_are_kept(name):
    assert read_first_name(f" {name} ") == name


def test_a_suffix_on_another_line_is_no_part_of_a_first_name():
    assert read_first_name('Lucía\n"Jr"') == "Lucía"


@pytest.mark.parametrize("text", ["", "=1+1", "http://x.example", "A1", "<b>", "Jr", "x" * 61, "a@example.org"])
def test_what_could_do_harm_in_a_text_is_no_name(text):
    assert read_first_name(text) is None


@given(st.text())
def test_no_text_makes_the_reader_raise_and_no_name_holds_marks(text):
    name = read_first_name(text)
    assert name is None or not set(name) & set("0123456789@/:<>={}[]\n\r\t")
