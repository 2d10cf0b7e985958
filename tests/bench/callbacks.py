"""Signed callbacks through the whole HTTP application, without a socket: routing, signature, append, apply."""

import asyncio
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import text
from twilio.request_validator import RequestValidator

from app.wiring import Services

AT_ONCE = 100
ATTEMPTS = text("SELECT id, provider_id FROM attempt WHERE channel = 'sms' AND state = 'accepted' LIMIT :count")
_SIGNED: list[tuple[str, bytes, str]] = []


async def sign(services: Services, count: int) -> int:
    """Make and sign a "delivered" for each of `count` accepted texts, as Twilio would."""
    validator = RequestValidator(services.settings.twilio.auth_token.get_secret_value())
    async with services.database.transaction(None) as tx:
        rows = await tx.session.all(ATTEMPTS, count=count)
        for row in rows:
            path = f"/callbacks/twilio/messages/{tx.session.index.reference(row.id)}"
            form = {
                "MessageSid": row.provider_id, "SmsSid": row.provider_id, "MessageStatus": "delivered",
                "SmsStatus": "delivered", "AccountSid": "AC1", "To": "+17145550123", "From": "+17145550100",
                "ApiVersion": "2010-04-01",
            }  # fmt: skip
            signature = validator.compute_signature(services.settings.public_url + path, form)
            _SIGNED.append((path, urlencode(form).encode(), signature))
    return len(_SIGNED)


async def send(services: Services, _: int) -> int:
    """Let the application take each of them, many at a time, and insist that it takes all."""
    from app.main import build_app  # the web stack is not to weigh on the workers

    app, waiting = build_app(services), iter(_SIGNED)
    async with asyncio.TaskGroup() as callers:
        for _ in range(AT_ONCE):
            callers.create_task(_call(app, waiting))
    done = len(_SIGNED)
    _SIGNED.clear()
    return done


async def _call(app: Any, waiting: Iterator[tuple[str, bytes, str]]) -> None:
    for path, body, signature in islice(waiting, None):
        said: list[dict[str, Any]] = []
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8000),
            "headers": [
                (b"content-type", b"application/x-www-form-urlencoded"), (b"host", b"127.0.0.1:8000"),
                (b"content-length", str(len(body)).encode()), (b"x-twilio-signature", signature.encode()),
            ],
        }  # fmt: skip
        asked = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive(asked: Iterator[dict[str, Any]] = asked) -> dict[str, Any]:
            return next(asked, {"type": "http.disconnect"})

        async def answer(message: dict[str, Any], said: list[dict[str, Any]] = said) -> None:
            said.append(message)

        await app(scope, receive, answer)
        if said[0]["status"] != 204:
            raise AssertionError(said[0]["status"])
