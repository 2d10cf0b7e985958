from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import (
    Absent,
    Accepted,
    CallChannel,
    Canceled,
    CannotSay,
    Handle,
    Lookup,
    OutgoingMessage,
    Present,
    Redacted,
    TooLate,
)
from channels.signals import BadSignature, CallAnswered, CallReceived, KeyPressed, Receipt, Status
from channels.speech import CallScript, Line
from channels.transport import NEVER, Transport
from channels.twilio.voice import STATUSES, TwilioVoice
from channels.twilio.voices import Voice

NOW = datetime(2026, 12, 1, 18, tzinfo=UTC)
LOOKUP = Lookup(reference="r1", code="K7Q2M", to="+17145550100", sender="+17145550199", since=NOW)


@pytest.fixture
def voice(transport, provider, account):
    return TwilioVoice(transport, base_url=provider.url, **account)


def call(language="es"):
    return OutgoingMessage(
        reference="r1", code="K7Q2M", to="+17145550100", sender="+17145550199", language=language, body="words"
    )


def test_it_is_a_call_channel(voice):
    channel: CallChannel = voice
    assert (channel.name, channel.capabilities.batch) == ("twilio", 1)


async def test_a_check_asks_for_the_account_and_calls_nobody(voice, provider, http):
    provider.answer = lambda _: http(401, {"code": 20003})
    health = await voice.check()
    assert (health.ok, [asked.method for asked in provider.asked]) == (False, ["GET"])


