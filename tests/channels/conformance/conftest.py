"""The tests of the kit share an event loop, and with it the stand-ins that run in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.channels.conformance import sabotage

SHARING = ("test_checks_", "test_running", "test_trial")
"""Whose tests have a `sabotage.trial`."""


def pytest_collection_modifyitems(items):
    """Let the tests that share the stand-ins run in the session's loop."""
    for item in items:
        ours = item.path.parent == Path(__file__).parent and item.path.name.startswith(SHARING)
        if ours and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def _stand_ins() -> AsyncIterator[None]:
    """Close the stand-ins when the last test has ended."""
    async with sabotage.closing:
        yield
    sabotage.opened.clear()
