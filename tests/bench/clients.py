"""`python -m tests.bench.clients`: the HTTP clients beside each other, plain and over TLS, near and far.

Each row is a process of its own that posts the same form again and again; the child of one row is this
file as well (`python -m tests.bench.clients child …`).
"""

import asyncio
import json
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from channels.transport import Answer, Transport
from tests.bench.sink import running_sink

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- clients: begin -->", "<!-- clients: end -->"
IN_FLIGHT = (10, 100, 500)
WAYS = {"plain": (0, False), "TLS": (0, True), "plain, 100 ms": (100, False), "TLS, 100 ms": (100, True)}
SECONDS = 3.0
FORM = {"To": "+17145550123", "From": "+17145550100", "Body": "Renew your Medi-Cal. " * 8, "ValidityPeriod": "36000"}
PEM = serialization.Encoding.PEM
HEADERS = {"Authorization": "Basic QUMwMTIzOnNlY3JldHNlY3JldHNlY3JldA=="}
Post = Callable[[], Awaitable[int]]


async def ours(url: str, width: int, authority: Path | None, work: Callable[[Post], Awaitable[None]]) -> None:
    """Post through `channels.transport` (pyreqwest)."""
    roots = authority.read_bytes() if authority else b""  # noqa: ASYNC240  (before anything runs)
    async with Transport(timeout=timedelta(seconds=30), connections=width, trusted_roots=roots) as transport:

        async def post() -> int:
            sent = await transport.post(url, headers=HEADERS, form=FORM, not_after=float("inf"))
            return len(json.loads(sent.body)["sid"]) if isinstance(sent, Answer) else 0

        await work(post)


async def by_aiohttp(url: str, width: int, authority: Path | None, work: Callable[[Post], Awaitable[None]]) -> None:
    """Post through aiohttp."""
    trusted: Any = ssl.create_default_context(cafile=str(authority)) if authority else True
    connector = aiohttp.TCPConnector(limit=width, ssl=trusted)
    async with aiohttp.ClientSession(connector=connector, headers=HEADERS) as session:

        async def post() -> int:
            async with session.post(url, data=FORM) as answer:
                return len((await answer.json())["sid"])

        await work(post)


async def by_httpx(url: str, width: int, authority: Path | None, work: Callable[[Post], Awaitable[None]]) -> None:
    """Post through httpx with its own transport."""
    trusted: Any = ssl.create_default_context(cafile=str(authority)) if authority else True
    limits = httpx.Limits(max_connections=width, max_keepalive_connections=width)
    async with httpx.AsyncClient(limits=limits, verify=trusted, headers=HEADERS, timeout=30) as client:

        async def post() -> int:
            return len((await client.post(url, data=FORM)).json()["sid"])

        await work(post)


CLIENTS = {"ours (pyreqwest)": ours, "aiohttp": by_aiohttp, "httpx": by_httpx}


def child(client: str, url: str, width: int, authority: str) -> None:
    """Post with `width` requests in flight for a few seconds and print what that took."""

    async def work(post: Post) -> None:
        await asyncio.gather(*(post() for _ in range(width)))  # connections are opened, and caches filled
        until, done = time.perf_counter() + SECONDS, 0
        wall, cpu = time.perf_counter(), time.process_time()

        async def lane() -> None:
            nonlocal done
            while time.perf_counter() < until:
                if not await post():
                    raise AssertionError("the sink takes everything")
                done += 1

        await asyncio.gather(*(lane() for _ in range(width)))
        said = {"done": done, "wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        sys.stdout.write(json.dumps(said) + "\n")

    uvloop.run(CLIENTS[client](url, width, Path(authority) if authority else None, work))


def measure(folder: Path) -> list[list[str]]:
    """Return a row for each client, way and number in flight: requests a second, CPU µs a request."""
    rows, trust = [], a_certificate(folder)
    for (way, (delay, secured)), width in product(WAYS.items(), IN_FLIGHT):
        with running_sink(folder, delay=delay, certificate=trust.certificate if secured else None) as sink:
            for client in CLIENTS:
                url = f"{sink.url}/Messages.json"
                command = [
                    sys.executable,
                    "-m",
                    "tests.bench.clients",
                    "child",
                    client,
                    url,
                    str(width),
                    str(trust.authority) if secured else "",
                ]
                told = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)  # noqa: S603
                rate, cpu = told["done"] / told["wall"], told["cpu"] / told["done"] * 1e6
                rows.append([way, str(width), client, f"{rate:,.0f}", f"{cpu:,.0f}"])
                sys.stderr.write(f"{rows[-1]}\n")
    return rows


@dataclass(frozen=True, slots=True)
class Trust:
    """Files of a certificate for `localhost` (with its key) and of the authority that vouches for it."""

    certificate: Path
    authority: Path


def a_certificate(folder: Path) -> Trust:
    """Make an authority that nobody knows, and a certificate from it."""
    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _signed("an authority", root, root, ca=True).public_bytes(PEM)
    private = leaf.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    trust = Trust(folder / "localhost.pem", folder / "authority.pem")
    trust.authority.write_bytes(authority)
    trust.certificate.write_bytes(_signed("localhost", leaf, root, ca=False).public_bytes(PEM) + private)
    return trust


def _signed(
    name: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, *, ca: bool
) -> x509.Certificate:
    today = datetime.now(UTC)  # noqa: TID251
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(by, hashes.SHA256())
    )


def main() -> None:
    """Measure everything; `--write` puts the table into the page of figures."""
    if sys.argv[1:2] == ["child"]:
        client, url, width, authority = sys.argv[2:]
        child(client, url, int(width), authority)
        return
    from tests.bench import page  # what it imports is not to weigh on a child

    with tempfile.TemporaryDirectory(prefix="keepcovered-clients-") as folder:
        rows = measure(Path(folder))
    table = page.markdown(("way", "in flight", "client", "requests a second", "CPU µs a request"), rows)
    if "--write" in sys.argv:
        page.between(PAGE, BEGIN, END, table)
    sys.stdout.write(table + "\n")


if __name__ == "__main__":
    main()
