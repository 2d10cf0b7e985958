import pytest

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
