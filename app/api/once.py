"""`Idempotency-Key` at the door: the same request gets the same answer, once worked on."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Request
from fastapi.responses import Response

from app.api.answers import answer
from app.api.problems import Problem
from app.pipeline.once import KeyInUse, KeyReused
from app.wiring import Services

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key", min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$",
        description="The same key with the same body gets the stored answer of the first request.",
    ),
]  # fmt: skip


async def once(
    request: Request, wired: Services, agency: UUID, key: str | None, work: Callable[[], Awaitable[dict[str, Any]]],
    *, status: int = 200,
) -> Response:  # fmt: skip
    """Answer with what `work` returns; with a key, do it once and give the stored answer again.

    People without an API key share a space of keys of their own.
    """
    if key is None:
        return answer(await work(), status)
    body: bytes = request.state.body
    head = f"{request.method} {request.scope['path']} {request.headers.get('content-type', '')}\n".encode()
    attributes = sorted(f"{name}:{value}" for name, value in request.headers.items() if name.startswith("ce-"))
    digest = sha256(head + "\n".join(attributes).encode() + b"\n" + body).digest()
    space = "public" if request.scope["path"].startswith("/v1/signups") else "key"
    found = await wired.once.answer(agency, f"{space}:{key}", digest, work)
    if isinstance(found, KeyReused):
        raise Problem("idempotency-key-reused")
    if isinstance(found, KeyInUse):
        raise Problem("idempotency-key-in-use")
    return answer(found.result, status, {"Idempotent-Replayed": "true"} if found.replayed else None)
