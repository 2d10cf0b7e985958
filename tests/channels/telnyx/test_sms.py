import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from channels.contract import (
    Accepted,
    Canceled,
    CannotSay,
    Handle,
    Health,
    Lookup,
    MessageChannel,
    OutgoingMessage,
    Present,
    Refused,
    TooLate,
    TryLater,
    Unclear,
)
from channels.signals import BadSignature, Receipt, Reply
from channels.telnyx.sms import TelnyxSms
from channels.transport import NEVER
from tests.channels.telnyx.conftest import BASE, KEY, NOW, shown

LOOKUP = Lookup(reference="r1", code="K7Q2M", to="+17145550100", sender="+17145550199", since=NOW)
OURS = f"{BASE}/callbacks/telnyx/messages/r1"


@pytest.fixture
def sms(transport, provider):
    return TelnyxSms(
        transport, api_key="KEY1", base_url=provider.url, callback_base=f"{BASE}/", public_keys=[shown(KEY), ""]
    )


def text(number=0, **changed: object):
    fields = {"sender": "+17145550199", "body": "Renew at kc.example/K7Q2M"} | changed
    return OutgoingMessage(reference=f"r{number}", code="K7Q2M", to=f"+1714555{number:04}", language="en", **fields)


def took(asked):
    return {"data": {"id": "m" + asked.json["to"][-4:], "parts": 1}}


def in_state(status):
    return {"id": "m-1", "to": [{"phone_number": "+17145550100", "status": status}]}


def test_it_is_a_channel(sms):
    channel: MessageChannel = sms
    assert (channel.name, channel.capabilities.batch, channel.capabilities.can_redact) == ("telnyx", 1, False)


# --- sending ---------------------------------------------------------------------------------


async def test_a_text_is_posted_as_telnyx_documents_it(sms, provider, http):
    provider.answer = lambda asked: http(200, took(asked))
    assert await sms.send([text(7)], not_after=NEVER) == [Accepted("m0007", 1)]
    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("POST", "/v2/messages")
    assert asked.json == {
        "from": "+17145550199",
        "to": "+17145550007",
        "text": "Renew at kc.example/K7Q2M",
        "type": "SMS",
        "webhook_url": "https://kc.example.org/callbacks/telnyx/messages/r7",
        "use_profile_webhooks": False,
    }


async def test_no_letter_is_replaced_to_save_parts(sms, provider):
    await sms.send([text(body="Gia hạn trước tháng 2 nhé")], not_after=NEVER)
    (asked,) = provider.asked
    assert (asked.json["text"], asked.json["encoding"]) == ("Gia hạn trước tháng 2 nhé", "ucs2")


async def test_a_text_for_later_says_when(sms, provider):
    at = datetime(2026, 12, 2, 9, tzinfo=timezone(timedelta(hours=-8)))
    await sms.send([text(send_at=at)], not_after=NEVER)
    assert provider.asked[0].json["send_at"] == "2026-12-02T17:00:00Z"


async def test_a_messaging_profile_is_named_if_there_is_one(transport, provider):
    sms = TelnyxSms(transport, api_key="K", base_url=provider.url, callback_base=BASE, messaging_profile_id="p-1")
    await sms.send([text()], not_after=NEVER)
    assert provider.asked[0].json["messaging_profile_id"] == "p-1"


@pytest.mark.parametrize("sender", ["MG" + "1" * 32, "", "OrangeCo", "17145550100", "+0714"])
async def test_a_sender_that_is_no_number_of_telnyx_is_ours_to_mend(sms, provider, sender):
    assert await sms.send([text(sender=sender)], not_after=NEVER) == [TryLater("misconfigured")]
    assert provider.asked == []


@pytest.mark.parametrize(
    ("body", "fits"), [("a" * 1530, True), ("a" * 1531, False), ("ạ" * 670, True), ("ạ" * 671, False)]
)
async def test_a_text_has_ten_parts_at_most(sms, provider, http, body, fits):
    provider.answer = lambda asked: http(200, took(asked))
    (outcome,) = await sms.send([text(body=body)], not_after=NEVER)
    assert (outcome == Refused("too_long")) is not fits
    assert len(provider.asked) == fits


async def test_many_texts_keep_their_order_whatever_becomes_of_each(sms, provider, http):
    def answer(asked):
        number = int(asked.json["to"][-4:])
        return http(422, {"errors": [{"code": "40310"}]}) if number % 3 == 0 else http(200, took(asked))

    provider.answer = answer
    outcomes = await sms.send([text(number) for number in range(250)], not_after=NEVER)
    assert outcomes == [
        Accepted(f"m{number:04}", 1) if number % 3 else Refused("bad_address", "40310") for number in range(250)
    ]


async def test_nothing_is_written_after_the_deadline(sms, provider):
    assert await sms.send([text()], not_after=0) == [TryLater("deadline")]
    assert provider.asked == []


async def test_an_answer_that_breaks_off_is_unclear(sms, provider):
    provider.answer = lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nPromised: 1\r\n\r\n{"
    (outcome,) = await sms.send([text()], not_after=NEVER)
    assert isinstance(outcome, Unclear)
    assert len(provider.asked) == 1


async def test_nobody_there_is_for_later(transport):
    sms = TelnyxSms(transport, api_key="K", base_url="http://127.0.0.1:9", callback_base=BASE)
    assert await sms.send([text()], not_after=NEVER) == [TryLater("unreachable")]


# --- asking ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "health"),
    [
        ((200, {"data": {"available_credit": "400.00", "currency": "USD"}}), (True, "takes the API key")),
        ((200, {"data": {"record_type": "balance"}}), (True, "takes the API key")),
        ((200, {"data": {"available_credit": "0.00"}}), (False, "no credit")),
        ((200, b"<html>"), (False, "cannot be read")),
        ((401, b""), (False, "refuses the API key")),
        ((503, b""), (False, "HTTP 503")),
    ],
)
async def test_the_account_is_asked_without_a_text(sms, provider, http, answer, health):
    provider.answer = lambda _: http(*answer)
    said = await sms.check()
    ok, word = health
    assert (said.ok, word in said.detail) == (ok, True)
    assert [(asked.method, asked.path) for asked in provider.asked] == [("GET", "/v2/balance")]


