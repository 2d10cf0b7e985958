from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from channels.contract import (
    Absent,
    Accepted,
    Canceled,
    CannotSay,
    Handle,
    Lookup,
    MessageChannel,
    OutgoingMessage,
    Present,
    Redacted,
    Refused,
    TryLater,
)
from channels.signals import BadSignature, OptOut, Receipt, Reply, Status
from channels.transport import NEVER
from channels.twilio.sms import STATUSES, TwilioSms

NOW = datetime(2026, 12, 1, 18, tzinfo=UTC)
LOOKUP = Lookup(reference="r1", code="K7Q2M", to="+17145550100", sender="+17145550199", since=NOW)


@pytest.fixture
def sms(transport, provider, account):
    return TwilioSms(transport, base_url=provider.url, **account)


def text(number=0, **changed: object):
    fields = {"sender": "+17145550199", "body": "Renew at kc.example/K7Q2M"} | changed
    return OutgoingMessage(reference=f"r{number}", code="K7Q2M", to=f"+1714555{number:04}", language="en", **fields)


def took(asked):
    return {"sid": "SM" + asked.form["To"][0][-4:], "num_segments": "1"}


def test_it_is_a_channel(sms):
    channel: MessageChannel = sms
    assert (channel.name, channel.capabilities.batch) == ("twilio", 1)


async def test_a_check_asks_for_the_account_and_sends_nothing(sms, provider, http):
    provider.answer = lambda _: http(200, {"status": "active"})
    health = await sms.check()
    assert (health.ok, [asked.method for asked in provider.asked]) == (True, ["GET"])
    assert provider.asked[0].path == f"/2010-04-01/Accounts/AC{'0' * 32}.json"


async def test_a_text_is_posted_as_twilio_documents_it(sms, provider, http):
    provider.answer = lambda asked: http(201, took(asked))
    await sms.send([text(7, valid_for=timedelta(hours=2), body="¿Sí? & más")], not_after=NEVER)
    (asked,) = provider.asked
    assert asked.path == f"/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"
    assert asked.form == {
        "To": ["+17145550007"],
        "From": ["+17145550199"],
        "Body": ["¿Sí? & más"],
        "StatusCallback": ["https://kc.example.org/callbacks/twilio/messages/r7"],
        "ValidityPeriod": ["7200"],
    }


async def test_a_messaging_service_is_named_as_such(sms, provider, http):
    provider.answer = lambda asked: http(201, took(asked))
    await sms.send([text(sender="MG" + "1" * 32)], not_after=NEVER)
    (asked,) = provider.asked
    assert asked.form["MessagingServiceSid"] == ["MG" + "1" * 32]
    assert "From" not in asked.form
    assert "ValidityPeriod" not in asked.form


@pytest.mark.parametrize(
    ("period", "seconds"),
    [(timedelta(0), "1"), (timedelta(seconds=-5), "1"), (timedelta(days=2), "36000"), (timedelta(seconds=90), "90")],
)
async def test_the_validity_stays_in_twilios_bounds(sms, provider, period, seconds):
    await sms.send([text(valid_for=period)], not_after=NEVER)
    assert provider.asked[0].form["ValidityPeriod"] == [seconds]


SERVICE = "MG" + "1" * 32


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (NOW, "2026-12-01T18:00:00Z"),
        (NOW.astimezone(timezone(timedelta(hours=-8))), "2026-12-01T18:00:00Z"),
        (NOW + timedelta(microseconds=1), "2026-12-01T18:00:01Z"),
    ],
    ids=["to the second", "in another zone", "never earlier"],
)
async def test_a_send_time_is_written_in_utc(sms, provider, at, written):
    await sms.send([text(sender=SERVICE, send_at=at)], not_after=NEVER)
    form = provider.asked[0].form
    assert (form["ScheduleType"], form["SendAt"]) == (["fixed"], [written])


async def test_a_number_holds_no_text_back_so_nothing_is_sent(sms, provider):
    assert await sms.send([text(send_at=NOW)], not_after=NEVER) == [TryLater("send_time_refused")]
    assert provider.asked == []


async def test_a_text_that_twilio_would_not_take_is_not_posted(sms, provider):
    longest = sms.capabilities.longest
    assert await sms.send([text(body="a" * (longest + 1))], not_after=NEVER) == [Refused("too_long")]
    assert provider.asked == []
    await sms.send([text(body="a" * longest)], not_after=NEVER)
    assert len(provider.asked) == 1


