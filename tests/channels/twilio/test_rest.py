from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from channels.contract import Absent, Accepted, CannotSay, Present, Refused, TryLater, Unclear
from channels.transport import NEVER
from channels.twilio.rest import MOST_PAGES, Account, counted, only

NOW = datetime(2026, 12, 1, 18, tzinfo=UTC)
PAGES = "/2010-04-01/Accounts/AC1/Messages.json"


@pytest.fixture
def account(transport, provider):
    return Account(transport, account_sid="AC1", auth_token="t", base_url=provider.url + "/sandbox/twilio/")


async def create(account, *, not_after=NEVER):
    form = {"To": "+17145550100"}
    return await account.create("Messages", form, not_after=not_after, accepted=lambda sid, _: Accepted(sid, 1))


async def test_a_base_url_may_carry_a_path_prefix(account, provider):
    await create(account)
    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("POST", "/sandbox/twilio" + PAGES)
    assert asked.headers["authorization"] == "Basic QUMxOnQ="


def error(code, status=400):
    return {"code": code, "message": "…", "more_info": "https://…", "status": status}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((201, {"sid": "SM1"}), Accepted("SM1", 1)),
        ((200, {"sid": "SM1"}), Accepted("SM1", 1)),
        ((400, error(21211)), Refused("bad_address", "21211")),
        ((400, error(21610)), Refused("opted_out", "21610")),
        ((400, error(99999)), Refused("unexplained", "99999")),
        ((400, error(30410)), Unclear("HTTP 400 carrier_timeout")),
        ((401, error(20003, 401)), TryLater("misconfigured", "20003")),
        ((403, error(20006, 403)), TryLater("misconfigured")),
        ((404, error(20404, 404)), TryLater("misconfigured", "20404")),
        ((429, error(20429, 429)), TryLater("rate_limited", "20429")),
        ((401, b"<html>who are you"), TryLater("misconfigured")),
        ((429, b""), TryLater("rate_limited")),
        ((503, error(20503, 503)), Unclear("HTTP 503")),
    ],
)
async def test_an_answer_is_judged_by_its_code_and_then_by_its_status(account, provider, http, answer, outcome):
    provider.answer = lambda _: http(*answer)
    judged = await create(account)
    if isinstance(outcome, TryLater):
        assert (judged.reason, outcome.provider_code in {"", judged.provider_code}) == (outcome.reason, True)
    else:
        assert judged == outcome


async def test_the_wait_that_twilio_asks_for_is_handed_on(account, provider, http):
    provider.answer = lambda _: http(429, error(20429, 429), Retry_After="3")
    assert await create(account) == TryLater("rate_limited", "20429", timedelta(seconds=3))


UNREADABLE = [b"", b"{", b"[]", b"null", b"<html>busy</html>", b'{"sid": 7}', b'{"sid": ""}', b"\xff\xfe", b"[" * 9999]


@pytest.mark.parametrize("body", UNREADABLE)
@pytest.mark.parametrize("status", [200, 201, 302, 307, 400, 408, 418, 500, 502])
async def test_what_nobody_can_read_is_unclear_and_never_an_error(account, provider, http, status, body):
    provider.answer = lambda _: http(status, body, Location="/elsewhere")
    assert isinstance(await create(account), Unclear)
    assert len(provider.asked) == 1


ODD_IDS = ["SM\0", "\ud800", "é", "x" * 10_000]


@pytest.mark.parametrize("sid", ODD_IDS)
async def test_an_id_that_nobody_could_keep_is_unclear(account, provider, http, sid):
    provider.answer = lambda _: http(201, {"sid": sid})
    assert await create(account) == Unclear("unreadable success")


@pytest.mark.parametrize("code", [True, -1, 10**6, 10**400, 21211.0, "21211"])
async def test_a_code_that_is_none_of_twilios_is_no_code(account, provider, http, code):
    provider.answer = lambda _: http(400, {"code": code})
    assert await create(account) == Unclear("HTTP 400 unexplained")


async def test_a_lost_answer_is_unclear(account, provider):
    provider.answer = lambda _: b""
    assert isinstance(await create(account), Unclear)


async def test_what_was_not_written_may_be_tried_later(transport, account):
    assert await create(account, not_after=0) == TryLater("deadline")
    nobody = Account(transport, account_sid="AC1", auth_token="t", base_url="http://127.0.0.1:1")
    assert await create(nobody) == TryLater("unreachable")


# --- lists -----------------------------------------------------------------------------------


def entry(sid, age):
    return {"sid": sid, "date_created": format_datetime(NOW - age)}


def page(*entries: object, following=None):
    return {"messages": list(entries), "next_page_uri": following}


