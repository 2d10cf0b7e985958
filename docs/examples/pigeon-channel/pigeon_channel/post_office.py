"""Pigeon Post's stand-in: takes texts, tells what became of them, knows a few lofts with an outcome of their own."""

import argparse
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import httpx
import uvicorn
from channels.segments import segments
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pigeon_channel.callbacks import HEADER, signature

TROUBLES: Mapping[str, tuple[int, str]] = {
    "+12025550101": (400, "no_such_loft"),
    "+12025550102": (400, "loft_closed"),
    "+12025550103": (429, "all_pigeons_out"),
}
FATES: Mapping[str, str] = {"+12025550111": "lost", "+12025550112": "hawk"}
"""Lofts that refuse, and lofts where no pigeon arrives; it arrives everywhere else."""

Tell = Callable[[str, Mapping[str, str], bytes], Awaitable[None]]


@dataclass
class PostOffice:
    """One post office: `tell` carries a signed callback to an address."""

    token: str
    secret: str
    tell: Tell
    letters: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def app(self) -> Starlette:
        """The API."""
        return Starlette(
            routes=[
                Route("/v1/loft", self.loft),
                Route("/v1/pigeons", self.take, methods=["POST"]),
                Route("/v1/pigeons", self.show),
            ]
        )

    async def loft(self, request: Request) -> Response:
        """Say who asks."""
        return self._refused(request) or JSONResponse({"loft": "ours"})

    async def take(self, request: Request) -> Response:
        """Take a letter, and tell of it after the answer."""
        letter: dict[str, str] = json.loads(await request.body())
        if refused := self._refused(request):
            return refused
        if letter["to"] in TROUBLES:
            status, trouble = TROUBLES[letter["to"]]
            return JSONResponse({"trouble": trouble}, status)
        pigeon = f"P{secrets.token_hex(8)}"
        self.letters[pigeon] = letter
        said = {"pigeon": pigeon, "scrolls": segments(letter["text"]).count}
        return JSONResponse(said, 201, background=BackgroundTask(self._fly, pigeon, letter))

    async def show(self, request: Request) -> Response:
        """List the pigeons of a tag."""
        tag = request.query_params.get("tag")
        found = [{"pigeon": pigeon} for pigeon, letter in self.letters.items() if letter["tag"] == tag]
        return self._refused(request) or JSONResponse({"pigeons": found})

    async def send_note(self, url: str, note: Mapping[str, str]) -> None:
        """Bring us a note from a person."""
        await self._sign({"note": f"N{secrets.token_hex(8)}", **note}, url)

    async def _fly(self, pigeon: str, letter: Mapping[str, str]) -> None:
        for state in ("flying", FATES.get(letter["to"], "landed")):
            await self._sign({"pigeon": pigeon, "state": state}, letter["tell"])

    async def _sign(self, said: Mapping[str, str], url: str) -> None:
        body = json.dumps(said).encode()
        await self.tell(url, {HEADER: signature(self.secret, str(int(time.time())), url, body)}, body)

    def _refused(self, request: Request) -> Response | None:
        entitled = request.headers.get("authorization") == f"Bearer {self.token}"
        return None if entitled else JSONResponse({"trouble": "wrong_token"}, 401)


async def by_post(url: str, headers: Mapping[str, str], body: bytes) -> None:
    """Carry a callback over the network."""
    async with httpx.AsyncClient() as client:
        await client.post(url, headers=dict(headers), content=body)


def main() -> None:
    """Serve a post office for a sandbox."""
    asked = argparse.ArgumentParser(description=main.__doc__)
    asked.add_argument("--port", type=int, default=8100)
    asked.add_argument("--token", default="sandbox-token")
    asked.add_argument("--secret", default="sandbox-secret")
    said = asked.parse_args()
    uvicorn.run(PostOffice(said.token, said.secret, by_post).app, port=said.port)


if __name__ == "__main__":
    main()
