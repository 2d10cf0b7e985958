"""What providers tell us. The stage verifies the raw request; a forged or stale one gets 403 and changes nothing.

Providers call by the hundred a second, so these addresses are served beside the API's router: one table says
which there are, and it makes their documentation too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from app.api.bodies import read_body
from app.api.documents import Responses, describe, problems
from app.pipeline.receipts import Answer, Heard
from app.wiring import Services

PREFIX: Final = "/callbacks"
ANSWERS: Final[Responses] = {
    200: {"description": "What the call shall say (TwiML)", "content": {"text/xml": {"schema": {"type": "string"}}}},
    204: {"description": "Taken"},
    403: {"description": "Not from the provider; nothing is changed"},
    **problems(404, 405, 413),
}
FORM: Final[Mapping[str, Any]] = {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}
EVENTS: Final[Mapping[str, Any]] = {"application/json": {"schema": {}}}


@dataclass(frozen=True, slots=True)
class Address:
    """One kind of address: what follows the provider's name in its path, and what it is for."""

    path: str
    what: str
    body: Mapping[str, Any]

    @property
    def parts(self) -> list[str]:
        """The names of what stands in braces."""
        return [part.strip("{}") for part in self.path.split("/") if part.startswith("{")]


ADDRESSES: Final[Mapping[tuple[str, int], Address]] = {
    ("messages", 1): Address("/{provider}/messages/{reference}", "The status of one of our texts", {**FORM, **EVENTS}),
    ("inbound", 0): Address("/{provider}/inbound", "A text that somebody sent us", {**FORM, **EVENTS}),
    ("events", 0): Address("/{provider}/events", "A batch of e-mail events", EVENTS),
    ("calls", 1): Address("/{provider}/calls/{reference}", "A call was answered: what shall it say?", FORM),
    ("calls", 2): Address("/{provider}/calls/{reference}/{part}", "A pressed key, or the status of a call", FORM),
    ("voice", 0): Address("/{provider}/voice", "Somebody calls our number", FORM),
    ("voice", 1): Address("/{provider}/voice/{part}", "Somebody who calls our number pressed a key", FORM),
}
"""The addresses by the word after the provider, and how much stands behind it; `part` may have several steps."""


class Callbacks:
    """The ASGI application of what is called back."""

    def __init__(self, services: Services, public_url: str) -> None:
        self._services, self._public_url = services, public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one callback."""
        provider, kind, rest = _split(scope["path"])
        address = ADDRESSES.get((kind, len(rest)))
        if address is None:
            raise HTTPException(404)
        scope["route"] = address
        if scope["method"] != "POST":
            raise HTTPException(405, headers={"Allow": "POST"})
        request = Request(scope, receive)
        told = dict(zip(address.parts[1:], rest, strict=True))
        taken = await self._services.receipts.take(provider, kind, await self._heard(request), **told)
        await _response(taken)(scope, receive, send)

    async def _heard(self, request: Request) -> Heard:
        """Return the request as the provider sent it, at the address that the provider was given."""
        path = request.scope.get("raw_path") or request.scope["path"].encode()
        query = request.scope["query_string"]
        url = self._public_url + (path + (b"?" + query if query else b"")).decode("latin-1")
        return Heard(url=url, headers=dict(request.headers), body=await read_body(request))


def _split(path: str) -> tuple[str, str, list[str]]:
    """Cut a path into provider, kind and what follows: a reference, where the kind has one, and a part."""
    provider, _, rest = path.removeprefix(PREFIX + "/").partition("/")
    kind, *follows = rest.split("/", 2 if rest.startswith("calls/") else 1)
    return provider, kind, follows


def _response(said: Answer) -> Response:
    return Response(said.body, said.status, media_type=said.media_type if said.body else None)


def _described(address: Address) -> dict[str, Any]:
    """Return the documentation of one address."""
    words = [word for word in address.path.replace("{", "").replace("}", "").split("/") if word]
    return {
        "tags": ["Providers"], "summary": address.what, "operationId": "_".join(["called_back", *words]),
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in address.parts
        ],
        "requestBody": {"content": dict(address.body)},
        "responses": {str(status): told for status, told in ANSWERS.items()},
    }  # fmt: skip


for _address in ADDRESSES.values():
    describe(PREFIX + _address.path, {"post": _described(_address)})
