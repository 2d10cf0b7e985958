"""Bodies as they come in: read up to a limit, parsed strictly, checked against a model."""

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final, TypeVar

from fastapi import Request
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect

from app.api.problems import Fault, Problem, faults_of, pointer

MOST: Final = 1024 * 1024
"""Bytes that a body may have."""
JSON: Final = "application/json"
UNSTORABLE: Final = "this text holds a NUL character or half of a surrogate pair, which cannot be kept; remove it"
_MAYBE_UNSTORABLE: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
Model = TypeVar("Model", bound=BaseModel)


async def read_body(request: Request, most: int = MOST) -> bytes:
    """Return the body; raises `too-large` before more than the limit is kept, `malformed-request` if it is cut off."""
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told[:20]) > most:
        raise Problem("too-large")
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise Problem("too-large")
            parts.append(part)
    except ClientDisconnect:
        raise Problem("malformed-request", "The body ended before its announced length.") from None
    return b"".join(parts)


def content_type(request: Request) -> str:
    """Return the media type of the body, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def parse_json(body: bytes) -> Any:  # noqa: ANN401  (JSON is anything)
    """Parse strictly: UTF-8, no repeated keys, no NaN; raises the problem `malformed-json`."""
    try:
        return json.loads(body.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise Problem("malformed-json", f"The body is no JSON from character {error.pos} on.") from None
    except (ValueError, RecursionError):
        raise Problem("malformed-json") from None


def may_be_unstorable(body: bytes) -> bool:
    """Say whether JSON may hold text that the database cannot: a quick look, before `unstorable` looks closely."""
    return _MAYBE_UNSTORABLE.search(body) is not None


def unstorable(value: object) -> list[Fault]:
    """Return where a parsed value holds text that the database cannot keep."""
    return [Fault(_UNSTORABLE.sub("?", pointer(path)), UNSTORABLE) for path, text in _texts((), value) if _bad(text)]


def json_body(model: type[Model]) -> Callable[[Request], Awaitable[Model]]:
    """Return a dependency that reads the body as a model."""
    adapter = TypeAdapter(model)

    async def read(request: Request) -> Model:
        value = await read_json(request)
        try:
            return adapter.validate_python(value)
        except ValidationError as error:
            raise Problem("invalid-request", errors=faults_of(error)) from None

    return read


async def read_json(request: Request) -> Any:  # noqa: ANN401  (JSON is anything)
    """Return the body's JSON; the raw body stays in the request's state for `once`."""
    if content_type(request) != JSON:
        raise Problem("unsupported-media-type", f"Send the body as `Content-Type: {JSON}`.")
    request.state.body = body = await read_body(request)
    value = parse_json(body)
    if may_be_unstorable(body) and (bad := unstorable(value)):
        raise Problem("invalid-request", errors=bad)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is repeated")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _bad(text: str) -> bool:
    return _UNSTORABLE.search(text) is not None


def _texts(path: tuple[object, ...], value: object) -> Iterator[tuple[tuple[object, ...], str]]:
    """Yield every text in a parsed value with its path, keys included."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key), key
            yield from _texts((*path, key), inner)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _texts((*path, place), inner)
