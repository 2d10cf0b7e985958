import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.authenticity import read_code


@pytest.mark.parametrize(
    "typed",
    [
        "K7QF2M4P",
        "k7qf2m4p",
        " K7QF-2M4P. ",
        "K 7 Q F 2 M 4 P",
        "Ｋ７ＱＦ２Ｍ４Ｐ",
        "Code K7QF2M4P",
        "K7QF\u200b2M4P",
        "Mã tin K7QF2M4P",
        "mã: K7QF 2M4P",
        "Código K7QF2M4P",
        "Mensaje K7QF2M4P",
        "Mensahe: K7QF-2M4P",
        "код K7QF2M4P",
        "VERIFY K7QF2M4P",
        "Code: K7QF2M4P thanks",
        "is it real? K7QF2M4P",
    ],
)
def test_a_code_is_read_however_it_was_typed(typed):
    assert read_code(typed) == "K7QF2M4P"


@given(st.text(max_size=300))
def test_any_text_is_read_as_capitals_and_digits_or_nothing(typed):
    code = read_code(typed)
    assert len(code) <= 16
    assert code == "".join(sign for sign in code if sign in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
