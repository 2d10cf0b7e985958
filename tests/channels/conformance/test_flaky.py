import asyncio

from channels.conformance import flaky
from channels.conformance.practice import http
from channels.transport import NEVER, Answer, Lost, NotSent


async def ask(transport, url):
    return await transport.post(f"{url}/v1/texts?a=1", headers={}, body=b"x" * 100_000, not_after=NEVER)


async def test_a_proxy_passes_both_ways_and_keeps_the_path(transport, provider, http):
    provider.answer = lambda asked: http(201, asked.target.encode() + b" %d" % len(asked.body))

    async def passing(said):
        return said

    async with flaky.proxy(f"{provider.url}/base", passing) as url:
        answer = await ask(transport, url)
    assert answer.body == b"/base/v1/texts?a=1 100000"


async def test_a_proxy_cuts_after_the_request_was_taken(transport, provider):
    async def passing(said):
        return None

    async with flaky.proxy(provider.url, passing) as url:
        assert isinstance(await ask(transport, url), Lost)
    assert len(provider.asked) == 1


async def test_whoever_leaves_in_the_middle_of_a_cut_leaves_no_connection_open(provider, monkeypatch):
    connect, opened, cut = asyncio.open_connection, [], asyncio.Event()

    async def noting(*place):
        reader, writer = await connect(*place)
        opened.append(writer)
        return reader, writer

    async def passing(said):
        cut.set()

    monkeypatch.setattr(asyncio, "open_connection", noting)
    async with flaky.proxy(provider.url, passing) as url:
        _, writer = await connect("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        await cut.wait()
    assert [back.is_closing() for back in opened] == [True]
    writer.close()
    await asyncio.gather(*(one.wait_closed() for one in (*opened, writer)))


async def test_a_proxy_holds_an_answer_back_until_it_may_go(transport, provider):
    held, go = asyncio.Event(), asyncio.Event()

    async def passing(said):
        held.set()
        await go.wait()
        return said

    async with flaky.proxy(provider.url, passing) as url:
        asking = asyncio.create_task(ask(transport, url))
        await held.wait()
        assert not asking.done()
        go.set()
        assert isinstance(await asking, Answer)


async def test_a_server_answers_everything_with_the_same_bytes_and_knows_the_target(transport):
    async with flaky.answering("http://127.0.0.1:1/base", lambda target: http("418 Teapot", target)("")) as url:
        answer = await ask(transport, url)
    assert (answer.status, answer.body) == (418, b"/base/v1/texts?a=1")


async def test_where_the_server_speaks_first_the_bytes_are_its_greeting():
    async with flaky.answering("smtp://127.0.0.1:25", lambda _: b"421 not now\r\n") as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        assert await reader.read() == b"421 not now\r\n"
        writer.close()
        await writer.wait_closed()


async def test_nobody_listens_where_nobody_is(transport):
    with flaky.nobody("http://127.0.0.1:80/base") as url:
        assert url.endswith("/base")
        assert isinstance(await ask(transport, url), NotSent)
