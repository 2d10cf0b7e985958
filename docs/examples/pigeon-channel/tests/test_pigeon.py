"""Every check of the conformance kit, as a test of its own."""

import asyncio

import pytest
from channels.conformance import CHECKS, Trial

from pigeon_channel import PROVIDER
from pigeon_channel.practice import practice


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_pigeon_post_keeps_what_an_adapter_must(check):
    async def run():
        async with practice("sms") as at:
            return await check(Trial(PROVIDER, "sms", at))

    found = asyncio.run(run())
    assert found is None or not found.applies, found
