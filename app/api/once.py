"""`Idempotency-Key` at the door: the same request gets the same answer, once worked on."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Header, Request
from fastapi.responses import Response
from pydantic import StringConstraints, TypeAdapter, ValidationError

from app.api.answers import answer
from app.api.problems import Problem, faults_of
from app.pipeline.once import KeyInUse, KeyReused
from app.wiring import Services

HEADER: Final = "Idempotency-Key"
LONGEST: Final = 255
FORM: Final = r"^[\x21-\x7e]+$"
ABOUT: Final = "The same key with the same body gets the stored answer of the first request."
IdempotencyKey = Annotated[
    str | None, Header(alias=HEADER, min_length=1, max_length=LONGEST, pattern=FORM, description=ABOUT)
]
KEY_PARAMETER: Final = {
    "name": HEADER, "in": "header", "required": False, "description": ABOUT,
    "schema": {"anyOf": [{"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": FORM}, {"type": "null"}],
               "description": ABOUT, "title": HEADER},
}  # fmt: skip
"""The documentation of the header, for addresses that are served beside the router."""
_KEY: Final = TypeAdapter(Annotated[str, StringConstraints(min_length=1, max_length=LONGEST, pattern=FORM)])


def key_of(request: Request) -> str | None:
    """Return a request's key; raises the problem that the router would answer a malformed one with."""
    given = request.headers.get(HEADER)
    try:
        return None if given is None else _KEY.validate_python(given)
    except ValidationError as error:
        raise Problem("invalid-request", errors=faults_of(error, "header", HEADER)) from None


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
