from contextlib import closing

import pytest

from channels.simulator.ledger import Ledger
from tests.channels.simulator.conftest import MOMENT

WORDS = "/callbacks/twilio/calls/r1"
KEYS = WORDS + "/keys"
PRESSES_9, PRESSES_1, HANGS_UP = "+15595550114", "+15595550115", "+15595550116"


def menu(*, on_empty="false"):
    return (
        f'<Response><Gather action="{KEYS}" actionOnEmptyResult="{on_empty}">'
        "<Say>This is the county.</Say><Say>Press 1 or 9.</Say></Gather><Say>Goodbye.</Say></Response>"
    )


@pytest.fixture(autouse=True)
def our_words(service):
    service.answers[WORDS] = menu()
    service.answers[KEYS] = "<Response><Say>As you wish.</Say></Response>"


def pressed(service):
    return [heard.form["Digits"] for heard in service.heard if heard.path == KEYS]


def deeds(settings, id_):
    """What was done in a call, and by whom."""
    with closing(Ledger(settings.path, lambda: MOMENT)) as ledger:
        facts = ledger.history(ledger.get(id_).seq)
    return [(fact.kind, fact.value, fact.code) for fact in facts if fact.kind in ("pressed", "hung_up")]


async def spoken(client):
    await client.quiet()
    (call,) = await client.accepted(channel="voice")
    return call["body"].splitlines()


@pytest.mark.parametrize(("number", "key"), [(PRESSES_9, "9"), (PRESSES_1, "1")])
async def test_a_magic_person_presses_a_key_and_listens(client, service, number, key):
    await client.call(To=number)
    assert await spoken(client) == ["This is the county.", "Press 1 or 9.", "As you wish."]
    assert pressed(service) == [key]


async def test_who_presses_nothing_hears_the_rest(client, service):
    await client.call()
    assert await spoken(client) == ["This is the county.", "Press 1 or 9.", "Goodbye."]
    assert pressed(service) == []


async def test_no_key_is_told_if_the_markup_asks_for_it(client, service):
    service.answers[WORDS] = menu(on_empty="true")
    await client.call()
    assert (await spoken(client))[-1] == "As you wish."
    assert pressed(service) == [""]


async def test_who_hangs_up_hears_only_the_first_words(client):
    await client.call(To=HANGS_UP)
    assert await spoken(client) == ["This is the county."]


async def test_who_has_hung_up_can_press_no_key(client):
    call = (await client.call(To=HANGS_UP)).json()["sid"]
    await client.quiet()
    assert (await client.http.post(f"/sandbox/calls/{call}/keys", json={"digits": "1"})).status_code == 409


def ask(words, action=KEYS):
    return f'<Gather numDigits="1" action="{action}" actionOnEmptyResult="true"><Say>{words}</Say></Gather>'


async def test_who_never_presses_a_key_is_asked_again_and_told_each_time(client, service):
    again = KEYS + "/again"
    service.answers |= {
        WORDS: f"<Response>{ask('Press 1.')}</Response>",
        KEYS: f"<Response>{ask('Once more: press 1.', again)}</Response>",
        again: "<Response><Say>Goodbye.</Say></Response>",
    }
    await client.call()
    assert await spoken(client) == ["Press 1.", "Once more: press 1.", "Goodbye."]
    assert [heard.form["Digits"] for heard in service.heard if "Digits" in heard.form] == ["", ""]


@pytest.mark.parametrize(
    ("header", "heard"),
    [({"X-Clip-Words": "Barev%20%D5%B1%D5%A5%D5%A6"}, "Barev ձեզ"), ({}, "[recording]")],
    ids=["with words", "without"],
)
async def test_a_recording_is_fetched_and_its_words_are_shown(client, service, header, heard):
    service.answers[WORDS] = "<Response><Play>/clips/hello?sig=1</Play><Say>Goodbye.</Say></Response>"
    service.clips["/clips/hello"] = header
    await client.call()
    assert await spoken(client) == [heard, "Goodbye."]


