"""`python -m tests.bench.pages`: how long each page takes the service while twenty people read at once."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from typing import Annotated, Final

import typer
import uvloop

from tests.bench.caller import Told, pour
from tests.bench.house import open_house

PAGES: Final = {
    "/": "/", "/signup/orange": "/signup/{code}", "/preferences": "/preferences", "/verify": "/verify",
    "/privacy": "/privacy", "/about": "/about", "/no-such-page": "-",
}  # fmt: skip
"""The pages, each with its route as the service counts it."""
LANGUAGES: Final = ("en", "es", "vi", "ar", "zh-Hant")
AT_ONCE: Final = 20
WITHIN: Final = "0.05"
"""Seconds that the service may take for 95 of 100 pages, while nineteen others are asked for."""
ENOUGH: Final = 0.95


@dataclass(frozen=True, slots=True)
class Figure:
    """What a page came to."""

    path: str
    statuses: dict[int, int]
    p50_ms: float
    p95_ms: float
    alone_ms: float
    """Until a page is there when nobody else asks."""
    in_time: float
    """The part that took the service less than 50 ms, as it counts itself."""
    kilobytes: float
    met: bool


def asked(path: str) -> Iterator[bytes]:
    """Return requests for a page, by readers of one language after the other."""
    for language in cycle(LANGUAGES):
        lines = f"GET {path} HTTP/1.1", "host: 127.0.0.1", "accept: text/html", f"accept-language: {language}"
        yield ("\r\n".join(lines) + "\r\n\r\n").encode()


async def figure(port: int, path: str, count: int) -> Figure:
    """Measure one page, after it was seen once in each language."""
    await pour(port, list(islice(asked(path), len(LANGUAGES))), 1)
    alone = await pour(port, list(islice(asked(path), count // 4)), 1)
    before = await counted(port, PAGES[path])
    told: Told = await pour(port, list(islice(asked(path), count)), AT_ONCE)
    fast, every = (now - then for now, then in zip(await counted(port, PAGES[path]), before, strict=True))
    in_time = fast / every if every else 0.0
    return Figure(
        path, dict(told.statuses), told.share(0.5) * 1e3, told.share(0.95) * 1e3, alone.share(0.5) * 1e3,
        in_time, len(told.last) / 1e3, in_time >= ENOUGH,
    )  # fmt: skip


async def counted(port: int, route: str) -> tuple[float, float]:
    """Return how many answers of a route took less than 50 ms, and how many there were, by the service's own count."""
    text = (await pour(port, [b"GET /metrics HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"], 1)).last.decode()
    labels = f'method="GET",route="{route}"'
    name = "keepcovered_request_seconds"
    return value_of(text, f'{name}_bucket{{le="{WITHIN}",{labels}}}'), value_of(text, f"{name}_count{{{labels}}}")


def value_of(text: str, series: str) -> float:
    """Return what a page of metrics says of a series; nothing counts as none."""
    return next((float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(series)), 0.0)


def main(
    count: Annotated[int, typer.Option(help="Requests for each page.")] = 1_000,
    *,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Measure every page; exit code 1 if one is too slow."""
    with open_house() as house:

        async def measured() -> list[Figure]:
            return [await figure(house.port, path, count) for path in PAGES]

        figures = uvloop.run(measured())
    if as_json:
        json.dump([asdict(one) for one in figures], sys.stdout)
    else:
        for one in figures:
            sys.stdout.write(
                f"{one.path:<16} p50 {one.p50_ms:6.1f} ms  p95 {one.p95_ms:6.1f} ms  alone {one.alone_ms:5.1f} ms"
                f"  under 50 ms {one.in_time:4.0%}  {one.kilobytes:5.1f} kB  {one.statuses}"
                f"  {'met' if one.met else 'MISSED'}\n"
            )
    raise typer.Exit(0 if all(one.met for one in figures) else 1)


if __name__ == "__main__":
    typer.run(main)
