from datetime import date, time

import pytest

from app.rules.clip_scripts import _MARKS, SCRIPTS, TEMPLATES, ClipWords, pieces
from app.rules.clips import NAMES
from app.rules.office_hours import Hours

WORDS = ClipWords("Orange", "+18002819799", "+17145550199", "BenefitsCal.com", code="K7QF", month=date(2027, 2, 1))


def heard(part, words=WORDS):
    return [piece.clip or f"“{piece.english}”" for piece in pieces(part, words)]


def test_a_message_names_the_agency_first_then_how_to_stop_then_the_month():
    said = heard("message")
    assert said[:6] == ["greeting", "“Orange”", "stop_hint", "about", "month_is", "month_02"]
    assert said[said.index("call_for_help") + 1 :][:3] == ["number_8", "number_0", "number_0"]
    assert said[-1] == "“BenefitsCal.com”"


def test_a_number_is_said_digit_by_digit_without_the_country_code():
    assert heard("not_connected")[1:] == [f"number_{digit}" for digit in "7145550199"]


def test_a_machine_hears_the_number_twice_and_no_program():
    said = heard("voicemail")
    assert said.count("number_7") == 2  # once in each number
    assert {"about", "month_is", "letter"}.isdisjoint(said)
    assert "“K, 7, Q, F”" in said


def test_hours_are_said_day_by_day():
    hours = (Hours((0, 1), time(8), time(17)), Hours((5,), time(9, 30), time(12)))
    assert heard("closed", ClipWords("O", "1", "2", "p", hours=hours))[1:-2] == [
        "day_monday", "day_tuesday", "hours_from", "number_8", "morning", "hours_until", "number_5", "afternoon",
        "day_saturday", "hours_from", "number_9", "minutes_30", "morning", "hours_until", "number_12", "afternoon",
    ]  # fmt: skip


def test_a_time_that_has_no_clip_is_said_in_english():
    hours = (Hours((0,), time(8, 10), time(17)),)
    assert "“8:10 AM”" in heard("closed", ClipWords("O", "1", "2", "p", hours=hours))


def test_a_language_is_chosen_by_a_digit():
    assert heard("choose", ClipWords("O", "1", "2", "p", key="6")) == ["choose", "number_6"]


@pytest.mark.parametrize("part", SCRIPTS)
def test_every_script_is_made_of_clips_that_a_table_must_have(part):
    assert {name for name in SCRIPTS[part] if name not in _MARKS} <= set(NAMES)
    assert {piece.clip for piece in pieces(part, WORDS)} <= {*NAMES, ""}


def test_every_clip_is_used():
    used = {name for script in SCRIPTS.values() for name in script}
    unused = {name for name in NAMES if name not in used}
    assert {name.partition("_")[0] for name in unused} == {"month", "number", "day", "hours", "minutes", "morning",
                                                           "afternoon"}  # fmt: skip
    assert set(TEMPLATES.values()) <= set(SCRIPTS)
