"""Stopping: SIGINT and SIGTERM as an event that can be waited for."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator
from contextlib import contextmanager

WITHIN = 23.0
"""Seconds that a stop waits for what is at work, so that with the closing of what is open it is over within 25."""


@contextmanager
def told_by_signals() -> Iterator[asyncio.Event]:
    """Hand out an event that SIGINT or SIGTERM sets; outside the main thread nobody sets it."""
    loop, told, mine = asyncio.get_running_loop(), asyncio.Event(), list[signal.Signals]()
    with contextlib.suppress(ValueError, RuntimeError, NotImplementedError):
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(one, told.set)
            mine.append(one)
    try:
        yield told
    finally:
        for one in mine:
            loop.remove_signal_handler(one)
