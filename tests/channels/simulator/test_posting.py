import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from channels.simulator.posting import NO_ANSWER, Poster, real_network
from channels.transport import Answer, Lost, NotSent
from tests.channels.simulator.test_world import served


class Answering:
    """A network on which every post ends the same way."""

    def __init__(self, sent) -> None:
        self.sent = sent
        self.posts = []
        self.opened = 0

    async def open(self):
        self.opened += 1

    async def close(self):
        self.opened -= 1

    async def post(self, url, *, headers, not_after, body=b""):
        assert not_after > 0
        self.posts.append((url, headers, body))
        return self.sent

    async def get(self, url, *, headers, keep=""):
        self.posts.append((url, headers, keep))
        return self.sent


async def test_a_form_is_encoded_and_signed():
    network = Answering(Answer(204, b""))
    poster = Poster("token", network)
    reply = await poster.post_form("http://ours.example/x#rc=5", {"Body": "a b", "Digits": ""})
    (url, headers, body) = network.posts[0]
    assert (reply.status, reply.heard) == (204, True)
    assert (url, body) == ("http://ours.example/x", b"Body=a+b&Digits=")
    assert headers["X-Twilio-Signature"]


@pytest.mark.parametrize(("status", "heard"), [(200, True), (403, True), (500, False), (503, False)])
async def test_a_refusal_is_an_answer_and_an_error_is_not(status, heard):
    poster = Poster("token", Answering(Answer(status, b"")))
    assert (await poster.post_form("http://ours.example/", {})).heard is heard


@pytest.mark.parametrize("sent", [Lost("ReadError"), NotSent("connect")])
async def test_a_broken_connection_is_no_answer(sent):
    poster = Poster("token", Answering(sent))
    assert await poster.post_form("http://ours.example/", {}) is NO_ANSWER


async def test_connections_are_opened_once_and_closed_once():
    network = Answering(Answer(200, b""))
    poster = Poster("token", network)
    await poster.close()
    await poster.post_form("http://ours.example/", {})
    await poster.post_form("http://ours.example/", {})
    assert network.opened == 1
    await poster.close()
    await poster.close()
    assert network.opened == 0


async def test_the_real_network_reaches_us_and_says_when_it_does_not():
    async def answer(request):
        return Response(await request.body())

    poster = Poster("token", real_network())
    async with served(Starlette(routes=[Route("/x", answer, methods=["POST"])])) as base:
        assert (await poster.post_form(f"{base}/x", {"Body": "Hi"})).body == b"Body=Hi"
    assert await poster.post_form(f"{base}/x", {}) is NO_ANSWER
    await poster.close()


async def test_what_is_fetched_comes_with_the_header_that_was_asked_for():
    network = Answering(Answer(200, b"RIFF", kept="Hello"))
    fetched = await Poster("token", network).fetch("http://ours.example/clip", keep="x-words")
    assert (fetched.status, fetched.kept, network.posts) == (
        200,
        "Hello",
        [("http://ours.example/clip", {}, "x-words")],
    )
    assert await Poster("token", Answering(Lost("ReadError"))).fetch("http://ours.example/clip") is NO_ANSWER
