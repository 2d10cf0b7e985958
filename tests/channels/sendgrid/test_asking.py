"""What is asked of SendGrid beside the sending: look-up, withdrawal, standing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from channels.contract import Canceled, CannotSay, Handle, Lookup, Present, TooLate

LOOKUP = Lookup("r1", "K7Q2M", "p@example.org", "renewals@orange.example.org", datetime(2026, 12, 1, tzinfo=UTC))


async def test_a_mail_is_found_by_its_reference(channel, provider, http):
    listed = {"messages": [{"msg_id": "m-1.filter0001.1", "to_email": "p@example.org", "status": "delivered"}]}
    provider.answer = lambda _: http(200, listed)
    assert await channel.find(LOOKUP) == Present("m-1")
    (asked,) = provider.asked
    assert asked.path == "/sandbox/sendgrid/v3/messages"
    assert asked.query == {"query": ["(unique_args['reference']=\"r1\")"], "limit": ["10"]}


async def test_a_reference_cannot_break_out_of_the_query(channel, provider):
    await channel.find(replace(LOOKUP, reference='r" OR \\'))
    assert provider.asked[0].query["query"] == ['(unique_args[\'reference\']="r\\" OR \\\\")']


async def test_the_key_is_asked_what_it_may_do(channel, provider, http):
    provider.answer = lambda _: http(200, {"scopes": ["mail.send"]})
    assert (await channel.check()).ok
    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("GET", "/sandbox/sendgrid/v3/scopes")
    assert asked.headers["authorization"] == "Bearer SG.test"


async def test_a_batch_id_is_the_fence(channel, provider, http):
    provider.answer = lambda _: http(201, {"batch_id": "MTQ5-x_"})
    assert await channel.new_fence() == "MTQ5-x_"
    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("POST", "/sandbox/sendgrid/v3/mail/batch")


async def test_a_batch_is_withdrawn_by_its_id(channel, provider, http):
    provider.answer = lambda _: http(201, {"batch_id": "b1", "status": "cancel"})
    assert await channel.cancel(Handle("m-1", "b1")) == Canceled()
    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("POST", "/sandbox/sendgrid/v3/user/scheduled_sends")
    assert asked.json == {"batch_id": "b1", "status": "cancel"}


async def test_a_batch_that_has_a_status_is_asked_which_one(channel, provider, http):
    exists = {"errors": [{"field": None, "message": "a status for this batch id exists, try PATCH to …"}]}
    shown = [{"batch_id": "b1", "status": "cancel"}]
    provider.answer = lambda asked: http(400, exists) if asked.method == "POST" else http(200, shown)
    assert await channel.cancel(Handle("m-1", "b1")) == Canceled()
    assert provider.asked[1].path == "/sandbox/sendgrid/v3/user/scheduled_sends/b1"


@pytest.mark.parametrize("fence", ["", "../mail/send", "b 1", "ñ"])
async def test_what_has_no_fence_of_sendgrids_cannot_be_withdrawn_and_nobody_is_asked(channel, provider, fence):
    assert isinstance(await channel.cancel(Handle("m-1", fence)), TooLate)
    assert provider.asked == []


async def test_sendgrid_erases_nothing(channel, provider):
    assert isinstance(await channel.redact(Handle("m-1")), CannotSay)
    assert not channel.capabilities.can_redact
    assert provider.asked == []


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{",
        b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n[]",
        b"HTTP/1.1 201 Created\r\nContent-Length: 99\r\nX: Promised\r\n\r\n{",
        b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 503 Busy\r\nContent-Length: 6\r\n\r\n<html>",
    ],
)
async def test_an_odd_answer_promises_nothing(channel, provider, said):
    provider.answer = lambda _: said
    assert not (await channel.check()).ok
    assert await channel.new_fence() == ""
    assert isinstance(await channel.find(LOOKUP), CannotSay)
    assert isinstance(await channel.cancel(Handle("m-1", "b1")), CannotSay)
