from channels.conformance import serving
from channels.transport import NEVER, Answer, NotSent


async def hello(scope, receive, send):
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


async def test_an_application_is_served_on_this_machine_and_gone_afterwards(transport):
    async with serving(hello) as address:
        answer = await transport.post(f"{address}/there", headers={}, not_after=NEVER)
        assert isinstance(answer, Answer)
        assert answer.body == b"hello"
    assert isinstance(await transport.post(f"{address}/there", headers={}, not_after=NEVER), NotSent)