async def newest(account):
    found = await account.newest("Messages", {"To": "+17145550100"}, since=NOW)
    return found if isinstance(found, CannotSay) else [item["sid"] for item in found]


async def test_a_list_is_read_to_its_end(account, provider, http):
    second = PAGES + "?Page=1&PageToken=x"
    pages = {"0": page(entry("SM3", -timedelta(minutes=1)), following=second), "1": page(entry("SM2", timedelta(0)))}
    provider.answer = lambda asked: http(200, pages[asked.query.get("Page", ["0"])[0]])
    assert await newest(account) == ["SM3", "SM2"]
    assert provider.asked[0].query == {"To": ["+17145550100"], "PageSize": ["100"]}
    assert provider.asked[1].query == {"Page": ["1"], "PageToken": ["x"]}


async def test_pages_stop_where_a_whole_page_is_older_than_the_intent(account, provider, http):
    older = [entry("SM1", timedelta(minutes=6)), entry("SM0", timedelta(minutes=7))]
    answers = iter([page(entry("SM2", timedelta(minutes=4)), following=PAGES), page(*older, following=PAGES)])
    provider.answer = lambda _: http(200, next(answers))
    assert await newest(account) == ["SM2"]
    assert len(provider.asked) == 2


async def test_an_older_entry_out_of_order_hides_no_newer_one(account, provider, http):
    old, new = entry("SM1", timedelta(minutes=6)), entry("SM2", timedelta(minutes=4))
    answers = iter([page(old, new, following=PAGES), page(new)])
    provider.answer = lambda _: http(200, next(answers))
    assert await newest(account) == ["SM2", "SM2"]


@pytest.mark.parametrize("following", [PAGES + "?Page=1", "/sandbox/twilio" + PAGES + "?Page=1"])
async def test_the_next_page_may_be_named_with_or_without_our_prefix(account, provider, http, following):
    answers = iter([page(following=following), page()])
    provider.answer = lambda _: http(200, next(answers))
    assert await newest(account) == []
    assert provider.asked[1].target == "/sandbox/twilio" + PAGES + "?Page=1"


@pytest.mark.parametrize("following", ["//evil.example/x", "http://evil.example/x", "@evil.example/x"])
async def test_the_next_page_is_never_fetched_from_another_host(account, provider, http, following):
    answers = iter([page(following=following), page()])
    provider.answer = lambda _: http(200, next(answers))
    assert await newest(account) == []
    assert provider.asked[1].target.startswith("/sandbox/twilio/")


async def test_an_endless_list_is_given_up(account, provider, http):
    provider.answer = lambda _: http(200, page(entry("SM1", timedelta(0)), following=PAGES + "?Page=1"))
    assert await newest(account) == CannotSay("too many pages")
    assert len(provider.asked) == MOST_PAGES


@pytest.mark.parametrize(
    "body",
    [
        *UNREADABLE,
        {"messages": []},
        {"messages": None, "next_page_uri": None},
        {"messages": [], "next_page_uri": 7},
        {"messages": ["SM1"], "next_page_uri": None},
        {"messages": [{"sid": "SM1"}], "next_page_uri": None},
        {"messages": [{"sid": "SM1", "date_created": None}], "next_page_uri": None},
        {"messages": [{"sid": "SM1", "date_created": "Fri, 99 May 2019 17:18:27 +0000"}], "next_page_uri": None},
    ],
)
async def test_a_list_that_cannot_be_read_whole_proves_nothing(account, provider, http, body):
    provider.answer = lambda _: http(200, body)
    assert await newest(account) == CannotSay("unreadable list")


@pytest.mark.parametrize("status", [301, 401, 404, 429, 500])
async def test_a_list_that_is_refused_proves_nothing(account, provider, http, status):
    provider.answer = lambda _: http(status, page())
    assert await newest(account) == CannotSay(f"HTTP {status}")


async def test_a_list_that_is_lost_proves_nothing(account, provider):
    provider.answer = lambda _: b""
    assert isinstance(await newest(account), CannotSay)


def test_one_match_is_proof_none_is_proof_and_two_are_not():
    assert only([]) == Absent()
    assert only([{"sid": "SM1"}]) == Present("SM1")
    assert isinstance(only([{"sid": "SM1"}, {"sid": "SM2"}]), CannotSay)
    for sid in (None, *ODD_IDS):
        assert isinstance(only([{"sid": sid}]), CannotSay)


@pytest.mark.parametrize(("value", "number"), [("2", 2), (3, 3), ("", 0), (None, 0), ("-1", 0), ("²", 0), ("9" * 9, 0)])
def test_a_count_is_read_as_text_or_number(value, number):
    assert counted(value) == number