async def test_an_account_that_cannot_be_reached_is_said_to_be(transport):
    sms = TelnyxSms(transport, api_key="K", base_url="http://127.0.0.1:9", callback_base=BASE)
    assert await sms.check() == Health(ok=False, detail="Telnyx cannot be reached (unreachable)")


# --- taking back -----------------------------------------------------------------------------


async def test_a_scheduled_text_is_withdrawn(sms, provider, http):
    provider.answer = lambda _: http(200, in_state("cancelled"))
    assert await sms.cancel(Handle("m-1")) == Canceled()
    assert [(asked.method, asked.path) for asked in provider.asked] == [("DELETE", "/v2/messages/m-1")]


@pytest.mark.parametrize(
    ("status", "withdrawal"),
    [
        ("cancelled", Canceled()),
        ("sent", TooLate("sent")),
        ("queued", TooLate("queued")),
        ("delivered", TooLate("delivered")),
        ("scheduled", CannotSay("scheduled")),
        ("new", CannotSay("new")),
    ],
)
async def test_what_telnyx_does_not_confirm_is_decided_by_the_texts_state(sms, provider, http, status, withdrawal):
    provider.answer = lambda asked: http(403) if asked.method == "DELETE" else http(200, {"data": in_state(status)})
    assert await sms.cancel(Handle("m-1")) == withdrawal


@pytest.mark.parametrize("body", [b"", b"<html>", {"data": {"to": []}}, {"data": {"to": "x"}}, {"data": {"to": [1]}}])
async def test_a_state_that_cannot_be_read_proves_nothing(sms, provider, http, body):
    provider.answer = lambda asked: http(500) if asked.method == "DELETE" else http(200, body)
    assert await sms.cancel(Handle("m-1")) == CannotSay("unreadable answer")


@pytest.mark.parametrize("made", ["", "../balance", "a/b", "x" * 65])
async def test_what_is_no_id_is_not_put_into_an_address(sms, provider, made):
    assert await sms.cancel(Handle(made)) == CannotSay("no such id")
    assert provider.asked == []


async def test_words_cannot_be_erased(sms):
    assert isinstance(await sms.redact(Handle("m-1")), CannotSay)


# --- looking up ------------------------------------------------------------------------------


def records(*entries):
    return {"data": [{"uuid": f"m-{place}", "delivery_status_webhook_url": url} for place, url in enumerate(entries)]}


async def test_a_record_with_our_address_proves_that_the_text_is_there(sms, provider, http):
    provider.answer = lambda _: http(200, records(f"{BASE}/callbacks/telnyx/messages/r12", OURS))
    assert await sms.find(LOOKUP) == Present("m-1")
    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("GET", "/v2/detail_records")
    assert asked.query["filter[record_type]"] == ["messaging"]
    assert asked.query["filter[cld]"] == ["+17145550100"]
    assert asked.query["filter[created_at][gte]"] == ["2026-12-01"]


async def test_a_text_of_just_after_midnight_is_looked_for_from_the_day_before(sms, provider):
    await sms.find(Lookup("r1", "K", "+17145550100", "+17145550199", since=datetime(2026, 12, 1, 0, 2, tzinfo=UTC)))
    assert provider.asked[0].query["filter[created_at][gte]"] == ["2026-11-30"]


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        ((200, records()), "not in the records, which may be late"),
        ((200, records(OURS, OURS)), "more than one record"),
        ((200, {"data": [{"delivery_status_webhook_url": OURS}]}), "unreadable list"),
        ((200, {"data": ["x", None]}), "not in the records, which may be late"),
        ((200, {"data": {}}), "unreadable list"),
        ((200, b"<html>"), "unreadable list"),
        ((503, b""), "HTTP 503"),
    ],
)
async def test_nothing_less_is_proof_and_nothing_proves_absence(sms, provider, http, answer, detail):
    provider.answer = lambda _: http(*answer)
    assert await sms.find(LOOKUP) == CannotSay(detail)


async def test_a_list_that_never_came_proves_nothing(transport):
    sms = TelnyxSms(transport, api_key="K", base_url="http://127.0.0.1:9", callback_base=BASE)
    assert await sms.find(LOOKUP) == CannotSay("unreachable")


# --- hearing ---------------------------------------------------------------------------------


def test_a_receipt_and_a_reply_are_read(sms, event, called_back):
    (receipt,) = sms.read_callback(called_back(event("message.finalized", "delivered")))
    assert isinstance(receipt, Receipt)
    said = event("message.received", **{"from": {"phone_number": "+17145550100"}})
    (reply,) = sms.read_callback(called_back(said, path="inbound", reference=""))
    assert isinstance(reply, Reply)


def test_a_forged_callback_is_refused(sms, event, called_back):
    forged = called_back(event("message.finalized", "delivered"), Telnyx_Signature_Ed25519="AAAA")
    with pytest.raises(BadSignature):
        sms.read_callback(forged)


def test_no_secret_is_in_its_repr(sms):
    assert "KEY1" not in repr(sms) + json.dumps([repr(value) for value in vars(sms).values()])