async def test_a_recording_that_is_not_there_is_heard_as_such(client, service):
    service.answers[WORDS] = f'<Response><Gather action="{KEYS}"><Play>/clips/none</Play></Gather></Response>'
    await client.call()
    assert await spoken(client) == ["[a recording that cannot be fetched]"]


@pytest.mark.parametrize(("line", "ended"), [("+18002819799", "completed"), ("+15595550110", "busy")])
async def test_a_caller_is_connected_and_then_the_call_goes_on(client, service, line, ended):
    service.answers[WORDS] = f'<Response><Dial action="{WORDS}/connected">{line}</Dial></Response>'
    service.answers[WORDS + "/connected"] = "<Response><Say>Goodbye.</Say></Response>"
    await client.call()
    assert await spoken(client) == [f"[connects to {line}]", "Goodbye."]
    assert service.told("DialCallStatus") == [ended]


async def test_without_an_address_the_markup_goes_on_after_the_connection(client, service):
    service.answers[WORDS] = "<Response><Dial>+18002819799</Dial><Say>Goodbye.</Say></Response>"
    await client.call()
    assert await spoken(client) == ["[connects to +18002819799]", "Goodbye."]


async def test_after_the_end_nothing_more_is_heard(client, service):
    service.answers[WORDS] = "<Response><Say>Hello.</Say><Hangup/><Say>Never.</Say></Response>"
    await client.call()
    assert await spoken(client) == ["Hello."]


async def test_a_redirect_is_followed(client, service):
    service.answers[WORDS] = "<Response><Redirect>r1/keys</Redirect></Response>"
    await client.call()
    assert await spoken(client) == ["As you wish."]


async def test_a_loop_of_redirects_ends(client, service):
    service.answers[WORDS] = f"<Response><Say>Again.</Say><Redirect>{WORDS}</Redirect></Response>"
    await client.call()
    assert await spoken(client) == ["Again."] * 10


async def test_bad_markup_is_an_application_error(client, service):
    service.answers[WORDS] = "Hello"
    await client.call()
    assert await spoken(client) == ["An application error has occurred."]


async def test_words_that_could_not_be_fetched_are_asked_for_again(client, service):
    service.failures = 1
    await client.call(StatusCallbackEvent="completed")
    assert (await spoken(client))[0] == "This is the county."


async def test_a_key_can_be_pressed_after_the_call(client, service):
    id_ = (await client.call()).json()["sid"]
    await client.quiet()
    answer = await client.http.post(f"/sandbox/calls/{id_}/keys", json={"digits": "9"})
    assert answer.json() == {"id": id_, "spoken": "As you wish."}
    assert (await spoken(client))[-1] == "As you wish."
    assert pressed(service) == ["9"]


async def test_a_call_without_a_question_has_no_keys(client, service):
    service.answers[WORDS] = "<Response><Say>Hello.</Say></Response>"
    id_ = (await client.call()).json()["sid"]
    await client.quiet()
    assert (await client.http.post(f"/sandbox/calls/{id_}/keys", json={"digits": "9"})).status_code == 409
    assert (await client.http.post("/sandbox/calls/CAnone/keys", json={"digits": "9"})).status_code == 404
    assert (await client.http.post(f"/sandbox/calls/{id_}/keys", json={"digits": "x"})).status_code == 422


@pytest.mark.parametrize(
    ("number", "done"),
    [
        (PRESSES_9, [("pressed", "9", "by itself")]),
        (HANGS_UP, [("hung_up", "", "")]),
        ("+14155550123", [("pressed", "", "by itself")]),
    ],
)
async def test_what_the_person_does_is_written_down(client, settings, service, number, done):
    service.answers[WORDS] = menu(on_empty="true")
    call = (await client.call(To=number)).json()["sid"]
    await client.quiet()
    assert deeds(settings, call) == done


async def test_keys_pressed_by_hand_are_told_apart(client, settings):
    call = (await client.call()).json()["sid"]
    await client.quiet()
    await client.http.post(f"/sandbox/calls/{call}/keys", json={"digits": "1"})
    assert deeds(settings, call) == [("pressed", "1", "by hand")]