async def test_what_we_post_is_what_twilios_own_kit_would_post(sms, provider, http, posted_by_kit):
    provider.answer = lambda asked: http(201, took(asked))
    message = text(7, sender=SERVICE, body="¿Sí? & más", valid_for=timedelta(hours=2), send_at=NOW)
    await sms.send([message], not_after=NEVER)
    wanted = posted_by_kit(
        "messages", to="+17145550007", messaging_service_sid=SERVICE, body="¿Sí? & más", validity_period=7200,
        schedule_type="fixed", send_at=NOW,
        status_callback="https://kc.example.org/callbacks/twilio/messages/r7",
    )  # fmt: skip
    assert provider.asked[0].form == wanted


@pytest.mark.parametrize(
    ("told", "cost"),
    [(("-0.00750", "USD"), 0.0075), ((None, "USD"), None), (("-0.0075", "EUR"), None), (("nan", "USD"), None)],
)
async def test_the_price_is_told_where_twilio_knows_it(sms, provider, http, told, cost):
    price, unit = told
    provider.answer = lambda _: http(201, {"sid": "SM1", "num_segments": "1", "price": price, "price_unit": unit})
    assert await sms.send([text()], not_after=NEVER) == [Accepted("SM1", 1, cost)]


@pytest.mark.parametrize(
    ("told", "count"), [("3", 3), ("0", 2), (None, 2)], ids=["twilio counted", "not yet", "not at all"]
)
async def test_segments_are_twilios_or_our_own(sms, provider, http, told, count):
    provider.answer = lambda _: http(201, {"sid": "SM1", "num_segments": told})
    (outcome,) = await sms.send([text(body="a" * 161)], not_after=NEVER)
    assert outcome == Accepted("SM1", count)


async def test_many_texts_keep_their_order_whatever_becomes_of_each(sms, provider, http):
    def answer(asked):
        number = int(asked.form["To"][0][-4:])
        return http(400, {"code": 21211, "status": 400}) if number % 3 == 0 else http(201, took(asked))

    provider.answer = answer
    outcomes = await sms.send([text(number) for number in range(250)], not_after=NEVER)
    expected = [
        Refused("bad_address", "21211") if number % 3 == 0 else Accepted(f"SM{number:04}", 1) for number in range(250)
    ]
    assert outcomes == expected
    assert len(provider.asked) == 250


async def test_after_the_deadline_all_wait(sms, provider):
    assert await sms.send([text(1), text(2)], not_after=0) == [TryLater("deadline")] * 2
    assert provider.asked == []


async def test_nothing_to_send_is_nothing_sent(sms):
    assert await sms.send([], not_after=NEVER) == []


# --- look-up ---------------------------------------------------------------------------------


def listed(*bodies: str, direction="outbound-api"):
    entries = [
        {"sid": f"SM{place}", "body": body, "direction": direction, "date_created": format_datetime(NOW)}
        for place, body in enumerate(bodies)
    ]
    return {"messages": entries, "next_page_uri": None}


@pytest.mark.parametrize("body", ["Renew: kc.example/K7Q2M", "K7Q2M", "续保K7Q2M。", "code (K7Q2M)."])
async def test_a_text_with_the_code_is_found(sms, provider, http, body):
    provider.answer = lambda _: http(200, listed("another text", body))
    assert await sms.find(LOOKUP) == Present("SM1")
    assert provider.asked[0].query["To"] == ["+17145550100"]


@pytest.mark.parametrize("body", ["another text", "kc.example/K7Q2", "xK7Q2M", "K7Q2M9", "k7q2m"])
async def test_a_list_without_the_code_proves_that_it_never_arrived(sms, provider, http, body):
    provider.answer = lambda _: http(200, listed(body))
    assert await sms.find(LOOKUP) == Absent()


async def test_a_text_to_us_is_no_proof(sms, provider, http):
    provider.answer = lambda _: http(200, listed("what is K7Q2M?", direction="inbound"))
    assert await sms.find(LOOKUP) == Absent()


async def test_two_texts_with_the_code_are_for_a_person_to_judge(sms, provider, http):
    provider.answer = lambda _: http(200, listed("K7Q2M", "K7Q2M"))
    assert isinstance(await sms.find(LOOKUP), CannotSay)


async def test_the_text_of_another_attempt_is_no_proof(sms, provider, http):
    provider.answer = lambda _: http(200, listed("K7Q2M", "K7Q2M"))
    assert await sms.find(replace(LOOKUP, not_these=frozenset({"SM0"}))) == Present("SM1")
    assert await sms.find(replace(LOOKUP, not_these=frozenset({"SM0", "SM1"}))) == Absent()


