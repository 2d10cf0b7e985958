"""Metrics: what a process counts, and what the database says of the whole service, by short lists of labels.

A label is an agency's code, a channel, a provider, a job, a route's template or a word of ours: never a person's.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
OWN: Final = CollectorRegistry()
"""What this process counted since it began."""
REQUEST_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
BATCH_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30)
WORD_BUCKETS: Final = (1, 2, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400, 259_200)

ProcessCollector(namespace="", registry=OWN)
BUILD: Final = Gauge("keepcovered_build", "1; its labels say what runs.", ["version", "schema", "mode"], registry=OWN)
REQUESTS: Final = Counter(
    "keepcovered_requests", "Requests that were answered.", ["method", "route", "status"], registry=OWN
)
REQUEST_SECONDS: Final = Histogram(
    "keepcovered_request_seconds", "How long answers took.", ["method", "route"],
    buckets=REQUEST_BUCKETS, registry=OWN,
)  # fmt: skip
EVENTS: Final = Counter("keepcovered_events", "County events by what became of them.", ["outcome"], registry=OWN)
JOBS: Final = Counter("keepcovered_jobs", "Jobs that were done.", ["job", "outcome"], registry=OWN)
JOB_SECONDS: Final = Histogram(
    "keepcovered_job_seconds", "How long jobs took.", ["job"], buckets=(*BATCH_BUCKETS, 60, 300), registry=OWN
)
TICKS: Final = Counter("keepcovered_ticks", "Ticks that were fired here.", ["tick", "outcome"], registry=OWN)
RESTARTS: Final = Counter(
    "keepcovered_worker_restarts", "How often the worker lost its queue and took it up again.", registry=OWN
)
HANDED: Final = Counter(
    "keepcovered_handed", "Messages by what their provider said at once.", ["channel", "provider", "outcome"],
    registry=OWN,
)  # fmt: skip
SEND_SECONDS: Final = Histogram(
    "keepcovered_send_seconds", "How long a provider took for a batch.", ["channel", "provider"],
    buckets=BATCH_BUCKETS, registry=OWN,
)  # fmt: skip
RECEIPTS: Final = Counter("keepcovered_receipts", "Receipts that were stored.", ["provider", "status"], registry=OWN)
FORGED: Final = Counter("keepcovered_forged_callbacks", "Callbacks that were refused.", ["provider"], registry=OWN)
MOVED: Final = Counter(
    "keepcovered_moved", "Messages that a receipt moved, by their new status.", ["channel", "provider", "status"],
    registry=OWN,
)  # fmt: skip
WORD_SECONDS: Final = Histogram(
    "keepcovered_word_seconds", "From the intent to the provider's word that moved the message.",
    ["channel", "provider"], buckets=WORD_BUCKETS, registry=OWN,
)  # fmt: skip
POOL: Final = Gauge("keepcovered_pool_connections", "Connections to the database.", ["state"], registry=OWN)


FIGURES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "lane_due": ("Messages that are due, 10,000 at most.", ("agency", "channel")),
    "lane_lag_seconds": ("How long the oldest of them has been due.", ("agency", "channel")),
    "unclear": ("Attempts that nobody knows the end of yet.", ("channel", "provider")),
    "unclear_oldest_seconds": ("Age of the oldest of them.", ("channel", "provider")),
    "unknown": ("Messages that only a person can settle.", ("agency", "channel")),
    "switches": ("Switches in force; a brake is one that we set ourselves.", ("agency", "kind", "channel")),
    "alarms": ("Alarms of the last week that nobody has seen to.", ("agency", "kind")),
    "breaker_open": ("1 while a provider gets no messages.", ("channel", "provider", "account", "why")),
    "receipts_waiting": ("Receipts that are not applied yet, 10,000 at most.", ()),
    "receipts_oldest_seconds": ("Age of the oldest of them.", ()),
    "replan_waiting": ("Renewals that wait to be planned, 10,000 at most.", ()),
    "stage_silence_seconds": ("How long ago a stage's tick ran last.", ("stage",)),
    "queued_jobs": ("Jobs in the queue.", ("job", "status")),
    "stalled_jobs": ("Jobs whose worker has died.", ()),
    "partitions_ahead_days": ("For how many days ahead a table has partitions.", ("table",)),
    "database_connections": ("Connections that are open to this database.", ()),
    "database_connections_limit": ("How many the server takes.", ()),
}
"""What the database is asked for: what it is, and its labels; each name gets our prefix."""
Told = tuple[str, Sequence[str], float]
"""One figure: its name, the values of its labels, and the figure."""


def watch_pool(use: Callable[[], Mapping[str, int]]) -> None:
    """Ask for the use of the connection pool, state by state, whenever somebody looks."""
    for state in use():
        POOL.labels(state).set_function(lambda state=state: use()[state])  # type: ignore[misc]  # mypy: a default


def own_text() -> bytes:
    """Return what this process counted, as Prometheus reads it."""
    return generate_latest(OWN)


def shared_text(told: Sequence[Told] | None) -> bytes:
    """Return what the database told as Prometheus reads it; None says that it did not answer."""
    return generate_latest(_Shared(told))


class _Shared(Collector):
    """What the database told, once."""

    def __init__(self, told: Sequence[Told] | None) -> None:
        self._told = told

    def collect(self) -> Iterator[Metric]:
        """Give each figure that there is; one that the database did not tell has no value."""
        up = 0 if self._told is None else 1
        yield GaugeMetricFamily("keepcovered_database_up", "1 while the database answers.", value=up)
        for name, (about, labels) in FIGURES.items():
            family = GaugeMetricFamily(f"keepcovered_{name}", about, labels=labels)
            for said, given, value in self._told or ():
                if said == name:
                    family.add_metric(given, value)
            yield family


def serving(host: str, port: int) -> AbstractContextManager[None]:
    """Serve what this process counted on a port of its own, as long as the block lasts."""
    return _Served(host, port)


class _Served(AbstractContextManager[None]):
    """The metrics of a process that serves nothing else; in a thread, so that a busy loop still answers."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    def __enter__(self) -> None:
        self._server, self._thread = start_http_server(self._port, self._host, OWN)

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
