"""Many machines: how workers on one database share the work, and what that means for a state and for the nation.

`python -m tests.bench.machines` sends the same texts with one, two and four workers (bench workers, one lane). Then two
machines: groups of real processes (`keepcovered worker`) in network namespaces of their own, each with its own
provider, that reach the database by TCP over a link. Where namespaces are not allowed, they are ordinary processes on
this machine, and it says so.
"""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg

from app.db.embedded import EmbeddedPostgres
from tests.bench import stand
from tests.bench.namespaces import machines
from tests.bench.sink import running_sink

ENOUGH = 0.9
"""What four workers must reach of what two reach on two cores: less is more than noise."""
PLACES = {"California": 15_000_000, "the nation": 75_000_000}
TOUCHES, CHANNELS_EACH, MONTHS = 3, 1.6, 12
"""What a member gets in a renewal's year: steps, channels for each, over so many months."""
HOURS = 220
"""Hours of a month in which texts may leave: twenty days from nine to eight."""
PATIENCE = 600.0
WORTH_SHARING = 5_000
"""Fewer texts are so few batches that one worker may have them all."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A county's texts, planned and kept, in a database of our own."""

    folder: Path
    server: EmbeddedPostgres
    held: stand.Stand


@contextmanager
def ground(size: int) -> Iterator[Ground]:
    """Make a database with a plan of a county of this size."""
    with (
        tempfile.TemporaryDirectory(prefix="keepcovered-bench-") as made,
        EmbeddedPostgres(folder := Path(made), durable=True) as server,
        running_sink(folder) as sink,
    ):
        try:
            agency = asyncio.run(stand._prepare(folder, server.url, sink.url))  # noqa: SLF001
            with (
                psycopg.connect(server.url, autocommit=True) as connection,
                stand._worker(folder, server.url, sink.url) as one,  # noqa: SLF001
            ):
                stand._fill(connection, folder, sink, agency, size)  # noqa: SLF001
                another = partial(stand._worker, folder, server.url, sink.url)  # noqa: SLF001
                held = stand.Stand(connection, sink, one, one, one, agency, {}, another, lambda _: agency.id)
                held.to_be_planned()
                one.obey("plan")
                held.keep_the_plan()
                yield Ground(folder, server, held)
        finally:
            server.erase()


def measured(on: Ground, counts: Sequence[int]) -> dict[int, float]:
    """Return texts a second by how many workers sent them."""
    found: dict[int, float] = {}
    with ExitStack() as more:
        workers = [on.held.worker, *(more.enter_context(on.held.another()) for _ in range(max(counts) - 1))]
        for count in counts:
            on.held.to_be_sent()
            due, began = on.held.waiting("sms"), time.perf_counter()
            for worker in workers[:count]:
                worker.tell({"do": "texts", "count": 0})
            done = [worker.answer()["done"] for worker in workers[:count]]
            found[count] = due / (time.perf_counter() - began)
            if sum(done) != due or on.held.waiting("sms"):
                raise RuntimeError(f"{due} were due, {done} were tried, {on.held.waiting('sms')} wait")
            say(f"{count} workers: {found[count]:,.0f} texts a second, shared {done}")
    return found


def apart(on: Ground) -> bool:
    """Let two machines of two workers each send everything; say who sent how much, and whether it all adds up."""
    on.held.to_be_sent()
    due = {channel: on.held.waiting(channel) for channel in ("sms", "email")}
    with machines(2, on.folder, on.server) as (two, how):
        began = time.perf_counter()
        for machine in two:
            machine.start("worker", "worker", "ticks")
        _until_sent(on)
        took = time.perf_counter() - began
        codes = [code for machine in two for code in machine.stop()]
        sent = [machine.counts() for machine in two]
    say(f"two machines ({how}): {due} sent in {took:.0f} s by {sent}; the processes ended with {codes}")
    texts = [counts["texts"] for counts in sent]
    shared = all(texts) or due["sms"] < WORTH_SHARING
    return sum(texts) == due["sms"] and shared and not any(codes)


def _until_sent(on: Ground) -> None:
    busy = "SELECT count(*) FROM message WHERE status = 'sending'"
    end = time.monotonic() + PATIENCE
    while on.held.waiting("sms") + on.held.waiting("email") or on.held.connection.execute(busy).fetchone() != (0,):
        if time.monotonic() > end:
            raise TimeoutError("not everything was sent")
        time.sleep(0.2)


def disk(on: Ground) -> float:
    """Return the bytes on disk a message, with its attempt, receipts and all their indexes."""
    asked = """
        SELECT sum(pg_total_relation_size(part.relid))::float8 / greatest((SELECT count(*) FROM message), 1)
          FROM unnest(ARRAY['message', 'attempt', 'receipt']) one (name), pg_partition_tree(to_regclass(one.name)) part
    """
    [[found]] = on.held.connection.execute(asked).fetchall()
    return float(found)


def arithmetic(rate: float) -> list[str]:
    """Return what a rate of texts a second means for each place."""
    lines = []
    for place, members in PLACES.items():
        monthly = members * TOUCHES * CHANNELS_EACH / MONTHS
        hours = monthly / rate / 3600
        lines.append(f"{place}: {monthly:,.0f} messages a month, {hours:.1f} of {HOURS} hours on this machine")
    return lines


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Measure and judge."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--size", type=int, default=20_000)
    asked.add_argument("--workers", default="1,2,4")
    asked.add_argument("--only", choices=["rates", "apart"])
    told = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was put up is taken down, too
    counts, good = [int(count) for count in told.workers.split(",")], True
    with ground(told.size) as on:
        if told.only != "apart":
            found = measured(on, counts)
            say(f"{disk(on):,.0f} bytes of disk a message")
            for line in arithmetic(max(found.values())):
                say(line)
            if {2, 4} <= set(found):
                good = found[4] >= ENOUGH * found[2]
                say(f"four workers reach {found[4] / found[2]:.2f} of two: {'good' if good else 'too little'}")
        if told.only != "rates":
            good = apart(on) and good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
