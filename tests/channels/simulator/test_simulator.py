"""The simulator as a whole: with our real adapters, and across a restart."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from channels.contract import (
    Absent,
    Accepted,
    Canceled,
    CannotSay,
    Handle,
    Lookup,
    Mail,
    OutgoingMessage,
    Present,
    Redacted,
    Refused,
    TooLate,
    TryLater,
)
from channels.sendgrid.mail import SendGridMail
from channels.signals import Callback, KeyPressed, Status
from channels.simulator import Simulator
from channels.speech import SILENT, CallScript, Line
from channels.transport import Transport
from channels.twilio.sms import TwilioSms
from channels.twilio.voice import TwilioVoice
from tests.channels.simulator.conftest import ACCOUNT, MAIL_KEY, MOMENT, PUBLIC, TOKEN, Wire
from tests.channels.simulator.test_world import served

ADAPTERS = ("sms", "voice", "email")
NEVER = float("inf")
TO = {"sms": "+14155550123", "voice": "+14155550123", "email": "ana@example.org"}


def a_message(channel, **changes: object):
    mail = Mail("Hello [[name]]", "Dear [[name]]", "<p>[[name|html]]</p>") if channel == "email" else None
    plain = OutgoingMessage(
        reference="ref-1",
        code="K7Q2",
        to=TO[channel],
        sender="renewals@orange.example.org" if mail else "+17145550100",
        language="en",
        body="" if mail else "Please renew. K7Q2",
        mail=mail,
        words={"name": "Ana"} if mail else {},
    )
    return replace(plain, **changes)


@pytest.fixture
async def adapters(simulator, public_event_key):
    app = Starlette(routes=[Mount("/sandbox", app=simulator.app)])
    account = {"account_sid": ACCOUNT, "auth_token": TOKEN, "callback_base": PUBLIC}
    async with served(app) as base, Transport(timeout=timedelta(seconds=5)) as transport:
        twilio = {**account, "base_url": f"{base}/sandbox/twilio"}
        yield {
            "sms": TwilioSms(transport, **twilio),
            "voice": TwilioVoice(transport, **twilio),
            "email": SendGridMail(
                transport, api_key=MAIL_KEY, base_url=f"{base}/sandbox/sendgrid", public_keys=[public_event_key]
            ),
        }


@pytest.mark.parametrize("channel", ADAPTERS)
async def test_our_adapter_sends_finds_and_hears(adapters, simulator, service, channel):
    adapter = adapters[channel]
    (outcome,) = await adapter.send([a_message(channel)], not_after=NEVER)
    assert isinstance(outcome, Accepted)
    assert await simulator.quiet(5)
    lookup = Lookup("ref-1", "K7Q2", TO[channel], "+17145550100", since=MOMENT)
    assert await adapter.find(lookup) == Present(outcome.provider_id)
    signals = [signal for heard in service.heard for signal in adapter.read_callback(as_callback(heard))]
    assert {signal.reference for signal in signals} == {"ref-1"}
    assert Status.DELIVERED in [getattr(signal, "status", None) for signal in signals]


def as_callback(heard):
    part = heard.path.partition("ref-1/")[2]
    reference = "ref-1" if "ref-1" in heard.path else ""
    return Callback(PUBLIC + heard.path, heard.headers, heard.body, MOMENT, reference, part)


@pytest.mark.parametrize("channel", ADAPTERS)
async def test_our_adapter_finds_nothing_that_was_not_sent(adapters, channel):
    lookup = Lookup("ref-9", "XXXX", TO[channel], "+17145550100", since=MOMENT)
    assert await adapters[channel].find(lookup) == Absent()


@pytest.mark.parametrize(
    ("channel", "to"),
    [("sms", "+12095550102"), ("voice", "+15595550101"), ("email", "refused@sandbox.keepcovered.example")],
)
async def test_our_adapter_understands_a_refusal(adapters, channel, to):
    (outcome,) = await adapters[channel].send([a_message(channel, to=to)], not_after=NEVER)
    assert isinstance(outcome, Refused)


@pytest.mark.parametrize("channel", ["sms", "voice"])
async def test_our_adapter_checks_the_account(adapters, channel):
    assert (await adapters[channel].check()).ok


SERVICE = "MG" + "1" * 32


async def test_our_adapter_holds_a_text_back_and_withdraws_it_once_and_for_all(adapters, simulator, service):
    sms = adapters["sms"]
    held = a_message("sms", sender=SERVICE, send_at=MOMENT + timedelta(hours=1), valid_for=timedelta(hours=2))
    (outcome,) = await sms.send([held], not_after=NEVER)
    handle = Handle(outcome.provider_id)
    assert isinstance(await sms.redact(handle), CannotSay)
    assert [await sms.cancel(handle), await sms.cancel(handle)] == [Canceled(), Canceled()]
    assert await simulator.quiet(5)
    assert service.heard == []


@pytest.mark.parametrize("ahead", [timedelta(minutes=14), timedelta(days=36)])
async def test_our_adapter_hears_that_a_send_time_is_too_near_or_too_far(adapters, ahead):
    held = a_message("sms", sender=SERVICE, send_at=MOMENT + ahead)
    (outcome,) = await adapters["sms"].send([held], not_after=NEVER)
    assert outcome == TryLater("send_time_refused", "35114")


@pytest.mark.parametrize("channel", ["sms", "voice"])
async def test_our_adapter_cannot_withdraw_what_has_ended_and_can_erase_it(adapters, simulator, channel):
    adapter = adapters[channel]
    (outcome,) = await adapter.send([a_message(channel)], not_after=NEVER)
    assert await simulator.quiet(5)
    handle = Handle(outcome.provider_id)
    assert isinstance(await adapter.cancel(handle), TooLate)
    assert [await adapter.redact(handle), await adapter.redact(handle)] == [Redacted(), Redacted()]
    assert await adapter.find(Lookup("ref-1", "K7Q2", TO[channel], "+17145550100", since=MOMENT)) == Absent()


async def test_what_our_adapter_says_is_heard_word_for_word(adapters, simulator, service):
    words = f"{PUBLIC}/callbacks/twilio/calls/ref-1"
    script = CallScript(
        [Line("Call 7 1 4. 5 5 5.", "en"), Line("Գիր", "hy", "/clips/a"), Line("Llame.", "es-MX")], f"{words}/keys"
    )
    connection = CallScript([Line("One moment.", "en")], connect_to="+18002819799", connected_url=f"{words}/connected")
    voice = adapters["voice"]
    service.clips["/clips/a"] = {"X-Clip-Words": quote("Գիր")}
    service.answers |= {
        "/callbacks/twilio/calls/ref-1": voice.say(script),
        "/callbacks/twilio/calls/ref-1/keys": voice.say(connection),
        "/callbacks/twilio/calls/ref-1/connected": voice.say(SILENT),
    }
    await voice.send([a_message("voice")], not_after=NEVER)
    assert await simulator.quiet(5)
    signals = [signal for heard in service.heard for signal in voice.read_callback(as_callback(heard))]
    parts = [signal.part for signal in signals if isinstance(signal, KeyPressed)]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(simulator.app), base_url="http://x.example") as http:
        (call,) = (await http.get("/messages")).json()["data"]
    spoken = ["Call 7 1 4. 5 5 5.", "Գիր", "Llame.", "One moment.", "[connects to +18002819799]"]
    assert (call["body"].splitlines(), parts) == (spoken, ["keys", "connected"])


async def test_a_restart_goes_on_with_the_callbacks(settings, service):
    network = Wire(service.app)
    first = Simulator(settings, now=lambda: MOMENT, network=network)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(first.app), base_url="http://x.example") as http:
        answer = await http.post(
            f"/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
            data={"To": TO["sms"], "From": "+17145550100", "Body": "Hello", "StatusCallback": PUBLIC + "/r1"},
            auth=(ACCOUNT, TOKEN),
        )
    await first.stop()
    assert (answer.status_code, service.heard) == (201, [])
    second = Simulator(settings, now=lambda: MOMENT, network=network)
    await second.start()
    assert await second.quiet(5)
    await second.stop()
    assert service.told() == ["sent", "delivered"]


async def test_a_moving_clock_stamps_what_is_accepted(settings, service):
    moments = iter([datetime(2026, 11, 22, 18, minute, tzinfo=UTC) for minute in range(60)])
    simulator = Simulator(settings, now=lambda: next(moments), network=Wire(service.app))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(simulator.app), base_url="http://x.example") as http:
        await http.post("/replies", json={"from": TO["sms"], "to": "+17145550100", "body": "Hi"})
        page = await http.get("/phone/%2B14155550123")
    await simulator.stop()
    assert "2026-11-22 18:00:00" in page.text
