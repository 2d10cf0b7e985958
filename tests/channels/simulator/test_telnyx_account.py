from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from channels.contract import (
    Accepted,
    Canceled,
    CannotSay,
    Handle,
    Lookup,
    OutgoingMessage,
    Present,
    Refused,
    TooLate,
    TryLater,
    Unclear,
)
from channels.signals import Callback, Status
from channels.simulator import Simulator
from channels.telnyx.sms import TelnyxSms
from channels.transport import Transport
from tests.channels.simulator.conftest import MOMENT, PUBLIC, TELNYX_KEY, Wire
from tests.channels.simulator.test_world import served


async def test_without_a_key_telnyx_is_not_there_and_replies_go_to_twilio(settings, service):
    simulator = Simulator(replace(settings, telnyx_private_key=""), now=lambda: MOMENT, network=Wire(service.app))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(simulator.app), base_url="http://x.example") as http:
        assert (await http.get("/telnyx/v2/balance")).status_code == 404
        await http.post("/replies", json={"from": "+14155550123", "to": "+17145550100", "body": "Hi"})
    await simulator.stop()
    assert [heard.path for heard in service.heard] == ["/callbacks/twilio/inbound"]


async def test_who_was_never_texted_writes_to_the_provider_of_the_installation(settings, service):
    simulator = Simulator(replace(settings, text_provider="telnyx"), now=lambda: MOMENT, network=Wire(service.app))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(simulator.app), base_url="http://x.example") as http:
        await http.post("/replies", json={"from": "+14155550123", "to": "+17145550100", "body": "Hi"})
    await simulator.stop()
    assert [heard.path for heard in service.heard] == ["/callbacks/telnyx/inbound"]


# --- with our real adapter ------------------------------------------------------------------


@pytest.fixture
async def adapter(simulator, public_telnyx_key):
    app = Starlette(routes=[Mount("/sandbox", app=simulator.app)])
    async with served(app) as base, Transport(timeout=timedelta(seconds=5)) as transport:
        yield TelnyxSms(
            transport, api_key=TELNYX_KEY, base_url=f"{base}/sandbox/telnyx", callback_base=PUBLIC,
            public_keys=[public_telnyx_key],
        )  # fmt: skip


def a_text(**changes: object):
    plain = OutgoingMessage("ref-1", "K7Q2", "+14155550123", "+17145550100", "vi", "Xin gia hạn. K7Q2")
    return replace(plain, **changes)


async def sent(adapter, **changes: object):
    (outcome,) = await adapter.send([a_text(**changes)], not_after=float("inf"))
    return outcome


def as_callback(heard):
    reference = "ref-1" if "ref-1" in heard.path else ""
    return Callback(PUBLIC + heard.path, heard.headers, heard.body, MOMENT, reference)


async def test_our_adapter_sends_finds_and_hears(adapter, simulator, service):
    outcome = await sent(adapter)
    assert await simulator.quiet(5)
    assert isinstance(outcome, Accepted)
    assert (outcome.segments, outcome.cost) == (1, 0.004)
    lookup = Lookup("ref-1", "K7Q2", "+14155550123", "+17145550100", since=MOMENT)
    assert await adapter.find(lookup) == Present(outcome.provider_id)
    assert isinstance(await adapter.find(replace(lookup, reference="ref-9")), CannotSay)
    signals = [signal for heard in service.heard for signal in adapter.read_callback(as_callback(heard))]
    assert [(one.reference, one.provider_id, one.status) for one in signals] == [
        ("ref-1", outcome.provider_id, Status.ACCEPTED), ("ref-1", outcome.provider_id, Status.DELIVERED),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("to", "outcome"),
    [
        ("+12095550101", Refused("bad_address", "40310")),
        ("+12095550102", Refused("opted_out", "40300")),
        ("+12095550103", Refused("landline", "40001")),
        ("+12095550104", Refused("route_refused", "40309")),
        ("+12095550150", TryLater("rate_limited", "10011", timedelta(seconds=1))),
        ("+12095550151", Unclear("HTTP 500")),
        ("+12095550152", Unclear("HTTP 500")),
    ],
)
async def test_our_adapter_understands_each_refusal(adapter, to, outcome):
    assert await sent(adapter, to=to) == outcome


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("+12095550110", "queue_full"), ("+12095550111", "handset_unreachable"), ("+12095550112", "blocked"),
        ("+12095550113", "unknown_number"), ("+12095550114", "landline"), ("+12095550115", "carrier_filtered"),
        ("+12095550116", "carrier_error"),
    ],
)  # fmt: skip
async def test_our_adapter_understands_each_failure(adapter, simulator, service, to, reason):
    await sent(adapter, to=to)
    assert await simulator.quiet(5)
    (receipt,) = adapter.read_callback(as_callback(service.heard[-1]))
    assert (receipt.status, receipt.reason) == (Status.UNDELIVERED, reason)


async def test_our_adapter_withdraws_what_waits_and_only_that(adapter):
    later = await sent(adapter, send_at=MOMENT + timedelta(hours=1))
    at_once = await sent(adapter)
    assert await adapter.cancel(Handle(later.provider_id)) == Canceled()
    assert await adapter.cancel(Handle(later.provider_id)) == Canceled()
    assert isinstance(await adapter.cancel(Handle(at_once.provider_id)), TooLate)


async def test_our_adapter_hears_a_stop_and_that_telnyx_answered(adapter, simulator, service):
    await sent(adapter)
    assert await simulator.quiet(5)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(simulator.app), base_url="http://x.example") as http:
        await http.post("/replies", json={"from": "+14155550123", "body": "STOP"})
    (reply,) = adapter.read_callback(as_callback(service.heard[-1]))
    assert (reply.sender, reply.recipient, reply.provider_did) == ("+14155550123", "+17145550100", "stop")
    assert await sent(adapter) == Refused("opted_out", "40300")


async def test_our_adapter_asks_the_account(adapter):
    assert (await adapter.check()).ok
