import asyncio
import contextlib
import gzip
import ipaddress
import socket
import ssl
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from channels.transport import (
    LONGEST_ANSWER,
    LONGEST_ID,
    NEVER,
    Answer,
    Lost,
    NotSent,
    Transport,
    header,
    id_from,
    in_order,
)

SOON = timedelta(milliseconds=400)


def now():
    return time.clock_gettime(time.CLOCK_BOOTTIME)


async def post(transport, url, *, not_after=NEVER):
    return await transport.post(f"{url}/secret?To=1", headers={"X-Own": "1"}, form={"a": "é b"}, not_after=not_after)


@pytest.fixture
async def hasty():
    async with Transport(timeout=SOON) as opened:
        yield opened


# --- answers ---------------------------------------------------------------------------------


async def test_a_form_and_its_answer_travel_whole(transport, provider, http):
    provider.answer = lambda _: http(201, b"made", Retry_After="7", X_Message_Id="m-1")
    answer = await post(transport, provider.url)
    assert answer == Answer(201, b"made", timedelta(seconds=7), "m-1")
    assert provider.asked[0].form == {"a": ["é b"]}
    assert provider.asked[0].headers["x-own"] == "1"


async def test_a_raw_body_is_sent_as_it_is(transport, provider):
    await transport.post(provider.url, headers={"Content-Type": "application/json"}, body=b"{}", not_after=NEVER)
    assert (provider.asked[0].body, provider.asked[0].headers["content-type"]) == (b"{}", "application/json")


async def test_a_query_is_encoded(transport, provider):
    await transport.get(provider.url, headers={}, query={"To": "+1 714"})
    assert provider.asked[0].query == {"To": ["+1 714"]}


async def test_one_header_of_an_answer_is_kept_if_asked_for(transport, provider, http):
    provider.answer = lambda _: http(200, X_Words="hello")
    for keep, kept in [("x-words", "hello"), ("x-others", ""), ("", "")]:
        assert (await transport.get(provider.url, headers={}, keep=keep)).kept == kept


async def test_a_deletion_names_its_resource(transport, provider, http):
    provider.answer = lambda _: http(204)
    answer = await transport.delete(f"{provider.url}/v2/messages/m-1", headers={"X-Own": "1"})
    (asked,) = provider.asked
    assert (asked.method, asked.path, asked.headers["x-own"]) == ("DELETE", "/v2/messages/m-1", "1")
    assert answer == Answer(204, b"")


async def test_a_closed_pool_deletes_nothing(provider):
    transport = Transport(timeout=SOON)
    assert await transport.delete(provider.url, headers={}) == NotSent("closed")


@pytest.mark.parametrize("url", ["no address", "http://[", ""])
async def test_what_is_no_address_is_not_deleted(transport, url):
    assert await transport.delete(url, headers={}) == NotSent("unwritable")


@pytest.mark.parametrize("status", [204, 301, 307, 400, 401, 404, 429, 500, 503])
async def test_every_status_is_an_answer_and_no_redirect_is_followed(transport, provider, http, status):
    provider.answer = lambda _: http(status, Location="/elsewhere")
    assert (await post(transport, provider.url)).status == status
    assert len(provider.asked) == 1


@pytest.mark.parametrize("value", ["", "soon", "-1", "1.5", "²", "9" * 40, "Wed, 21 Oct 2026 07:28:00 GMT"])
async def test_a_wait_that_is_no_number_of_seconds_is_left_out(transport, provider, http, value):
    provider.answer = lambda _: http(429, Retry_After=value)
    assert (await post(transport, provider.url)).retry_after is None


async def test_no_wait_is_longer_than_a_day(transport, provider, http):
    provider.answer = lambda _: http(429, Retry_After="999999999")
    assert (await post(transport, provider.url)).retry_after == timedelta(days=1)


async def test_many_requests_share_a_bounded_pool(provider):
    async with Transport(timeout=timedelta(seconds=5), connections=4) as transport:
        answers = await asyncio.gather(*(post(transport, provider.url) for _ in range(40)))
    assert {answer.status for answer in answers} == {200}
    assert provider.connections <= 4


# --- surely not sent -------------------------------------------------------------------------


def closed_port():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


async def test_a_refused_connection_is_not_sent(transport):
    assert await post(transport, f"http://127.0.0.1:{closed_port()}") == NotSent("unreachable")


