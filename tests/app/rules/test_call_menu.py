import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.call_menu import (
    _NEXT,
    KEYS,
    MOST_TURNS,
    Act,
    Facts,
    Menu,
    Place,
    Said,
    State,
    first,
    offered,
    on_the_phone,
    press,
    read_state,
    shown,
)

TAGS = ("en", "es", "vi", "zh-Hans", "yue", "ko", "fa", "hy", "ru", "uk", "tl", "ja", "th", "hi", "pa", "km", "lo")
keys = st.sampled_from(["", *"0123456789", "*", "#", "12"])
facts = st.builds(
    Facts, st.lists(st.sampled_from(TAGS), unique=True).map(tuple), office_open=st.booleans(), can_text=st.booleans(),
    number_known=st.booleans(),
)  # fmt: skip
states = st.builds(
    State, st.sampled_from(Place), st.sampled_from(TAGS), st.integers(1, MOST_TURNS), st.booleans(), st.integers(0, 2)
)
ALL = Facts(TAGS, office_open=True, can_text=True)
MESSAGE = State(Place.MESSAGE, "en")


@given(st.sampled_from(Menu), states, keys, facts)
def test_every_key_in_every_state_leads_somewhere(menu, state, digits, known):
    turn = press(menu, state, digits, known)
    assert turn.said in Said
    assert turn.over or turn.state.place is _NEXT[turn.said]


@given(st.sampled_from(Menu), st.lists(keys, min_size=MOST_TURNS + 2, max_size=MOST_TURNS + 30), facts)
def test_every_call_ends_whatever_is_pressed(menu, pressed, known):
    turn = first(menu, "en", known)
    for digits in pressed:
        if turn.over:
            break
        turn = press(menu, turn.state, digits, known)
    assert turn.over


@given(st.sampled_from(Menu), states, facts)
def test_silence_ends_a_call_after_a_few_turns(menu, state, known):
    turn = press(menu, state, "", known)
    for _ in range(3):
        turn = turn if turn.over else press(menu, turn.state, "", known)
    assert turn.over


@given(st.sampled_from(Menu), states, facts)
def test_nine_stops_everywhere_and_nothing_is_said_after_it(menu, state, known):
    turn = press(menu, state, "9", known)
    assert turn.said is (Said.STOPPED if known.number_known else Said.NO_NUMBER)
    assert turn.over or not known.number_known


@given(states)
def test_a_state_survives_its_journey_through_the_address(state):
    assert read_state(state.part, Place.MESSAGE, "en") == state


@pytest.mark.parametrize(
    "part", ["", "keys", "nonsense/en/1", "keys/en", "keys/en/1/2", "../keys/en/1", "keys-99/en/1"]
)
def test_an_address_that_is_no_state_begins_anew(part):
    assert read_state(part, Place.MESSAGE, "vi") == State(Place.MESSAGE, "vi")


@given(st.text(max_size=40))
def test_no_address_is_too_strange(part):
    assert read_state(part, Place.MESSAGE, "vi").place in Place


def test_every_menu_knows_its_keys_at_every_place():
    assert set(KEYS) == {(menu, place) for menu in Menu for place in Place}
    assert all(keys["9"] is Act.STOP for keys in KEYS.values())
    assert set(_NEXT) == set(Said)


@pytest.mark.parametrize(
    ("key", "said"),
    [("1", Said.MESSAGE), ("2", Said.LANGUAGES), ("3", Said.CONNECTING), ("4", Said.TEXT_SENT), ("9", Said.STOPPED),
     ("5", Said.HINTS), ("8", Said.HINTS), ("", Said.MESSAGE)],
)  # fmt: skip
def test_the_keys_of_a_reminder(key, said):
    assert press(Menu.REMINDER, MESSAGE, key, ALL).said is said


@pytest.mark.parametrize(("key", "said"), [("3", Said.CLOSED), ("4", Said.NO_TEXT), ("2", Said.HINTS)])
def test_what_is_not_possible_is_said(key, said):
    assert press(Menu.REMINDER, MESSAGE, key, Facts(("en",))).said is said


@given(states, facts)
def test_a_chosen_language_is_one_that_was_offered(state, known):
    for key, language in shown(known, state).items():
        assert language in known.languages
        if state.place in {Place.LANGUAGES, Place.WELCOME} and state.turn < MOST_TURNS:
            turn = press(Menu.INBOUND, state, key, known)
            assert (turn.chosen, turn.state.language, turn.said) == (True, language, Said.MESSAGE)


def test_many_languages_come_page_by_page_and_each_once():
    state, seen = press(Menu.REMINDER, MESSAGE, "2", ALL).state, []
    for _ in range(3):
        seen += shown(ALL, state).values()
        state = press(Menu.REMINDER, state, "0", ALL).state
    assert sorted(seen[: len(TAGS) - 1]) == sorted(set(TAGS) - {"en"})
    assert state.page == 1


def test_the_language_that_is_spoken_is_not_offered():
    assert "zh-Hans" not in offered(ALL, State(Place.LANGUAGES, "zh-Hant"))
    assert "en" in offered(ALL, State(Place.WELCOME, "en"))


def test_who_calls_us_chooses_a_language_first_if_there_are_several():
    assert first(Menu.INBOUND, "en", ALL).said is Said.WELCOME
    assert first(Menu.INBOUND, "en", Facts(("en",))).said is Said.MESSAGE
    silent = press(Menu.INBOUND, first(Menu.INBOUND, "en", ALL).state, "", ALL)
    assert (silent.said, silent.state.place) == (Said.MESSAGE, Place.MESSAGE)


def test_a_yes_by_phone_takes_two_keys():
    asked = press(Menu.INBOUND, MESSAGE, "8", ALL)
    assert asked.said is Said.CONSENT
    assert press(Menu.INBOUND, asked.state, "1", ALL).said is Said.STARTED
    assert press(Menu.INBOUND, asked.state, "5", ALL).said is Said.CONSENT


def test_a_caller_without_a_number_can_say_neither_yes_nor_no():
    unknown = Facts(TAGS, number_known=False)
    assert {press(Menu.INBOUND, MESSAGE, key, unknown).said for key in "89"} == {Said.NO_NUMBER}


def test_who_writes_chinese_speaks_mandarin_or_cantonese():
    assert on_the_phone(["en", "zh-Hant", "zh-Hans", "ko"]) == ("en", "zh-Hans", "yue", "ko")
