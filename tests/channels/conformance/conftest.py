"""All tests of the kit share an event loop, and with it the stand-ins that run in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.channels.conformance import sabotage

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    """Give the async tests of this folder the session's loop, unless they ask for another."""
    for item in items:
        ours = HERE in item.path.parents and pytest_asyncio.is_async_test(item)
        if ours and not any(mark.kwargs for mark in item.iter_markers("asyncio")):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def _stand_ins() -> AsyncIterator[None]:
    """Close the stand-ins when the last test has ended."""
    async with sabotage.closing:
        yield
    sabotage.opened.clear()