async def test_a_call_is_posted_as_twilio_documents_it(voice, provider, http):
    provider.answer = lambda _: http(201, {"sid": "CA1", "status": "queued"})
    assert await voice.send([call()], not_after=NEVER) == [Accepted("CA1")]
    (asked,) = provider.asked
    words = "https://kc.example.org/callbacks/twilio/calls/r1"
    assert asked.path == f"/2010-04-01/Accounts/AC{'0' * 32}/Calls.json"
    assert asked.form == {
        "To": ["+17145550100"],
        "From": ["+17145550199"],
        "Url": [words],
        "Method": ["POST"],
        "StatusCallback": [f"{words}/status"],
        "StatusCallbackMethod": ["POST"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "MachineDetection": ["DetectMessageEnd"],
        "Timeout": ["45"],
    }


async def test_what_we_post_is_what_twilios_own_kit_would_post(voice, provider, http, posted_by_kit):
    provider.answer = lambda _: http(201, {"sid": "CA1", "status": "queued"})
    await voice.send([call()], not_after=NEVER)
    words = "https://kc.example.org/callbacks/twilio/calls/r1"
    assert provider.asked[0].form == posted_by_kit(
        "calls", to="+17145550100", from_="+17145550199", url=words, method="POST", status_callback=f"{words}/status",
        status_callback_method="POST", status_callback_event=["initiated", "ringing", "answered", "completed"],
        machine_detection="DetectMessageEnd", timeout=45,
    )  # fmt: skip


async def test_a_call_is_placed_in_a_language_that_no_voice_speaks_for_recordings_may_be_played(voice, provider, http):
    provider.answer = lambda _: http(201, {"sid": "CA1", "status": "queued"})
    assert await voice.send([call("hy")], not_after=NEVER) == [Accepted("CA1")]


# --- look-up ---------------------------------------------------------------------------------


def listed(*directions: str):
    entries = [
        {"sid": f"CA{place}", "direction": direction, "date_created": format_datetime(NOW)}
        for place, direction in enumerate(directions)
    ]
    return {"calls": entries, "next_page_uri": None}


async def found(voice, provider, http, *directions: str):
    provider.answer = lambda _: http(200, listed(*directions))
    return await voice.find(LOOKUP)


async def test_one_call_since_the_intent_is_ours(voice, provider, http):
    assert await found(voice, provider, http, "outbound-api", "inbound") == Present("CA0")
    assert provider.asked[0].query == {"To": ["+17145550100"], "PageSize": ["100"]}


async def test_a_call_is_found_though_the_agency_has_another_number_now(voice, provider, http):
    entry = {**listed("outbound-api")["calls"][0], "from": "+17145550111", "to": "+17145550100"}
    provider.answer = lambda _: http(200, {"calls": [entry], "next_page_uri": None})
    assert await voice.find(LOOKUP) == Present("CA0")


async def test_no_call_since_the_intent_proves_that_there_was_none(voice, provider, http):
    assert await found(voice, provider, http, "inbound") == Absent()


async def test_several_calls_since_the_intent_prove_nothing(voice, provider, http):
    assert isinstance(await found(voice, provider, http, "outbound-api", "outbound-api"), CannotSay)


async def test_the_call_of_another_attempt_is_no_proof(voice, provider, http):
    provider.answer = lambda _: http(200, listed("outbound-api", "outbound-api"))
    assert await voice.find(replace(LOOKUP, not_these=frozenset({"CA0"}))) == Present("CA1")
    assert await voice.find(replace(LOOKUP, not_these=frozenset({"CA0", "CA1"}))) == Absent()


async def test_a_line_that_we_connected_is_no_call_of_ours(voice, provider, http):
    assert await found(voice, provider, http, "outbound-dial") == Absent()


async def test_a_list_that_cannot_be_read_proves_nothing(voice, provider, http):
    provider.answer = lambda _: http(500)
    assert await voice.find(LOOKUP) == CannotSay("HTTP 500")


# --- taking back -----------------------------------------------------------------------------


async def test_a_call_that_waits_is_withdrawn(voice, provider, http):
    provider.answer = lambda _: http(200, {"sid": "CA1", "status": "canceled"})
    assert await voice.cancel(Handle("CA1")) == Canceled()
    assert provider.asked[0].form == {"Status": ["canceled"]}


async def test_nobody_who_has_picked_up_is_cut_off(voice, provider, http):
    provider.answer = lambda _: http(200, {"sid": "CA1", "status": "in-progress"})
    assert await voice.cancel(Handle("CA1")) == TooLate("in-progress")


async def test_a_settled_call_is_deleted_with_its_number(voice, provider, http):
    provider.answer = lambda _: http(204)
    assert await voice.redact(Handle("CA1")) == Redacted()
    assert (provider.asked[0].method, provider.asked[0].path.rpartition("/")[2]) == ("DELETE", "CA1.json")


# --- callbacks -------------------------------------------------------------------------------


def signals(voice, called_back, part, form):
    path = f"calls/r1/{part}".rstrip("/")
    return voice.read_callback(called_back(path, {"CallSid": "CA1", **form}, reference="r1", part=part))


@pytest.mark.parametrize(
    ("answered_by", "machine"),
    [("human", False), ("unknown", False), ("machine_end_beep", True), ("machine_start", True), ("fax", True)],
)
def test_twilio_asks_what_to_say_and_to_whom(voice, called_back, answered_by, machine):
    said = signals(voice, called_back, "", {"CallStatus": "in-progress", "AnsweredBy": answered_by})
    assert said == [CallAnswered("r1", "CA1", machine)]


CALLER = {"CallSid": "CA2", "From": "+17145550100", "To": "+17145550199", "Direction": "inbound"}


@pytest.mark.parametrize(
    ("part", "form", "digits"),
    [("", {"CallStatus": "ringing"}, ""), ("keys/es", {"Digits": "2"}, "2"), ("keys", {}, "")],
)
def test_someone_who_calls_us_is_told_with_number_part_and_key(voice, called_back, part, form, digits):
    callback = called_back(f"voice/{part}".rstrip("/"), {**CALLER, **form}, part=part)
    assert voice.read_callback(callback) == [CallReceived("CA2", "+17145550100", "+17145550199", part, digits)]


def test_the_end_of_a_call_to_us_says_nothing(voice, called_back):
    callback = called_back("voice/status", {**CALLER, "CallStatus": "completed"}, part="status")
    assert voice.read_callback(callback) == []


@pytest.mark.parametrize("digits", ["9", ""])
@pytest.mark.parametrize("part", ["keys", "keys/es", "connected"])
def test_a_key_or_none_is_told_with_what_was_asked(voice, called_back, part, digits):
    assert signals(voice, called_back, part, {"Digits": digits}) == [KeyPressed("r1", "CA1", digits, part)]


@pytest.mark.parametrize(
    ("form", "status", "reason"),
    [
        ({"CallStatus": "initiated"}, Status.ACCEPTED, ""),
        ({"CallStatus": "in-progress"}, Status.ACCEPTED, ""),
        ({"CallStatus": "completed"}, Status.DELIVERED, ""),
        ({"CallStatus": "completed", "AnsweredBy": "human"}, Status.DELIVERED, ""),
        ({"CallStatus": "completed", "AnsweredBy": "machine_end_beep"}, Status.DELIVERED, "voicemail"),
        ({"CallStatus": "completed", "AnsweredBy": "fax"}, Status.UNDELIVERED, "fax"),
        ({"CallStatus": "completed", "CallDuration": "31"}, Status.DELIVERED, ""),
        ({"CallStatus": "completed", "CallDuration": "0"}, Status.UNDELIVERED, "hung_up"),
        ({"CallStatus": "completed", "CallDuration": "0", "AnsweredBy": "human"}, Status.DELIVERED, ""),
        ({"CallStatus": "busy"}, Status.UNDELIVERED, "busy"),
        ({"CallStatus": "no-answer"}, Status.UNDELIVERED, "no_answer"),
        ({"CallStatus": "failed"}, Status.UNDELIVERED, "call_failed"),
        ({"CallStatus": "failed", "ErrorCode": "21211"}, Status.UNDELIVERED, "bad_address"),
        ({"CallStatus": "canceled"}, Status.UNDELIVERED, "canceled_at_provider"),
    ],
)
def test_a_status_is_a_receipt(voice, called_back, form, status, reason):
    receipt = Receipt("r1", f"CA1:{form['CallStatus']}", status, "CA1", reason, form.get("ErrorCode", ""))
    assert signals(voice, called_back, "status", form) == [receipt]


def test_every_status_that_twilio_documents_is_known():
    documented = "queued initiated ringing in-progress answered completed busy no-answer failed canceled"
    assert set(STATUSES) == set(documented.split())


def test_what_nobody_knows_says_nothing(voice, called_back):
    assert signals(voice, called_back, "status", {"CallStatus": "teleported"}) == []
    assert signals(voice, called_back, "keys", {"CallSid": "", "Digits": "9"}) == []


def test_a_forged_callback_is_refused(voice, called_back):
    with pytest.raises(BadSignature):
        voice.read_callback(called_back("calls/r1/keys", {"CallSid": "CA1", "Digits": "9"}, token="guessed"))


# --- what a call says ------------------------------------------------------------------------


def parsed(markup):
    return fromstring(markup)  # noqa: S314  our own markup


def lines(words, language="en"):
    return [Line(each, language) for each in words]


WORDS = ["This is Orange County.", "Renew your coverage.", "Call us."]
KEYS = "https://kc.example.org/callbacks/twilio/calls/r1/keys"


def test_the_caller_is_named_first_and_the_keys_come_right_after(voice):
    script = CallScript(lines(WORDS), keys_url=KEYS)
    (gather,) = parsed(voice.say(script))
    assert gather.attrib == {
        "input": "dtmf",
        "numDigits": "1",
        "timeout": "5",
        "bargeIn": "true",
        "action": KEYS,
        "method": "POST",
        "actionOnEmptyResult": "true",
    }
    assert ["".join(line.itertext()) for line in gather.iter("Say")] == WORDS
    assert [verb.tag for verb in gather] == ["Say", "Pause", "Say", "Pause", "Say"]


def test_without_keys_it_speaks_and_hangs_up(voice):
    response = parsed(voice.say(CallScript(lines(WORDS))))
    assert [verb.tag for verb in response] == ["Say", "Pause", "Say", "Pause", "Say", "Hangup"]


@pytest.mark.parametrize(
    ("language", "spoken", "name"),
    [
        ("en", "en-US", "Polly.Joanna"),
        ("es", "es-US", "Polly.Lupe"),
        ("vi", "vi-VN", "Google.vi-VN-Standard-A"),
        ("zh-Hans", "cmn-CN", "Polly.Zhiyu"),
        ("zh-Hant", "cmn-TW", "Google.cmn-TW-Standard-A"),
        ("yue", "yue-HK", "Google.yue-HK-Standard-A"),
        ("ko", "ko-KR", "Polly.Seoyeon"),
    ],
)
def test_each_language_has_its_voice(voice, language, spoken, name):
    response = parsed(voice.say(CallScript(lines(["…"], language))))
    assert response.find("Say").attrib == {"language": spoken, "voice": name}


def test_a_voice_speaks_slowly(voice):
    (slowly,) = parsed(voice.say(CallScript(lines(["Call 7 1 4. 5 5 5."])))).find("Say")
    assert (slowly.tag, slowly.attrib, slowly.text) == ("prosody", {"rate": "90%"}, "Call 7 1 4. 5 5 5.")


def test_a_voice_that_takes_no_mark_gets_plain_words(voice, monkeypatch):
    monkeypatch.setattr("channels.twilio.voice.voice_for", lambda _: Voice("en-US", "Google.en-US-Chirp3-HD-X", ""))
    say = parsed(voice.say(CallScript(lines(["Hello."])))).find("Say")
    assert (say.text, list(say)) == ("Hello.", [])


def test_a_recording_is_played_whatever_the_language(voice):
    clip = Line("Բարեւ", "hy", "https://kc.example.org/clips/hello?sig=a&b")
    response = parsed(voice.say(CallScript([clip, Line("Good-bye.", "en")])))
    assert [verb.tag for verb in response] == ["Play", "Say", "Hangup"]
    assert response.find("Play").text == clip.clip_url


CONNECTED = "https://kc.example.org/callbacks/twilio/calls/r1/connected"


def test_a_caller_is_connected_after_the_words(voice):
    script = CallScript(
        lines(["One moment."]), connect_to="+18002819799", connect_from="+17145550199", connected_url=CONNECTED
    )
    say, dial = parsed(voice.say(script))
    assert (say.tag, dial.tag, dial.text) == ("Say", "Dial", "+18002819799")
    assert dial.attrib == {
        "callerId": "+17145550199",
        "answerOnBridge": "true",
        "timeout": "30",
        "timeLimit": "3600",
        "action": CONNECTED,
        "method": "POST",
    }


@pytest.mark.parametrize("language", ["es-MX", "zh-Hant-HK", "en-US", "yue"])
def test_a_region_does_not_take_a_voice_away(voice, language):
    assert voice.speaks(language)


@pytest.mark.parametrize("language", ["fa", "hy", "km", "lo", "hmn", "ium", ""])
def test_a_language_without_a_voice_is_not_spoken(voice, language):
    assert not voice.speaks(language)


@pytest.mark.parametrize(
    "script",
    [CallScript([], keys_url=KEYS), CallScript(lines(WORDS, "fa")), CallScript(lines([" ", "\x00"]), keys_url=KEYS)],
    ids=["no lines", "no voice", "no words"],
)
def test_without_words_or_a_voice_it_hangs_up(voice, script):
    assert [verb.tag for verb in parsed(voice.say(script))] == ["Hangup"]


@given(st.lists(st.text(max_size=30), min_size=1, max_size=3), st.booleans())
def test_whatever_is_said_is_well_formed_and_never_markup(words, keys):
    silent = Transport.__new__(Transport)
    silent.connections = 1
    voice = TwilioVoice(silent, account_sid="AC1", auth_token="t", base_url="http://x", callback_base="https://x")
    response = parsed(voice.say(CallScript(lines(["Hello.", *words]), keys_url=KEYS if keys else "")))
    assert {verb.tag for verb in response.iter()} <= {"Response", "Gather", "Say", "prosody", "Pause", "Hangup"}
    assert 1 <= len(list(response.iter("Say"))) <= len(words) + 1


@pytest.mark.parametrize(
    ("said", "connected"), [("completed", True), ("answered", True), ("busy", False), ("no-answer", False), ("", None)]
)
def test_after_a_connection_it_is_known_whether_somebody_took_the_call(voice, called_back, said, connected):
    form = {"CallSid": "CA1", **({"DialCallStatus": said} if said else {})}
    (signal,) = voice.read_callback(called_back("calls/r1/connected", form))
    assert signal.connected is connected


def test_recordings_that_make_one_sentence_follow_each_other_without_a_pause(voice):
    words = ["Ձեր համարն է՝", "երկու", "երեք։", "Ցտեսություն։"]
    clips = [Line(word, "hy", f"https://us.example/clips/{place}.wav") for place, word in enumerate(words)]
    assert [verb.tag for verb in parsed(voice.say(CallScript(clips)))] == [
        "Play", "Play", "Play", "Pause", "Play", "Hangup",
    ]  # fmt: skip
