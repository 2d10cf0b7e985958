"""A filled-in sign-up form, and a browser to send it with."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx

from app.db.sealed import associated
from app.main import build_app
from app.wiring import Services
from tests.app.pipeline.fakes import looked

FILLED: Mapping[str, object] = {
    "who": "self",
    "channels": "sms",
    "phone": "(714) 555-2345",
    "email": "",
    "read": "vi",
    "speak": "vi",
    "month": "unknown",
    "yes": "sms",
}


def filled(**changes: object) -> dict[str, object]:
    """Return the form, filled in except for what the test is about."""
    return {**FILLED, **changes}


@asynccontextmanager
async def browser_of(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """Open another browser."""
    transport = httpx.ASGITransport(app=build_app(services))
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as browser:
        yield browser


async def codes(services: Services, url: str) -> dict[str, str]:
    """Return the newest code on each channel, as it goes out to the person."""
    rows = await looked(
        url, "SELECT id, agency_id, channel, words_sealed FROM message WHERE kind = 'code' ORDER BY created_at, id"
    )
    ring = services.database.ring
    opened = {
        row.channel: ring.open(row.words_sealed, associated("message.words", row.agency_id, row.id)) for row in rows
    }
    return {channel: json.loads(words)["signup_code"] for channel, words in opened.items()}
