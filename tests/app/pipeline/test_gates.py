import pytest

from app.pipeline.gates import OPEN
from app.rules.facts import Channel


@pytest.mark.parametrize("channel", Channel)
async def test_an_open_gate_lets_every_channel_pass(channel):
    assert await OPEN.may_send(channel)
    await OPEN.sent(last=True)
    assert await OPEN.may_send(channel)