async def test_a_name_without_an_address_is_not_sent(transport):
    assert await post(transport, "http://nobody.invalid") == NotSent("unreachable")


async def test_a_server_that_never_accepts_is_not_sent(hasty):
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for filler in (first, second):
            filler.settimeout(0)
            filler.connect_ex(full.getsockname())
        assert await post(hasty, f"http://127.0.0.1:{full.getsockname()[1]}") == NotSent("unreachable")


async def test_a_failed_tls_handshake_is_not_sent(transport, provider):
    assert await post(transport, provider.url.replace("http", "https")) == NotSent("unreachable")
    assert provider.asked == []


async def test_after_the_deadline_nothing_is_written(transport, provider):
    assert await post(transport, provider.url, not_after=now() - 1) == NotSent("deadline")
    assert provider.asked == []


async def test_the_deadline_is_checked_after_waiting_for_a_connection(provider):
    provider.wait = 0.2
    async with Transport(timeout=timedelta(seconds=5), connections=1) as transport:
        first, second = await asyncio.gather(
            post(transport, provider.url), post(transport, provider.url, not_after=now() + 0.1)
        )
    assert first.status == 200
    assert second == NotSent("deadline")
    assert len(provider.asked) == 1


async def test_the_clock_that_was_handed_in_decides(provider):
    async with Transport(timeout=timedelta(seconds=5), boot_clock=lambda: 100.0) as transport:
        assert await post(transport, provider.url, not_after=99) == NotSent("deadline")
        assert (await post(transport, provider.url, not_after=101)).status == 200


async def test_what_cannot_be_written_at_all_is_not_sent(transport):
    assert await post(transport, "nowhere://[") == NotSent("unwritable")
    broken = {"Body": "\ud800"}
    assert await transport.post("http://127.0.0.1:1", headers={}, form=broken, not_after=NEVER) == NotSent("unwritable")
    assert await transport.get("http://127.0.0.1:1", headers={}, query=broken) == NotSent("unwritable")


async def test_a_closed_transport_sends_nothing(provider):
    transport = Transport(timeout=SOON)
    assert await post(transport, provider.url) == NotSent("closed")
    assert await transport.get(provider.url, headers={}) == NotSent("closed")


# --- nobody knows ----------------------------------------------------------------------------

BROKEN = {
    "closed without a word": b"",
    "half an answer": b"HTTP/1.1 201 Promised\r\nContent-Length: 100\r\n\r\nhalf",
    "half a head": b"HTTP/1.1 201 Promised\r\nContent-",
    "no HTTP": b"220 mail.example.org ESMTP\r\n\r\n",
    "not the compression it says": b"HTTP/1.1 200 Promised\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
}


