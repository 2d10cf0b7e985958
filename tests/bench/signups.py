"""`python -m tests.bench.signups`: how many sign-ups a second, whether a code goes out twice, and whether answers tell.

First strangers sign up over HTTP; some of them send every request twice at once under one idempotency key, and one code
each has to be waiting at the end. Then known and unknown numbers take turns on one connection, in pairs of random
order: their answers must be the same bytes, and their times no further apart than chance puts them (Welch's t below
4.5). The caps are raised for it; they are tested elsewhere.
"""

import http.client
import json
import os
import random
import re
import sys
import time
from dataclasses import asdict, dataclass
from math import sqrt
from statistics import fmean, quantiles, variance
from typing import Annotated, Final

import typer
import uvloop

from app.db.sealed import KeyRing
from tests.bench import gauge, population
from tests.bench.caller import Told, pour, request
from tests.bench.house import House, open_house

RATE: Final = 200
"""Sign-ups a second that are to be reached."""
FURTHEST: Final = 4.5
AT_ONCE: Final = 24
MANY: Final = str(10**9)
KNOWN_FROM, STRANGERS_FROM = 7_142_000_000, 7_146_000_000
WARM_UP: Final = 200
DOUBLED: Final = 200
CODES: Final = "message WHERE kind = 'code'"
DIFFERS: Final = re.compile(
    rb'[0-9a-f]{8}-[0-9a-f-]{27}|"expires_at":"[^"]+"|(?m:^(?:date|x-request-id): [^\r]+)', re.IGNORECASE
)
"""What is another in every answer: ids, times, the date."""


@dataclass(frozen=True, slots=True)
class Speed:
    """What sign-ups came to."""

    a_second: float
    p50_ms: float
    p95_ms: float
    statuses: dict[int, int]
    cpu_ms: float
    """The CPU time of the service and its database for one sign-up."""
    on_two_cores: float
    """How many a second that makes on two cores that do nothing else; a busy machine reaches less."""
    asked: int
    codes: int

    @property
    def met(self) -> bool:
        """Whether they were fast enough, with one code each."""
        return max(self.a_second, self.on_two_cores) >= RATE and self.codes == self.asked


@dataclass(frozen=True, slots=True)
class Telling:
    """What answers to known and unknown numbers tell."""

    samples: int
    shapes: int
    """How many different answers there were, ids and times aside."""
    known_ms: float
    unknown_ms: float
    welch_t: float

    @property
    def met(self) -> bool:
        """Whether they tell nothing."""
        return self.shapes == 1 and abs(self.welch_t) < FURTHEST


def wish(number: int) -> bytes:
    """Return the body of a sign-up."""
    said = {"agency": "orange", "channel": "sms", "address": f"+1{number}", "language": "vi", "consent_wording": "v1"}
    return json.dumps(said).encode()


def speed(house: House, asked: int) -> Speed:
    """Have strangers sign up, some of them twice at once."""
    once = [_posted(STRANGERS_FROM + number) for number in range(asked)]
    doubled = [_posted(STRANGERS_FROM + asked + number, key=True) for number in range(DOUBLED) for _ in range(2)]
    uvloop.run(pour(house.port, once[:WARM_UP], AT_ONCE))
    before = gauge.read(dict(house.groups))
    told: Told = uvloop.run(pour(house.port, once[WARM_UP:], AT_ONCE))
    passed = gauge.read(dict(house.groups)).since(before)
    uvloop.run(pour(house.port, doubled, AT_ONCE))
    count = asked - WARM_UP
    spent = passed.groups["api"] + passed.groups["postgres"]
    return Speed(
        count / passed.wall, told.share(0.5) * 1e3, told.share(0.95) * 1e3, dict(told.statuses),
        spent / count * 1e3, 2 * count / spent, asked + DOUBLED, house.count(CODES),
    )  # fmt: skip


def _posted(number: int, *, key: bool = False) -> bytes:
    headers = {"content-type": "application/json"} | ({"idempotency-key": f"k{number}"} if key else {})
    return request("/v1/signups", wish(number), headers)


def telling(house: House, samples: int) -> Telling:
    """Sign known and unknown numbers up in turns, and compare the answers."""
    population.load(
        house.connection,
        population.County(house.agency, KeyRing(house.voice.settings.key_ring), house.voice.index), samples,
    )  # fmt: skip
    house.connection.execute("VACUUM ANALYZE")
    line = http.client.HTTPConnection("127.0.0.1", house.port)
    times: dict[bool, list[float]] = {True: [], False: []}
    shapes, dice = set[bytes](), random.Random(7)  # noqa: S311  (an order, no secret)
    for number in range(-WARM_UP, samples):
        for known in dice.sample((True, False), 2):
            took, shape = _ask(line, (KNOWN_FROM if known else STRANGERS_FROM + 2_000_000) + abs(number))
            if number >= 0:
                times[known].append(took)
                shapes.add(shape)
    return Telling(
        samples, len(shapes), fmean(times[True]) * 1e3, fmean(times[False]) * 1e3, welch(times[True], times[False])
    )


def welch(one: list[float], other: list[float]) -> float:
    """Return Welch's t of two samples, without the slowest hundredth of both together, which the machine made."""
    limit = quantiles(one + other, n=100)[-1]
    one, other = ([took for took in sample if took <= limit] for sample in (one, other))
    return (fmean(one) - fmean(other)) / sqrt(variance(one) / len(one) + variance(other) / len(other))


def _ask(line: http.client.HTTPConnection, number: int) -> tuple[float, bytes]:
    body = wish(number)
    begun = time.perf_counter()
    line.request("POST", "/v1/signups", body, {"Content-Type": "application/json"})
    answer = line.getresponse()
    said = answer.read()
    took = time.perf_counter() - begun
    head = "".join(f"{name}: {value}\r\n" for name, value in answer.getheaders()).encode()
    return took, DIFFERS.sub(b"", str(answer.status).encode() + b"\r\n" + head + said)


def main(
    asked: Annotated[int, typer.Option(help="How many sign up.", min=2 * WARM_UP)] = 4_000,
    samples: Annotated[int, typer.Option(help="How many known and unknown numbers are compared.", min=100)] = 2_000,
    as_json: Annotated[bool, typer.Option("--json")] = False,  # noqa: FBT002  (a flag is a flag)
) -> None:
    """Measure sign-ups; exit code 1 if they are too slow, double, or tell who is known."""
    for cap in ("NUMBER_DAY", "NETWORK_HOUR", "PREFIX_DAY", "AGENCY_HOUR"):
        os.environ[f"KEEPCOVERED_CAPS__CODES_{cap}"] = MANY  # noqa: TID251  (for the service that is measured)
    with open_house() as house:
        found = (speed(house, asked), telling(house, samples))
    if as_json:
        json.dump([asdict(one) for one in found], sys.stdout)
    else:
        for one in found:
            words = ", ".join(f"{name} {value}" for name, value in asdict(one).items())
            sys.stdout.write(f"{type(one).__name__}: {words}: {'met' if one.met else 'MISSED'}\n")
    raise typer.Exit(0 if all(one.met for one in found) else 1)


if __name__ == "__main__":
    typer.run(main)
