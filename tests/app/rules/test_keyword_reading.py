import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.keyword_reading import parts, plain


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("  ＳＴＯＰ!!", "stop"), ("don’t", "dont"), ("Đừng", "dung"), ("إيقاف", "ایقاف"),
        ("نمی\u200cخواهم", "نمیخواهم"),
        ("أوقــف", "اوقف"), ("ज़रा", "जरा"), ("ﾔﾒﾃ", "ヤメテ"), ("Opt-Out", "opt out"), ("🛑\ufe0f", ""), ("ЙОД", "иод"),
        ("դադարեցրե՛ք", "դադարեցրեք"), ("կանգ՜ առեք՞", "կանգ առեք"),
    ],
)  # fmt: skip
def test_a_text_is_folded_however_it_was_typed(body, said):
    assert plain(body) == said


def test_vowel_signs_stay_for_without_them_words_are_others():
    assert plain("बंद") != plain("बद")
    assert plain("หยุด") != plain("หยด")


def test_a_text_is_cut_into_its_sentences():
    assert parts("Wrong number. STOP\nSent from my phone 😀 ok") == ["wrong number", "stop", "sent from my phone", "ok"]
    assert parts("我已经寄了，取消") == ["我已经寄了", "取消"]


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing(body):
    assert plain(plain(body)) == plain(body)
