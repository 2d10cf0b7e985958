import json

import pytest
from sendgrid.helpers.eventwebhook import EventWebhook

from tests.channels.simulator.conftest import MOMENT, a_reader

STAMP, SIGNATURE = (
    "x-twilio-email-event-webhook-timestamp",
    "x-twilio-email-event-webhook-signature",
)


def events(service):
    return [event for heard in service.heard for event in json.loads(heard.body)]


async def events_for(client, service, name):
    await client.mail(a_reader(f"{name}@sandbox.keepcovered.example"))
    await client.quiet()
    return [event["event"] for event in events(service)]


async def test_events_carry_our_arguments_and_sendgrids_ids(client, service):
    id_ = (await client.mail()).headers["x-message-id"]
    await client.quiet()
    processed, delivered = events(service)
    assert (processed["event"], delivered["event"]) == ("processed", "delivered")
    assert {event["reference"] for event in (processed, delivered)} == {"r1"}
    assert processed["sg_message_id"].startswith(id_)
    assert processed["sg_event_id"] != delivered["sg_event_id"]
    assert processed["timestamp"] == int(MOMENT.timestamp())


async def test_events_are_signed_over_the_raw_body(client, service, public_event_key):
    await client.mail()
    await client.quiet()
    for heard in service.heard:
        body = heard.body.decode()
        kit = EventWebhook(public_event_key)
        assert kit.verify_signature(body, heard.headers[SIGNATURE], heard.headers[STAMP])


async def test_events_of_many_people_come_together(client, service):
    await client.mail(*(a_reader(f"p{number}@example.org") for number in range(300)))
    await client.quiet()
    assert len(events(service)) == 600
    assert len(service.heard) < 20


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("bounce", ["processed", "bounce"]),
        ("block", ["processed", "bounce"]),
        ("full", ["processed", "bounce"]),
        ("deferred", ["processed", "deferred", "delivered"]),
        ("dropped", ["dropped"]),
        ("spam", ["processed", "delivered", "spamreport"]),
        ("unsubscribe", ["processed", "delivered", "unsubscribe"]),
        ("silent", []),
        ("duplicate", ["processed", "processed", "delivered", "delivered"]),
        ("reorder", ["delivered", "processed"]),
    ],
)
async def test_a_magic_address_has_its_own_events(client, service, name, told):
    assert await events_for(client, service, name) == told


async def test_a_bounce_and_a_block_are_told_apart(client, service):
    await events_for(client, service, "bounce")
    await events_for(client, service, "block")
    bounces = [event for event in events(service) if event["event"] == "bounce"]
    assert [(event["type"], event["status"]) for event in bounces] == [("bounce", "5.1.1"), ("blocked", "5.7.1")]


async def test_an_event_told_twice_keeps_its_id(client, service):
    await events_for(client, service, "duplicate")
    assert len({event["sg_event_id"] for event in events(service)}) == 2


async def test_events_that_were_not_heard_come_again(client, service):
    service.failures = 1
    await client.mail()
    await client.quiet()
    ids = [event["sg_event_id"] for event in events(service)]
    assert ids[0] == ids[1]
    assert len(ids) == 3


async def test_events_carry_the_categories_of_their_mail(client, service):
    await client.mail(categories=["renewal_two_months"])
    await client.quiet()
    assert {tuple(event["category"]) for event in events(service)} == {("renewal_two_months",)}
