import json
from datetime import timedelta

import httpx
import pytest

from channels.simulator import Simulator
from tests.channels.simulator.conftest import MAIL_KEY, MOMENT, Wire, a_reader
from tests.channels.simulator.test_sendgrid_checks import a_request

LIST = "/sandbox/sendgrid/v3/messages"
KEY = {"Authorization": f"Bearer {MAIL_KEY}"}


async def listed(client, query, **more: object):
    return await client.http.get(LIST, params={"query": query, **more}, headers=KEY)


async def test_an_email_is_taken_and_put_into_each_readers_words(client):
    headers = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    answer = await client.mail(a_reader(headers=headers), a_reader("bo@example.org", substitutions={}))
    assert (answer.status_code, answer.content) == (202, b"")
    assert answer.headers["x-message-id"]
    second, first = await client.accepted(channel="email")
    assert (first["subject"], first["body"]) == ("Hello Ana & Bo", "Dear Ana & Bo")
    assert first["html"] == "<p>Dear Ana &amp; Bo</p>"
    assert (first["headers"], first["reference"]) == (headers, "r1")
    assert second["body"] == "Dear [[name]]"


async def test_a_mark_inside_a_word_stays_as_it_is(client):
    await client.mail(a_reader(substitutions={"[[name]]": "[[code]]", "[[code]]": "secret"}))
    assert [mail["body"] for mail in await client.accepted()] == ["Dear [[code]]"]


async def test_without_the_key_nothing_is_taken(client):
    answer = await client.http.post("/sandbox/sendgrid/v3/mail/send", json={})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (401, None)


async def test_a_flaw_is_answered_in_sendgrids_own_shape(client):
    answer = await client.mail(subject="")
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert set(error) == {"message", "field", "help"}
    assert error["field"] == "subject"


async def test_a_refused_address_is_named_by_its_place(client):
    answer = await client.mail(a_reader(), a_reader("refused@sandbox.keepcovered.example"))
    assert answer.json()["errors"][0]["field"] == "personalizations.1.to"
    assert await client.accepted() == []


async def test_a_mail_for_later_waits_and_no_event_is_told(client, service):
    await client.mail(send_at=int(MOMENT.timestamp()) + 900)
    await client.quiet()
    assert [mail["status"] for mail in await client.accepted()] == ["scheduled"]
    assert service.heard == []


async def test_a_mail_whose_time_has_passed_leaves_at_once(client):
    await client.mail(send_at=int(MOMENT.timestamp()) - 1)
    await client.quiet()
    assert [mail["status"] for mail in await client.accepted()] == ["delivered"]


async def test_a_mail_for_later_leaves_when_its_time_has_come(settings, service):
    network = Wire(service.app)
    first = Simulator(settings, now=lambda: MOMENT, network=network)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(first.app), base_url="http://x.example") as http:
        request = a_request(send_at=int(MOMENT.timestamp()) + 900)
        await http.post("/sendgrid/v3/mail/send", json=request, headers=KEY)
    await first.stop()
    later = Simulator(settings, now=lambda: MOMENT + timedelta(minutes=15), network=network)
    await later.start()
    assert await later.quiet(5)
    await later.stop()
    assert [event["event"] for heard in service.heard for event in json.loads(heard.body)] == ["processed", "delivered"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"send_at": int(MOMENT.timestamp()) + 72 * 3600 + 1}, "send_at"),
        ({"send_at": "soon"}, "send_at"),
        ({"batch_id": "made-up"}, "batch_id"),
        ({"batch_id": "0" * 32}, "batch_id"),
    ],
)
async def test_a_time_or_batch_that_sendgrid_does_not_take_is_named(client, changes, field):
    answer = await client.mail(**changes)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert await client.accepted() == []


@pytest.mark.parametrize(
    "query",
    [
        "(unique_args['reference']=\"r7\")",
        'to_email="ana@example.org" AND (unique_args[\'reference\']="r7")',
    ],
)
async def test_an_email_is_found_by_our_reference(client, query):
    await client.mail()
    answer = await client.mail(a_reader(custom_args={"reference": "r7"}))
    await client.quiet()
    (found,) = (await listed(client, query, limit="10")).json()["messages"]
    assert found["msg_id"].startswith(answer.headers["x-message-id"])
    assert (found["to_email"], found["status"]) == ("ana@example.org", "delivered")


async def test_an_email_is_found_by_the_id_it_was_answered_with(client):
    id_ = (await client.mail()).headers["x-message-id"]
    await client.mail(a_reader("bo@example.org"))
    found = (await listed(client, f'msg_id LIKE "{id_}%"')).json()["messages"]
    assert [mail["to_email"] for mail in found] == ["ana@example.org"]


async def test_a_reference_nobody_sent_finds_nothing(client):
    await client.mail()
    assert (await listed(client, "(unique_args['reference']=\"r9\")")).json() == {"messages": []}


@pytest.mark.parametrize(
    "query",
    [
        "", 'status="delivered"', "everything", 'unique_args["reference"]="r7"', "unique_args['reference']=\"r7\"",
        "(unique_args['reference'] = 'r7')", '(unique_args["reference"]="r7")', '"r7"',
    ],
)  # fmt: skip
async def test_another_query_is_refused(client, query):
    assert (await listed(client, query)).status_code == 400


async def test_the_list_is_only_for_who_has_the_key(client):
    assert (await client.http.get(LIST, params={"query": "x"})).status_code == 401
