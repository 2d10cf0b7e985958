"""Posts to the counties' receivers: by httpx, to the very address that was looked up and may be called."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from ipaddress import ip_address
from typing import Final

import httpx

from app.rules.webhooks import NOTHING, Address, may_call

WITHIN: Final = 15.0
"""Seconds for one call, from looking the name up to the answer's head."""
Resolve = Callable[[str, int], Awaitable[list[Address]]]


async def looked_up(host: str, port: int) -> list[Address]:
    """Return the addresses of a host."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(one[4][0]).partition("%")[0]) for one in found))


class Poster:
    """Posts to receivers; nothing is followed, and a name that leads inside is not called."""

    def __init__(self, *, live: bool, resolve: Resolve = looked_up) -> None:
        self._live, self._resolve = live, resolve

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Return the status of the answer; `NOTHING` for none, and for what may not be called."""
        try:
            async with asyncio.timeout(WITHIN):
                return await self._post(httpx.URL(url), headers, body)
        except (TimeoutError, OSError, httpx.HTTPError, httpx.InvalidURL, ValueError):
            return NOTHING

    async def _post(self, url: httpx.URL, headers: Mapping[str, str], body: bytes) -> int:
        encrypted = url.scheme == "https"
        found = await self._resolve(url.host, url.port or (443 if encrypted else 80))
        if not all(may_call(one, live=self._live, encrypted=encrypted) for one in found):
            return NOTHING  # a name that also leads inside is not to be trusted with the other half
        for place, address in enumerate(found):
            try:
                return await self._post_to(address, url, headers, body)
            except httpx.ConnectError:
                if place + 1 == len(found):
                    raise
        return NOTHING

    async def _post_to(self, address: Address, url: httpx.URL, headers: Mapping[str, str], body: bytes) -> int:
        """Post to one address; name and certificate stay those of the host."""
        said = {**headers, "Host": url.netloc.decode("ascii"), "User-Agent": "KeepCovered"}
        async with (
            httpx.AsyncClient(verify=_trusted(), trust_env=False, timeout=WITHIN) as client,
            client.stream(
                "POST", url.copy_with(host=str(address)), headers=said, content=body,
                extensions={"sni_hostname": url.host}, follow_redirects=False,
            ) as answer,
        ):  # fmt: skip
            return answer.status_code  # its body is of no interest


@cache
def _trusted() -> ssl.SSLContext:
    """Return whom we trust: the usual roots, and those of this machine."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context
