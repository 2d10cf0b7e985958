import asyncio
import os
import signal

import pytest

from app.stopping import told_by_signals


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_is_an_event(which):
    with told_by_signals() as told:
        os.kill(os.getpid(), which)
        await asyncio.wait_for(told.wait(), 5)


async def test_signals_are_as_they_were_afterwards():
    before = signal.getsignal(signal.SIGTERM)
    with told_by_signals():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


async def test_outside_the_main_thread_nobody_sets_it():
    def elsewhere():
        async def listen():
            with told_by_signals() as told:
                return told.is_set()

        return asyncio.run(listen())

    assert await asyncio.to_thread(elsewhere) is False