async def test_a_blanked_text_could_be_the_one(sms, provider, http):
    provider.answer = lambda _: http(200, listed("another text", ""))
    assert isinstance(await sms.find(LOOKUP), CannotSay)
    assert await sms.find(replace(LOOKUP, not_these=frozenset({"SM1"}))) == Absent()


async def test_a_text_that_is_found_is_found_beside_a_blanked_one(sms, provider, http):
    provider.answer = lambda _: http(200, listed("", "K7Q2M"))
    assert await sms.find(LOOKUP) == Present("SM1")


# --- taking back -----------------------------------------------------------------------------


async def test_a_scheduled_text_is_withdrawn(sms, provider, http):
    provider.answer = lambda _: http(200, {"sid": "SM1", "status": "canceled"})
    assert await sms.cancel(Handle("SM1")) == Canceled()
    (asked,) = provider.asked
    assert (asked.method, asked.form) == ("POST", {"Status": ["canceled"]})
    assert asked.path.endswith("/Messages/SM1.json")


async def test_a_settled_text_is_deleted_with_words_and_number(sms, provider, http):
    provider.answer = lambda _: http(204)
    assert await sms.redact(Handle("SM1")) == Redacted()
    (asked,) = provider.asked
    assert (asked.method, asked.path.rpartition("/")[2]) == ("DELETE", "SM1.json")


async def test_without_a_code_nothing_can_be_said(sms, provider):
    assert isinstance(await sms.find(Lookup("r1", "", "+17145550100", "+1", NOW)), CannotSay)
    assert provider.asked == []


# --- callbacks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "status", "reason"),
    [
        (("queued", ""), Status.ACCEPTED, ""),
        (("sent", ""), Status.ACCEPTED, ""),
        (("delivered", ""), Status.DELIVERED, ""),
        (("read", ""), Status.DELIVERED, ""),
        (("undelivered", "30006"), Status.UNDELIVERED, "landline"),
        (("failed", "30007"), Status.UNDELIVERED, "carrier_filtered"),
        (("failed", ""), Status.UNDELIVERED, "unexplained"),
        (("canceled", ""), Status.UNDELIVERED, "canceled_at_provider"),
    ],
)
def test_a_status_is_a_receipt(sms, called_back, told, status, reason):
    said, code = told
    form = {"MessageSid": "SM1", "MessageStatus": said, "ErrorCode": code}
    callback = called_back("messages/r1", form, reference="r1")
    assert sms.read_callback(callback) == [Receipt("r1", f"SM1:{said}", status, "SM1", reason, code)]


@pytest.mark.parametrize("code", ["30\0", "²", "-1", "1" * 10_000, "landline"])
def test_a_code_that_is_none_of_twilios_is_not_kept(sms, called_back, code):
    form = {"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": code}
    (receipt,) = sms.read_callback(called_back("messages/r1", form, reference="r1"))
    assert (receipt.reason, receipt.provider_code) == ("unexplained", "")


@pytest.mark.parametrize("sid", ["SM\0", "é", "x" * 10_000])
def test_an_id_that_nobody_could_keep_says_nothing(sms, called_back, sid):
    told = {"MessageSid": sid, "MessageStatus": "delivered"}
    text = {"MessageSid": sid, "From": "+17145550100", "To": "+17145550199", "Body": "hi"}
    assert sms.read_callback(called_back("messages/r1", told, reference="r1")) == []
    assert sms.read_callback(called_back("inbound", text)) == []


def test_every_status_that_twilio_documents_is_known():
    documented = "accepted scheduled queued sending sent delivered undelivered failed canceled read"
    assert set(STATUSES) == set(documented.split())


@pytest.mark.parametrize("form", [{}, {"MessageSid": "SM1"}, {"MessageSid": "SM1", "MessageStatus": "teleported"}])
def test_an_unknown_status_says_nothing(sms, called_back, form):
    assert sms.read_callback(called_back("messages/r1", form, reference="r1")) == []


def test_a_text_to_us_is_a_reply(sms, called_back):
    form = {"MessageSid": "SM9", "From": "+17145550100", "To": "+17145550199", "Body": "no más", "NumMedia": "0"}
    assert sms.read_callback(called_back("inbound", form)) == [Reply("SM9", "+17145550100", "+17145550199", "no más")]


def test_an_empty_text_to_us_is_still_a_reply(sms, called_back):
    form = {"MessageSid": "SM9", "From": "+17145550100", "To": "+17145550199", "Body": ""}
    assert [signal.body for signal in sms.read_callback(called_back("inbound", form))] == [""]


