"""Several workers on one lane, and what another agency's few hundred wait while one has hundreds of thousands due."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from uuid import UUID

from tests.bench import gauge
from tests.bench.rounds import Round, Series
from tests.bench.stand import Stand, Worker

WORKERS = (1, 2, 4)
FEW = 300
"""How many texts the other agency has due."""
SERVES = 20
"""Seconds that each worker takes jobs for, while fairness is measured."""
UNDER_WAY = 5.0
"""Seconds until the big agency's lanes are well under way."""
PATIENCE = 90.0
LATER = "UPDATE message SET due_at = due_at + interval '1 day' WHERE agency_id = %(agency)s"
NOW = "UPDATE message SET due_at = due_at - interval '1 day' WHERE agency_id = %(agency)s"
WAITED = """
    SELECT extract(epoch FROM accepted_on_machine) AS at FROM attempt
     WHERE agency_id = %(agency)s AND channel = 'sms' AND state = 'accepted' ORDER BY 1
"""
Told = Callable[[str], None]


def several_workers(stand: Stand, told: Told) -> dict[str, Series]:
    """Send all texts with one, two and four worker processes; return a series for each."""
    return {f"texts by {count}": _with_workers(stand, count, told) for count in WORKERS}


def _with_workers(stand: Stand, count: int, told: Told) -> Series:
    series = Series(f"texts by {count} workers")
    told(series.name)
    stand.to_be_sent()
    due = stand.waiting("sms")
    with ExitStack() as stack:
        workers = [stack.enter_context(stand.another()) for _ in range(count)]
        groups = {**stand.groups, **{f"worker {number}": one.process.pid for number, one in enumerate(workers)}}
        before, begun = gauge.read(groups), time.perf_counter()
        done = sum(answer["done"] for answer in _all(workers, "texts"))
        wall, passed = time.perf_counter() - begun, gauge.read(groups).since(before)
        series.memory += [look for one in workers for look in one.memory]
    if done != due:
        raise RuntimeError(f"{due} texts were due, {count} workers tried {done}")
    ours = sum(seconds for name, seconds in passed.groups.items() if name.startswith("worker "))
    series.rounds.append(Round(done, wall, ours, passed.groups["postgres"], passed.noise))
    return series


def _all(workers: list[Worker], command: str, count: int = 0) -> list[dict[str, float]]:
    for one in workers:
        one.tell({"do": command, "count": count})
    return [one.answer() for one in workers]


def fairness(stand: Stand, told: Told) -> dict[str, Series]:
    """Measure how long each of the few waits from being due to being handed over, while the others have many due."""
    told("fairness")
    stand.to_be_sent()
    agency = stand.neighbour(FEW)
    stand.worker.obey("plan")
    stand.run(LATER, agency=agency)
    with ExitStack() as stack:
        workers = [stack.enter_context(stand.another()) for _ in range(2)]
        for one in workers:
            one.tell({"do": "serve", "count": SERVES})
        time.sleep(UNDER_WAY)
        before = gauge.read(stand.groups)
        stand.run(NOW, agency=agency)
        released = time.time()
        handed = _handed(stand, agency)
        passed = gauge.read(stand.groups).since(before)
        still = stand.waiting("sms") + stand.waiting("email")
        for one in workers:
            one.answer()
    if len(handed) < FEW or not still:
        raise RuntimeError(f"{len(handed)} of {FEW} were handed over while {still} of the others waited: more people")
    waits = [at - released for at in handed]
    round_ = Round(FEW, waits[-1], 0.0, passed.groups["postgres"], passed.noise)
    return {"fairness": Series(f"another's {FEW}, {still:,} waiting", [round_], waits=waits)}


def _handed(stand: Stand, agency: UUID) -> list[float]:
    """Return when the few were handed over, once all were."""
    until, handed = time.monotonic() + PATIENCE, list[float]()
    while len(handed) < FEW and time.monotonic() < until:
        time.sleep(0.1)
        handed = [float(at) for (at,) in stand.connection.execute(WAITED, {"agency": agency}).fetchall()]
    return handed
