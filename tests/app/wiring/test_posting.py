import asyncio
from contextlib import asynccontextmanager
from ipaddress import ip_address

import pytest

from app.rules.webhooks import NOTHING
from app.wiring import posting
from app.wiring.posting import Poster, looked_up

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
AWAY = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"


@asynccontextmanager
async def receiver(answer=OK):
    """A receiver on loopback that keeps what it is sent and says the same to all."""
    heard = []

    async def serve(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        heard.append((head, await reader.readexactly(length)))
        writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], heard


def resolves_to(*addresses):
    async def resolve(host, port):
        return [ip_address(one) for one in addresses]

    return resolve


async def test_a_body_is_posted_to_the_address_that_was_looked_up_under_the_hosts_name():
    async with receiver() as (port, heard):
        poster = Poster(live=False, resolve=resolves_to("127.0.0.1"))
        assert await poster.post(f"http://county.example.org:{port}/hooks?a=1", {"webhook-id": "msg_1"}, b"{}") == 200
    [(head, body)] = heard
    assert head.startswith(b"POST /hooks?a=1 HTTP/1.1\r\n")
    assert f"host: county.example.org:{port}".encode() in head.lower()
    assert b"webhook-id: msg_1" in head
    assert body == b"{}"


async def test_a_name_is_looked_up_by_the_machine():
    assert ip_address("127.0.0.1") in await looked_up("localhost", 80)


async def test_a_redirect_is_not_followed():
    async with receiver(AWAY) as (port, heard):
        poster = Poster(live=False)
        assert await poster.post(f"http://127.0.0.1:{port}/", {}, b"{}") == 302
    assert len(heard) == 1


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["10.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["169.254.169.254"]])
async def test_in_live_mode_a_name_that_leads_inside_is_not_called(addresses):
    assert await Poster(live=True, resolve=resolves_to(*addresses)).post("https://a.example.org/", {}, b"{}") == NOTHING


async def test_without_encryption_only_this_machine_is_called():
    assert await Poster(live=False, resolve=resolves_to("8.8.8.8")).post("http://a.example.org/", {}, b"{}") == NOTHING


async def test_who_does_not_answer_is_given_up(monkeypatch):
    monkeypatch.setattr(posting, "WITHIN", 0.05)

    left = asyncio.Event()

    async def silent(reader, writer):
        await reader.read()
        writer.close()
        left.set()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await Poster(live=False).post(f"http://127.0.0.1:{port}/", {}, b"{}") == NOTHING
        await left.wait()


async def test_who_is_not_there_or_speaks_no_http_has_no_status(port):
    assert await Poster(live=False).post(f"http://127.0.0.1:{port}/", {}, b"{}") == NOTHING
    async with receiver(b"what?\r\n\r\n") as (other, _):
        assert await Poster(live=False).post(f"http://127.0.0.1:{other}/", {}, b"{}") == NOTHING


async def test_another_address_of_the_host_is_tried_where_the_first_is_not_there():
    async with receiver() as (port, _):
        poster = Poster(live=False, resolve=resolves_to("::1", "127.0.0.1"))
        assert await poster.post(f"http://a.example.org:{port}/", {}, b"{}") == 200
