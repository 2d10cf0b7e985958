"""The measurements: each in rounds, ours and the bare loop in turn, so that a noisy minute hits both."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

from tests.bench import gauge
from tests.bench.stand import Stand


@dataclass(frozen=True, slots=True)
class Round:
    """One run of one thing: how many items, how long it took, and whose CPU that was, in seconds."""

    done: int
    wall: float
    app: float
    """CPU of our own process (or of the bare loop's)."""
    postgres: float
    noise: float
    """Cores that anybody else used meanwhile."""

    @property
    def rate(self) -> float:
        """Items a second."""
        return self.done / self.wall

    @property
    def per_core(self) -> float:
        """Items a second that one core of our process could do."""
        return self.done / self.app if self.app else 0.0


@dataclass(slots=True)
class Series:
    """The rounds of one thing."""

    name: str
    rounds: list[Round] = field(default_factory=list)
    memory: list[dict[str, float]] = field(default_factory=list)
    """Looks at the worker's memory while it was at it."""
    waits: list[float] = field(default_factory=list)
    """Seconds that each item waited, where that is what counts."""

    def middle(self, of: Callable[[Round], float]) -> float:
        """Return the median over the rounds."""
        return median(map(of, self.rounds))

    def range(self, of: Callable[[Round], float]) -> tuple[float, float]:
        """Return the lowest and the highest."""
        return min(map(of, self.rounds)), max(map(of, self.rounds))


Told = Callable[[str], None]
NAMES = ("plan", "bare insert", "texts", "bare posts", "texts far", "callbacks", "mails", "mails alone")
CALLBACKS = 20_000
MAILS_ALONE = 100_000


def measure(stand: Stand, *, only: set[str], rounds: int, until: float, told: Told) -> dict[str, Series]:
    """Measure what is asked for and return the series by name.

    There is one round at least; a further one only if it should be over by `until` (`time.monotonic`).
    """
    named = {name: Series(name) for name in NAMES}
    _warm_up(stand, told)
    longest = 0.0
    for number in range(1, rounds + 1):
        if number > 1 and time.monotonic() + longest > until:
            break
        begun = time.monotonic()
        if "plan" in only:
            _plan(stand, named, told)
        if only & {"texts", "mails"}:
            _send(stand, named, only, told)
        if "callbacks" in only:
            _call_back(stand, named, told)
        if "far" in only:
            _send_far(stand, named, told)
        longest = max(longest, time.monotonic() - begun)
    return {name: series for name, series in named.items() if series.rounds}


def _warm_up(stand: Stand, told: Told) -> None:
    """Plan once, unmeasured: it makes what is to be sent, and fills the caches."""
    told("planning once, to warm up")
    stand.to_be_planned()
    stand.worker.obey("plan")
    stand.keep_the_plan()
    stand.worker.memory.clear()


def _plan(stand: Stand, named: dict[str, Series], told: Told) -> None:
    told("planning")
    stand.to_be_planned()
    with _clocked(stand, named["plan"], "worker") as done:
        done.append(stand.worker.obey("plan")["done"])
    told("bare insert")
    stand.run("TRUNCATE bench.bare", "CHECKPOINT")
    with _clocked(stand, named["bare insert"], None) as bare:
        bare.append(stand.insert_bare(done[0]))


def _send(stand: Stand, named: dict[str, Series], only: set[str], told: Told) -> None:
    stand.to_be_sent()
    if "mails" in only:
        told("mails by the adapter alone")
        with _clocked(stand, named["mails alone"], "bare") as alone:
            alone.append(stand.bare.obey("mails alone", MAILS_ALONE)["done"])
    if "texts" in only:
        told("bare posts")
        with _clocked(stand, named["bare posts"], "bare") as bare:
            bare.append(stand.bare.obey("bare", stand.waiting("sms"))["done"])
    for name, channel in (("texts", "sms"), ("mails", "email")):
        if name in only:
            told(name)
            due = stand.waiting(channel)
            with _clocked(stand, named[name], "worker") as done:
                done.append(stand.worker.obey(name)["done"])
            if done != [due] or stand.waiting(channel):
                raise RuntimeError(f"{due} {name} were due, {done[0]} were tried, {stand.waiting(channel)} wait")


def _call_back(stand: Stand, named: dict[str, Series], told: Told) -> None:
    told("callbacks")
    if not stand.bare.obey("sign callbacks", CALLBACKS)["done"]:
        raise RuntimeError("callbacks are about texts: measure texts too")
    with _clocked(stand, named["callbacks"], "bare") as done:
        done.append(stand.bare.obey("callbacks")["done"])


def _send_far(stand: Stand, named: dict[str, Series], told: Told) -> None:
    told("texts to a provider far away")
    stand.to_be_sent()
    due = stand.waiting("sms")
    with _clocked(stand, named["texts far"], "far") as done:
        done.append(stand.far.obey("texts")["done"])
    if done != [due]:
        raise RuntimeError(f"{due} texts were due, {done[0]} were tried")


@contextmanager
def _clocked(stand: Stand, series: Series, app: str | None) -> Iterator[list[int]]:
    """Add a round of what the block does; the block appends how many items it did."""
    done: list[int] = []
    stand.worker.memory.clear()
    before, began = gauge.read(stand.groups), time.perf_counter()
    yield done
    wall, passed = time.perf_counter() - began, gauge.read(stand.groups).since(before)
    series.memory += stand.worker.memory
    cpu = passed.groups[app] if app else 0.0
    series.rounds.append(Round(done[0], wall, cpu, passed.groups["postgres"], passed.noise))