@pytest.mark.parametrize(("code", "reason"), [("21610", "opted_out"), ("30640", "litigator_blocked")])
def test_a_stop_that_only_the_status_tells_is_an_opt_out_too(sms, called_back, code, reason):
    form = {"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": code}
    receipt, opt_out = sms.read_callback(called_back("messages/r1", form, reference="r1"))
    assert (receipt.status, receipt.reason) == (Status.UNDELIVERED, reason)
    assert opt_out == OptOut("r1", f"SM1:{reason}", reason)


INBOUND = {"MessageSid": "MM9", "From": "+17145550100", "To": "+17145550199", "SmsStatus": "received"}


def test_a_picture_without_words_is_still_a_reply(sms, called_back):
    form = {**INBOUND, "NumMedia": "1", "MediaUrl0": "https://api.twilio.com/m", "MediaContentType0": "image/jpeg"}
    assert sms.read_callback(called_back("inbound", form)) == [Reply("MM9", "+17145550100", "+17145550199", "")]


@pytest.mark.parametrize(
    ("told", "did"), [("STOP", "stop"), ("START", "start"), ("HELP", "help"), ("", ""), ("OTHER", "")]
)
def test_what_twilio_has_answered_by_itself_is_said(sms, called_back, told, did):
    (reply,) = sms.read_callback(called_back("inbound", {**INBOUND, "Body": "Alto", "OptOutType": told}))
    assert (reply.body, reply.provider_did) == ("Alto", did)


def test_a_stop_in_another_messenger_is_a_stop_of_that_number(sms, called_back):
    form = {**INBOUND, "From": "whatsapp:+17145550100", "To": "whatsapp:+17145550199", "Body": "STOP"}
    assert sms.read_callback(called_back("inbound", form)) == [Reply("MM9", "+17145550100", "+17145550199", "STOP")]


@pytest.mark.parametrize("missing", ["MessageSid", "From", "To"])
def test_a_text_from_or_to_nobody_says_nothing(sms, called_back, missing):
    form = {name: value for name, value in {**INBOUND, "Body": "Hi"}.items() if name != missing}
    assert sms.read_callback(called_back("inbound", form)) == []


def test_a_status_without_a_reference_is_no_reply(sms, called_back):
    form = {"MessageSid": "SM1", "From": "+1", "To": "+1", "MessageStatus": "sent"}
    assert sms.read_callback(called_back("inbound", form)) == []


def test_a_forged_callback_is_refused(sms, called_back):
    with pytest.raises(BadSignature):
        sms.read_callback(called_back("inbound", {"Body": "STOP"}, token="guessed"))


def test_while_the_token_is_replaced_both_are_good(transport, account, called_back):
    sms = TwilioSms(transport, base_url="http://unused", **account, next_tokens=["tomorrow"])
    form = {"MessageSid": "SM1", "MessageStatus": "sent"}
    for token in (account["auth_token"], "tomorrow"):
        assert len(sms.read_callback(called_back("messages/r1", form, reference="r1", token=token))) == 1


# --- the whole list --------------------------------------------------------------------------


def in_the_list(sid, **said):
    usual = {"to": "+17145550002", "from": "+17145550199", "messaging_service_sid": None, "status": "delivered",
             "direction": "outbound-api", "body": "K7Q2M", "date_created": format_datetime(NOW)}  # fmt: skip
    return {"sid": sid, **usual, **said}


async def test_the_whole_list_is_read_page_by_page_without_what_people_sent_us(sms, provider, http):
    following = "/2010-04-01/Accounts/AC1/Messages.json?Page=1"
    first = [in_the_list("SM3", status="scheduled", messaging_service_sid="MG1", **{"from": None}),
             in_the_list("SM2", direction="inbound")]  # fmt: skip
    answers = iter([
        {"messages": first, "next_page_uri": following},
        {"messages": [in_the_list("SM1", body=None)], "next_page_uri": None},
    ])  # fmt: skip
    provider.answer = lambda _: http(200, next(answers))
    page = await sms.listed(NOW)
    assert [(one.provider_id, one.sender, one.status, one.words) for one in page.entries] == [
        ("SM3", "MG1", Status.ACCEPTED, "K7Q2M")
    ]
    last = await sms.listed(NOW, page.following)
    assert [(one.provider_id, one.to, one.at, one.words) for one in last.entries] == [("SM1", "+17145550002", NOW, "")]
    assert (last.following, provider.asked[0].query) == ("", {"PageSize": ["1000"]})


async def test_a_list_that_cannot_be_read_is_none(sms, provider, http):
    provider.answer = lambda _: http(503, {})
    assert isinstance(await sms.listed(NOW), CannotSay)
