"""`python -m tests.bench.burst`: a quiet day, and then ten times as much at once; judged by what issue 5 asks for.

Single events come at a rate, whether or not those before were answered, and callbacks beside them; a worker plans.
Afterwards it counts how long it takes until nothing waits any more.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count
from typing import Annotated

import typer
import uvloop

from tests.bench.caller import Told, pace, pour
from tests.bench.house import House, open_house
from tests.bench.spoken import newcomers, renewals

QUIET, BUSY, CALLBACKS = 20, 200, 300
"""Events a second before and during the burst, and callbacks a second during it."""
KNOWN = 2_000
FINE = {200, 204, 429, 503}
WITHIN, AFTER = 0.5, 600.0
"""Seconds within which 99 of 100 events are answered, and until nothing waits any more."""
WAITING = (
    "replan",
    "receipt WHERE applied_at IS NULL",
    "procrastinate_jobs WHERE status = 'todo' AND queue_name = 'plan'",
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the burst came to."""

    events: dict[int, int]
    callbacks: dict[int, int]
    without_retry_after: int
    quiet_p99_ms: float
    events_p99_ms: float
    callbacks_p99_ms: float
    backlog_seconds: float
    met: bool


def judge(quiet: Told, events: Told, callbacks: Told, backlog: float) -> Verdict:
    """Hold what happened against what is asked for."""
    missing = events.without_wait + callbacks.without_wait
    met = not (set(events.statuses) | set(callbacks.statuses)) - FINE and not missing
    met = met and events.share(0.99) < WITHIN and backlog < AFTER
    return Verdict(
        dict(events.statuses), dict(callbacks.statuses), missing, quiet.share(0.99) * 1e3, events.share(0.99) * 1e3,
        callbacks.share(0.99) * 1e3, backlog, met,
    )  # fmt: skip


def burst(house: House, seconds: float) -> Verdict:
    """Let people be known, the day be quiet, and the burst come."""
    uvloop.run(pour(house.port, house.voice.batches(newcomers(KNOWN)), 2))
    said = iter(house.voice.singles(_events(int((QUIET + BUSY) * seconds * 1.2))))
    back = iter(house.voice.texts(house.attempts("sms", "twilio", int(CALLBACKS * seconds * 1.2))))
    quiet = uvloop.run(pace(house.port, said, QUIET, seconds / 3))
    events, callbacks = uvloop.run(_at_once(house.port, said, back, seconds))
    return judge(quiet, events, callbacks, _until_nothing_waits(house))


async def _at_once(port: int, said: Iterator[bytes], back: Iterator[bytes], seconds: float) -> tuple[Told, Told]:
    return await asyncio.gather(pace(port, said, BUSY, seconds), pace(port, back, CALLBACKS, seconds))


def _events(most: int) -> Iterator[dict[str, object]]:
    """Tell of the known people, again and again, where their renewal stands."""
    left = most
    for round_ in count():
        for event in renewals(KNOWN, round_):
            if not left:
                return
            left -= 1
            yield event


def _until_nothing_waits(house: House) -> float:
    begun = time.perf_counter()
    while any(map(house.count, WAITING)) and time.perf_counter() - begun < AFTER:
        time.sleep(0.1)
    return time.perf_counter() - begun


def main(seconds: Annotated[float, typer.Option(help="How long the burst lasts.", min=1)] = 60) -> None:
    """Let a burst come, print what became of it, and fail if it was not as it should be."""
    with open_house(worker=True) as house:
        verdict = burst(house, seconds)
    sys.stdout.write(json.dumps(asdict(verdict)) + "\n")
    if not verdict.met:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
