import pytest

from channels.contract import Canceled, CannotSay, Redacted, TooLate
from channels.twilio.rest import Account
from channels.twilio.takeback import erase, withdraw

GONE = {"Messages": 30409, "Calls": 21220}


@pytest.fixture
def account(transport, provider):
    return Account(transport, account_sid="AC1", auth_token="t", base_url=provider.url)


def refuses(http, code, then):
    """Refuse the change, and show the text or call as it is when it is read."""
    return lambda asked: http(409, {"code": code}) if asked.method == "POST" else then


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("canceled", Canceled()),
        ("sent", TooLate("sent")),
        ("completed", TooLate("completed")),
        ("ringing", CannotSay("still ringing")),
        ("scheduled", CannotSay("still scheduled")),
    ],
)
async def test_the_answer_shows_what_became_of_it(account, provider, http, state, outcome):
    provider.answer = lambda _: http(200, {"status": state})
    assert await withdraw(account, "Messages", "SM1") == outcome


@pytest.mark.parametrize(("resource", "code"), GONE.items())
async def test_what_has_left_cannot_be_withdrawn(account, provider, http, resource, code):
    provider.answer = refuses(http, code, http(200, {"status": "delivered"}))
    assert await withdraw(account, resource, "SM1") == TooLate("delivered")


@pytest.mark.parametrize(("resource", "code"), GONE.items())
async def test_what_was_withdrawn_before_is_withdrawn(account, provider, http, resource, code):
    provider.answer = refuses(http, code, http(200, {"status": "canceled"}))
    assert await withdraw(account, resource, "SM1") == Canceled()


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b""), (404, {"code": 20404}), (401, {"code": 20003}), (200, b"<html>"), (200, {"status": 7}), (302, b"")],
)
async def test_any_other_answer_leaves_it_open(account, provider, http, status, body):
    provider.answer = lambda _: http(status, body)
    assert isinstance(await withdraw(account, "Messages", "SM1"), CannotSay)


async def test_if_it_has_left_and_cannot_be_read_it_is_open(account, provider, http):
    provider.answer = refuses(http, 30409, http(500))
    assert isinstance(await withdraw(account, "Messages", "SM1"), CannotSay)


async def test_no_answer_leaves_it_open(account, provider):
    provider.answer = lambda _: b""
    assert isinstance(await withdraw(account, "Messages", "SM1"), CannotSay)
    assert isinstance(await erase(account, "Messages", "SM1"), CannotSay)


@pytest.mark.parametrize("sid", ["", "SM1/../../Accounts", "sm1", "SM1?x", "SM" + "1" * 99])
async def test_only_an_id_of_twilios_is_asked_for(account, provider, sid):
    assert isinstance(await withdraw(account, "Messages", sid), CannotSay)
    assert isinstance(await erase(account, "Messages", sid), CannotSay)
    assert provider.asked == []


@pytest.mark.parametrize(("status", "body"), [(204, b""), (404, {"code": 20404})], ids=["deleted", "gone before"])
async def test_what_is_gone_is_erased(account, provider, http, status, body):
    provider.answer = lambda _: http(status, body)
    assert await erase(account, "Messages", "SM1") == Redacted()


@pytest.mark.parametrize(("status", "body"), [(409, {"code": 20009}), (401, {}), (500, b""), (404, b"<html>")])
async def test_what_is_not_surely_gone_is_not_erased(account, provider, http, status, body):
    provider.answer = lambda _: http(status, body)
    assert await erase(account, "Messages", "SM1") == CannotSay(f"HTTP {status}")
