import pytest
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Gather as KitGather
from twilio.twiml.voice_response import VoiceResponse

from channels.simulator.twiml import BadMarkup, Dial, Gather, Hangup, Play, Redirect, Say, Text, read_markup


def test_what_twilios_own_kit_writes_is_read():
    response = VoiceResponse()
    response.say("Hello.", language="en-US")
    response.pause(length=1)
    question = KitGather(action="/keys", num_digits=1, action_on_empty_result=True)
    question.say("Press 1.")
    question.pause(length=1)
    question.play("/clips/nine")
    response.append(question)
    response.dial("+18002819799", action="/connected", time_limit=3600, answer_on_bridge=True)
    response.redirect("/again")
    response.hangup()
    assert read_markup(str(response).encode()) == [
        Say("Hello."),
        Gather("/keys", [Say("Press 1."), Play("/clips/nine")], asks_on_empty=True, most=1),
        Dial("+18002819799", "/connected"),
        Redirect("/again"),
        Hangup(),
    ]


def test_texts_are_read_with_and_without_a_body_element():
    response = MessagingResponse()
    response.message("Plain", to="+14155550123", action="/status")
    response.message().body("Nested")
    assert read_markup(str(response).encode()) == [
        Text("Plain", to="+14155550123", callback="/status"),
        Text("Nested"),
    ]


def test_marks_of_speech_are_not_spoken():
    response = VoiceResponse()
    say = response.say("Call ", voice="Polly.Joanna")
    say.prosody("7 1 4.", rate="90%")
    say.break_(strength="weak")
    assert read_markup(str(response).encode()) == [Say("Call 7 1 4.")]


def test_an_empty_answer_says_nothing():
    assert read_markup(b" ") == []


@pytest.mark.parametrize("body", ["Hello", "<Other/>", "<Response>"])
def test_what_is_no_response_is_bad(body):
    with pytest.raises(BadMarkup):
        read_markup(body.encode())


@pytest.mark.parametrize(
    "verb",
    [
        "<Record/>",
        "<Say><b>Hello</b></Say>",
        f"<Say>{'a' * 4_097}</Say>",
        "<Play/>",
        "<Dial>the county</Dial>",
        "<Dial/>",
        "<Dial><Conference>room</Conference></Dial>",
        '<Dial timeLimit="long">+18002819799</Dial>',
        '<Gather numDigits="one"/>',
        "<Gather><Hangup/></Gather>",
    ],
)
def test_what_twilio_would_not_do_is_bad(verb):
    with pytest.raises(BadMarkup):
        read_markup(f"<Response>{verb}</Response>".encode())
