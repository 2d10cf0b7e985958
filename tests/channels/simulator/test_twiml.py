import pytest
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Gather as KitGather
from twilio.twiml.voice_response import VoiceResponse

from channels.simulator.twiml import BadMarkup, Gather, Hangup, Redirect, Say, Text, read_markup


def test_what_twilios_own_kit_writes_is_read():
    response = VoiceResponse()
    response.say("Hello.", language="en-US")
    response.pause(length=1)
    question = KitGather(action="/keys", num_digits=1, action_on_empty_result=True)
    question.say("Press 1.")
    question.pause(length=1)
    question.say("Press 9.")
    response.append(question)
    response.redirect("/again")
    response.hangup()
    assert read_markup(str(response).encode()) == [
        Say("Hello."),
        Gather("/keys", ["Press 1.", "Press 9."], asks_on_empty=True),
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


def test_a_recording_is_named():
    assert read_markup(b"<Response><Play>https://x.example/a.mp3</Play></Response>") == [
        Say("♪ https://x.example/a.mp3")
    ]


def test_an_empty_answer_says_nothing():
    assert read_markup(b" ") == []


@pytest.mark.parametrize("body", [b"Hello", b"<Other/>", b"<Response><Dial>+1</Dial></Response>", b"<Response>"])
def test_other_markup_is_bad(body):
    with pytest.raises(BadMarkup):
        read_markup(body)
