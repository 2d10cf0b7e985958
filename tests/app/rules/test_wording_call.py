from datetime import time

import pytest

from app.rules.office_hours import Hours
from app.rules.wording import MissingWord, Voice, parse_text
from app.rules.wording_call import MENU_WORDS, CallWords, call_problems, compose_call, say_hours

VOICE = Voice(
    greeting=parse_text("This is {agency}."),
    stop_hint=parse_text("To stop, press 9."),
    body=(parse_text("In {month}."), parse_text("Call {phone}.")),
    repeat_hint=parse_text(""),
    goodbye=parse_text("Code {code}."),
)
STOPPED = Voice(parse_text("{agency}."), parse_text(""), (parse_text("No more."),), parse_text(""), parse_text("Bye."))
MENU = {
    "choose": parse_text("For English, press {key}."),
    "days": parse_text("{day} to {last_day}, {opens} to {closes}"),
    "one_day": parse_text("{day}, {opens} to {closes}"),
    "morning": parse_text("{hour} AM"),
    "morning_past": parse_text("{hour}:{minute} AM"),
    "afternoon": parse_text("{hour} PM"),
    "afternoon_past": parse_text("{hour}:{minute} PM"),
}
SHARED = {"agency": "Orange", "phone": "(800) 281-9799"}
OWN = {"month": "May 2027", "code": "K7QF"}
WORDS = CallWords(VOICE, {"voicemail": VOICE, "stop_confirmation": STOPPED}, MENU, (parse_text("Help: {phone}."),))


def test_a_call_says_who_calls_and_how_to_stop_first():
    assert compose_call(VOICE, SHARED | OWN).whole.splitlines() == [
        "This is Orange.",
        "To stop, press 9.",
        "In May 2027.",
        "Call 8 0 0, 2 8 1, 9 7 9 9.",
        "Code K, 7, Q, F.",
    ]


def test_a_call_with_a_missing_word_is_not_made():
    with pytest.raises(MissingWord, match="month"):
        compose_call(VOICE, SHARED | {"code": "K7"})


def test_a_part_is_said_sentence_by_sentence():
    assert WORDS.say("message", SHARED | OWN)[:3] == ["This is Orange.", "To stop, press 9.", "In May 2027."]
    assert WORDS.say("goodbye", SHARED | OWN) == ["Code K, 7, Q, F."]
    assert WORDS.say("choose", {"key": "2"}) == ["For English, press 2."]
    assert WORDS.say("repeat_hint", {}) == []


def test_the_language_help_is_the_last_sentence_of_message_and_voicemail():
    help_line = "Help: 8 0 0, 2 8 1, 9 7 9 9."
    assert WORDS.say("message", SHARED | OWN)[-1] == help_line
    assert help_line in WORDS.say("voicemail", SHARED | OWN)
    assert WORDS.say("stopped", SHARED) == ["Orange.", "No more.", "Bye."]


def test_hours_are_said_in_the_language():
    hours = (Hours((0, 1, 2, 3, 4), time(8), time(17)), Hours((5,), time(9, 30), time(12, 15)))
    assert say_hours(hours, MENU, "en") == "Monday to Friday, 8 AM to 5 PM; Saturday, 9:30 AM to 12:15 PM"
    assert say_hours(hours[:1], MENU, "es").startswith("lunes to viernes")


def test_a_menu_that_lacks_something_says_what():
    problems = [
        what for what, _ in call_problems(MENU | {"more": parse_text("More?"), "closed": parse_text("Closed.")})
    ]
    assert "connecting is missing" in problems
    assert "{hours} is missing in closed" in problems
    assert "more does not name its key" in problems
    assert len(call_problems({})) == len(MENU_WORDS)
