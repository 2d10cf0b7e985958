import pytest

from app.rules.wording import MissingWord, Voice, parse_text
from app.rules.wording_call import compose_call, prepare_call

VOICE = Voice(
    greeting=parse_text("This is {agency}."),
    stop_hint=parse_text("To stop, press 9."),
    body=(parse_text("In {month}."), parse_text("Call {phone}.")),
    repeat_hint=parse_text(""),
    goodbye=parse_text("Code {code}."),
)
SHARED = {"agency": "Orange", "phone": "(800) 281-9799"}
OWN = {"month": "May 2027", "code": "K7QF"}


def test_a_call_says_who_calls_and_how_to_stop_first():
    assert compose_call(VOICE, SHARED | OWN).whole.splitlines() == [
        "This is Orange.",
        "To stop, press 9.",
        "In May 2027.",
        "Call 8 0 0, 2 8 1, 9 7 9 9.",
        "Code K, 7, Q, F.",
    ]


def test_a_prepared_call_says_the_same():
    prepared = prepare_call(VOICE, SHARED)
    assert compose_call(prepared, OWN) == compose_call(VOICE, SHARED | OWN)


def test_the_language_help_is_the_last_sentence():
    nothing = parse_text("")
    line = Voice(nothing, nothing, (parse_text("Help: {phone}."),), nothing, nothing)
    call = compose_call(prepare_call(VOICE, SHARED, line), OWN)
    assert call.sentences[-1] == "Help: 8 0 0, 2 8 1, 9 7 9 9."


def test_a_call_with_a_missing_word_is_not_made():
    with pytest.raises(MissingWord, match="month"):
        compose_call(VOICE, SHARED | {"code": "K7"})
