from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.rules.call_menu import Facts, Menu, Place, Said, State, Turn
from app.rules.call_parts import _SAYS, CHOOSES, parts
from app.rules.clip_scripts import SCRIPTS
from app.rules.wording_call import KEY_OF, MENU_WORDS, PARTS

STATE = State(Place.MESSAGE, "en")
ALL = Facts(("en", "es"), office_open=True, can_text=True)


def hints(menu, facts):
    return parts(menu, Turn(Said.HINTS, STATE), facts)


def test_a_key_is_offered_only_where_it_works():
    assert hints(Menu.REMINDER, ALL) == ("stop_hint", "repeat_hint", "language_hint", "county_hint", "text_hint")
    assert hints(Menu.REMINDER, Facts(("en",))) == ("stop_hint", "repeat_hint", "county_hint")
    assert hints(Menu.CODE, ALL) == ("stop_hint", "repeat_hint")
    assert hints(Menu.INBOUND, Facts(number_known=False)) == ("stop_hint", "repeat_hint", "county_hint")


def test_a_closed_office_offers_a_text_if_one_can_be_sent():
    closed = Turn(Said.CLOSED, STATE)
    assert parts(Menu.REMINDER, closed, ALL) == ("closed", "text_hint")
    assert parts(Menu.REMINDER, closed, Facts()) == parts(Menu.INBOUND, closed, ALL) == ("closed",)


def test_a_closed_office_that_gave_no_hours_asks_to_call_later():
    assert parts(Menu.REMINDER, Turn(Said.CLOSED, STATE), replace(ALL, hours_given=False)) == (
        "not_connected", "text_hint",
    )  # fmt: skip


@given(st.sampled_from(Menu), st.sampled_from(Said))
def test_every_part_has_words_for_a_voice_and_a_script_for_clips(menu, said):
    for part in parts(menu, Turn(said, STATE), ALL):
        assert part in PARTS or part in MENU_WORDS or part == "consent"
        assert part in SCRIPTS
    assert said in _SAYS
    assert set(Said) >= CHOOSES


def test_every_hint_names_a_key_of_its_own():
    offered = [KEY_OF[hint] for hint in hints(Menu.REMINDER, ALL) if hint in KEY_OF]
    assert len(set(offered)) == len(offered)
