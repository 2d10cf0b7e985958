"""Choices as they are typed, and what differs."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.choices import (
    ChoiceFault,
    Chosen,
    Helper,
    Limits,
    Wanted,
    arranged,
    differences,
    hour_name,
    in_force,
    masked,
    read_helper,
    read_hours,
    read_pause,
    read_word,
    with_the_rest,
)
from app.rules.facts import Channel
from app.rules.keywords import Meaning, meaning

SMS, EMAIL, VOICE = Channel.SMS, Channel.EMAIL, Channel.VOICE
TODAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("first", "last", "hours"),
    [("", "", None), ("9", "11", (9, 11)), ("10", "", (10, 20)), ("", "12", (9, 12)), ("18", "20", (18, 20)),
     ("9", "10", ChoiceFault.HOURS), ("12", "12", ChoiceFault.HOURS), ("15", "11", ChoiceFault.HOURS),
     ("8", "12", ChoiceFault.HOURS), ("9", "21", ChoiceFault.HOURS), ("x", "12", ChoiceFault.HOURS),
     ("٩", "12", ChoiceFault.HOURS), ("-9", "12", ChoiceFault.HOURS), ("9" * 50, "", ChoiceFault.HOURS)],
)  # fmt: skip
def test_hours_leave_two_hours_of_the_day(first, last, hours):
    assert read_hours(first, last) == hours


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("", None),
        ("2026-11-03", date(2026, 11, 3)),
        ("2027-11-03", date(2027, 11, 3)),
        ("2026-11-02", ChoiceFault.PAUSE),
        ("2027-11-04", ChoiceFault.PAUSE),
        ("next week", ChoiceFault.PAUSE),
        ("9999-99-99", ChoiceFault.PAUSE),
    ],
)
def test_a_pause_ends_within_a_year(text, day):
    assert read_pause(text, TODAY) == day


@pytest.mark.parametrize(
    ("name", "relation", "helper"),
    [
        ("", "", None),
        ("Ana", "parent", Helper("Ana", "parent")),
        ("O'Neil", "family", Helper("O'Neil", "family")),
        ("Ngọc", "guardian", Helper("Ngọc", "guardian")),
        ("Ana", "none", Helper()),
        ("", "none", Helper()),
        ("", "parent", ChoiceFault.NAME),
        ("Ana", "", ChoiceFault.NAME),
        ("Ana", "boss", ChoiceFault.NAME),
        ("Ana Li", "parent", ChoiceFault.NAME),
        ("😀", "parent", ChoiceFault.NAME),
        ("a.com/x", "parent", ChoiceFault.NAME),
    ],
)
def test_a_helper_has_one_first_name_and_is_somebody(name, relation, helper):
    assert read_helper(name, relation) == helper


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", None),
        (" Magnolia ", "Magnolia"),
        ("hoa2026", "hoa2026"),
        ("木蘭花", "木蘭花"),
        ("ماگنولیا", "ماگنولیا"),
        ("ab", ChoiceFault.WORD),
        ("x" * 21, ChoiceFault.WORD),
        ("two words", ChoiceFault.WORD),
        ("12345", ChoiceFault.WORD),
        ("STOP", ChoiceFault.WORD),
        ("Ｓｔｏｐ", ChoiceFault.WORD),
        ("alto", ChoiceFault.WORD),
        ("a-b-c", ChoiceFault.WORD),
        ("{agency}", ChoiceFault.WORD),
        ("<b>x</b>", ChoiceFault.WORD),
        ("😀😀😀", ChoiceFault.WORD),
        ("x²y", ChoiceFault.WORD),
    ],
)
def test_a_safe_word_is_one_word_and_no_stop(text, word):
    assert read_word(text) == word


@given(st.text(max_size=24))
def test_whatever_is_kept_as_a_word_is_short_and_stops_nothing(text):
    word = read_word(text)
    if isinstance(word, str) and not isinstance(word, ChoiceFault):
        assert 3 <= len(word) <= 20
        assert " " not in word
        assert meaning(word) is not Meaning.STOP


@pytest.mark.parametrize(
    ("places", "order"),
    [([(SMS, "2"), (EMAIL, "1")], (EMAIL, SMS)), ([(SMS, "1"), (EMAIL, "1")], (SMS, EMAIL)),
     ([(SMS, ""), (EMAIL, "3")], (EMAIL, SMS)), ([(SMS, "x" * 9), (VOICE, "")], (VOICE, SMS)), ([], ())],
)  # fmt: skip
def test_channels_stand_in_the_order_of_their_places(places, order):
    found = arranged(places)
    assert set(found) == set(order)
    assert found == order or not all(len(place) == 1 for _, place in places)


@pytest.mark.parametrize(
    ("before", "after"),
    [(None, ["email", "voice"]), (["sms"], ["email"]), (["voice", "sms"], ["email", "voice"]), ([], ["email"])],
)
def test_what_was_not_to_choose_from_stays(before, after):
    assert with_the_rest([EMAIL], before, {SMS, EMAIL}) == after


def test_only_what_differs_is_a_change():
    shown = Chosen((SMS,), "en", "en", Limits((9, 12)))
    assert list(differences(shown, Wanted(shown))) == []
    wanted = Chosen((EMAIL, SMS), "vi", "en", Limits(None, date(2026, 12, 1), ("medi_cal",)))
    assert list(differences(shown, Wanted(wanted, Helper("Bo", "family"), "Magnolia"))) == [
        ("channels", "email,sms"), ("language_written", "vi"), ("hours", ""), ("paused_until", "2026-12-01"),
        ("programs", "medi_cal"), ("representative", "family"), ("safe_word", "set"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "address", "shown"), [("phone", "+17145552345", "•••45"), ("email", "ana@example.org", "a•••@•••")]
)
def test_a_masked_address_tells_little(kind, address, shown):
    assert masked(kind, address) == shown


@pytest.mark.parametrize("language", ["en", "es", "vi", "zh-Hans", "zh-Hant", "ko", "fa", "ar", "hy", "ru", "km", "xx"])
def test_an_hour_has_a_name_in_each_language(language):
    assert any(sign.isdigit() for sign in hour_name(13, language))


def test_a_pause_that_is_over_is_none():
    assert in_force(Limits(None, TODAY), TODAY) == Limits()
    assert in_force(Limits(None, date(2026, 11, 3)), TODAY).paused_until == date(2026, 11, 3)