@pytest.mark.parametrize("said", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_answer_is_lost(transport, provider, said):
    provider.answer = lambda _: said
    outcome = await post(transport, provider.url)
    assert isinstance(outcome, Lost)
    assert len(provider.asked) == 1


async def test_an_answer_without_end_is_lost_and_not_kept_in_memory(transport, provider, http):
    provider.answer = lambda _: http(200, b"x" * (LONGEST_ANSWER + 1))
    assert await post(transport, provider.url) == Lost("too large")
    provider.answer = lambda _: http(200, b"x" * LONGEST_ANSWER)
    assert len((await post(transport, provider.url)).body) == LONGEST_ANSWER


async def test_an_answer_that_grows_when_it_is_unpacked_is_bounded_too(transport, provider, http):
    packed = gzip.compress(bytes(LONGEST_ANSWER + 1))
    provider.answer = lambda _: http(200, packed, Content_Encoding="gzip")
    assert await post(transport, provider.url) == Lost("too large")


async def test_an_answer_that_trickles_is_lost(hasty):
    left = asyncio.Event()

    async def trickle(reader, writer):
        await reader.read(10)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.02)
        writer.close()
        left.set()

    async with await asyncio.start_server(trickle, "127.0.0.1", 0) as server:
        assert isinstance(await post(hasty, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"), Lost)
        await left.wait()


async def test_a_slow_answer_is_lost_although_the_client_calls_it_a_connection_timeout(hasty, provider):
    provider.wait = 2
    assert isinstance(await post(hasty, provider.url), Lost)
    assert len(provider.asked) == 1


async def test_a_reset_is_lost(transport):
    async def reset(reader, writer):
        await reader.read(10)
        off_at_once = b"\x01\0\0\0\0\0\0\0"
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, off_at_once)
        writer.close()

    async with await asyncio.start_server(reset, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert isinstance(await post(transport, f"http://127.0.0.1:{port}"), Lost)


async def test_a_request_on_a_kept_connection_is_never_repeated(transport, provider, http):
    said = iter([http(200), b""])
    provider.answer = lambda _: next(said)
    assert (await post(transport, provider.url)).status == 200
    assert isinstance(await post(transport, provider.url), Lost)
    assert len(provider.asked) == 2


async def test_a_failure_does_not_quote_the_address(transport, provider):
    provider.answer = lambda _: b""
    assert "secret" not in repr(await post(transport, provider.url))


async def test_a_canceled_request_gives_its_place_back(provider):
    provider.wait = 1
    async with Transport(timeout=timedelta(seconds=5), connections=1) as transport:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(post(transport, provider.url), 0.1)
        provider.wait = 0
        assert (await post(transport, provider.url)).status == 200


# --- TLS and proxies -------------------------------------------------------------------------


def signed(name, key, issuer, issuer_key, *, ca):
    def called(word):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, word)])

    start = datetime(2020, 1, 1, tzinfo=UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    return (
        x509.CertificateBuilder()
        .subject_name(called(name))
        .issuer_name(called(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Return the PEM of an authority of ours, and a server's context with a certificate from it."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    both = tmp_path_factory.mktemp("tls") / "server.pem"
    both.write_bytes(signed("provider", key, "root", root_key, ca=False) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return signed("root", root_key, "root", root_key, ca=True), context


async def test_tls_with_a_trusted_certificate_works(serving, certificate):
    pem, context = certificate
    async with serving(context) as provider, Transport(timeout=timedelta(seconds=5), trusted_roots=pem) as transport:
        assert (await post(transport, provider.url)).status == 200


async def test_tls_with_a_strange_certificate_is_not_sent(transport, serving, certificate):
    async with serving(certificate[1]) as provider:
        assert await post(transport, provider.url) == NotSent("unreachable")
        assert provider.asked == []


async def test_a_proxy_is_used_where_it_is_named(serving):
    async with serving() as proxy, Transport(timeout=timedelta(seconds=5), proxy=proxy.url) as transport:
        assert (await post(transport, "http://provider.invalid")).status == 200
        assert proxy.asked[0].target.startswith("http://provider.invalid/")


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch, provider):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    async with Transport(timeout=timedelta(seconds=5)) as transport:
        assert (await post(transport, provider.url)).status == 200


# --- small print -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["X-Twilio-Signature", "x-twilio-signature", "X-TWILIO-SIGNATURE"])
def test_a_header_is_found_whatever_its_case(name):
    assert header({name: "v"}, "X-Twilio-Signature") == "v"
    assert header({}, "X-Twilio-Signature") == ""


@pytest.mark.parametrize("value", ["SM1", "a b", "é", "m-1\x00", "\ud800", "", None, 7, True, ["SM1"], "x" * 10_000])
def test_an_id_is_kept_only_if_every_database_and_address_would_take_it(value):
    assert id_from(value) == (value if value in ("SM1", "a b") else "")
    assert id_from("x" * LONGEST_ID) == "x" * LONGEST_ID


async def test_results_keep_the_order_of_the_items_and_the_width_is_kept():
    running = most = 0

    async def act(item):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return item * 2

    assert await in_order(act, range(20), width=3) == [item * 2 for item in range(20)]
    assert most == 3
    assert await in_order(act, [], width=3) == []


async def test_a_host_that_does_not_answer_takes_no_connection_from_another(provider):
    reached, left = asyncio.Event(), asyncio.Event()

    async def says_nothing(reader, writer):
        reached.set()
        await reader.read()
        writer.close()
        await writer.wait_closed()
        left.set()

    async with await asyncio.start_server(says_nothing, "127.0.0.1", 0) as server:
        async with Transport(timeout=timedelta(seconds=8), connections=1) as transport:
            waiting = asyncio.create_task(post(transport, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"))
            await reached.wait()
            assert isinstance(await asyncio.wait_for(post(transport, provider.url), 5), Answer)
            waiting.cancel()
        await left.wait()
