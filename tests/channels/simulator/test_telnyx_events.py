import json
from dataclasses import replace

import pytest

from channels.signals import BadSignature, Callback
from channels.telnyx.signatures import Signatures
from tests.channels.simulator.conftest import MOMENT, TELNYX_STATUS


async def test_an_event_is_signed_and_repeats_the_address(client, service, public_telnyx_key):
    made = (await client.telnyx_text()).json()["data"]["id"]
    await client.quiet()
    heard = service.heard[-1]
    callback = Callback(TELNYX_STATUS, heard.headers, heard.body, MOMENT)
    Signatures([public_telnyx_key]).verify(callback)
    with pytest.raises(BadSignature):
        Signatures([public_telnyx_key]).verify(replace(callback, body=heard.body + b" "))
    whole = json.loads(heard.body)
    assert whole["meta"]["delivered_to"] == whole["data"]["payload"]["webhook_url"] == TELNYX_STATUS
    assert whole["data"]["payload"]["id"] == made


async def test_a_text_without_an_address_uses_the_profiles(client, service):
    await client.telnyx_text(webhook_url=None)
    await client.quiet()
    assert {heard.path for heard in service.heard} == {"/callbacks/telnyx/inbound"}


async def test_a_text_that_wants_none_of_both_is_told_of_nowhere(client, service):
    await client.telnyx_text(webhook_url=None, use_profile_webhooks=False)
    await client.quiet()
    assert service.heard == []


async def test_an_event_that_was_not_taken_comes_again_as_the_same(client, service):
    service.failures = 1
    await client.telnyx_text()
    await client.quiet()
    first, second, *_ = [json.loads(heard.body)["data"]["id"] for heard in service.heard]
    assert first == second
    assert service.events[-1] == ("message.finalized", "delivered")


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("+12095550117", []),
        ("+12095550155", ["sent", "sent", "delivered", "delivered"]),
        ("+12095550156", ["delivered", "sent"]),
        ("+12095550118", ["sent", "delivery_failed", "delivered"]),
    ],
)
async def test_a_magic_number_bends_the_events(client, service, number, told):
    await client.telnyx_text(to=number)
    await client.quiet()
    assert [status for _, status in service.events] == told
