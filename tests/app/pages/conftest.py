"""What the tests of the pages share."""

import httpx
import pytest

from app.main import build_app


@pytest.fixture
async def reader(services, agency):
    """Somebody with a browser."""
    transport = httpx.ASGITransport(app=build_app(services))
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as caller:
        yield caller
