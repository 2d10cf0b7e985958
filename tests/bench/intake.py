"""`python -m tests.bench.intake`: how fast events and callbacks come in, over HTTP, into a durable PostgreSQL.

Beside each kind stands the physical limit of the same run: a bare `INSERT … SELECT` of as many rows into a table of
the same columns and indexes. For callbacks there is a bare loop that only verifies signatures besides.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
import uvloop
from rich.console import Console
from rich.table import Table

from channels.signals import Callback
from channels.twilio.signatures import TEXT_STATUS, Signatures
from tests.bench import gauge
from tests.bench.caller import pour
from tests.bench.house import House, open_house
from tests.bench.spoken import newcomers, renewals

out = Console(width=None if sys.stdout.isatty() else 170)
BATCHES_AT_ONCE, SINGLES_AT_ONCE, CALLBACKS_AT_ONCE, MAIL_BATCHES_AT_ONCE = 4, 64, 64, 4
APPLIES_WITHIN = 60
PER_CORE: Final = "a second a core"
WANTED: Final = {
    "member": ("a second", 4_000), "changed": ("a second", 4_000), "renewal": ("a second", 10_000),
    "single": (PER_CORE, 1_400), "callbacks": (PER_CORE, 2_800), "mail_events": ("a second", 15_000),
}  # fmt: skip
"""What issue 5 asks for."""
BARE_EVENTS: Final = """
    INSERT INTO bench_bare
    SELECT %(agency)s, gen_random_uuid(), '/counties/orange', 'e-' || n, 'renewal.renewed', now(), gen_random_uuid(),
           sha256('x'), decode(repeat('00', 300), 'hex'), 'applied', now()
      FROM generate_series(1, %(rows)s) n
"""
BARE_RECEIPTS: Final = """
    INSERT INTO bench_bare (id, period, agency_id, attempt_id, provider, key, status, received_at, received_on_machine)
    SELECT n, '2027-02-01', %(agency)s, gen_random_uuid(), 'twilio', 'SM' || n, 'delivered', now(), now()
      FROM generate_series(1, %(rows)s) n
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """What one kind came to: items, a second and a second a core, and beside which bare limits."""

    kind: str
    items: int
    a_second: float
    a_second_a_core: float
    api_us: float
    """CPU of the API for an item, in millionths of a second; likewise PostgreSQL's and the caller's."""
    postgres_us: float
    caller_us: float
    others_cores: float
    p50_ms: float
    p99_ms: float
    peak_mib: float
    bare_insert_a_second: float
    statuses: dict[int, int]

    @property
    def reached(self) -> float:
        """The figure that the target is about."""
        return self.a_second_a_core if WANTED[self.kind][0] == PER_CORE else self.a_second


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing that comes in: its requests, how many at a time, and the bare insert beside it."""

    requests: Callable[[House, int], list[bytes]]
    at_once: int
    table: str
    bare: str


def kinds() -> dict[str, Kind]:
    """Return what is measured; those that tell of changes go one step further each time they are asked."""
    steps: dict[str, Iterator[int]] = {"renewal": iter(range(1_000)), "changed": iter(range(1, 1_000))}
    events, receipts = ("county_event", BARE_EVENTS), ("receipt", BARE_RECEIPTS)
    return {
        "member": Kind(lambda house, size: house.voice.batches(newcomers(size)), BATCHES_AT_ONCE, *events),
        "changed": Kind(lambda house, size: house.voice.batches(newcomers(size, next(steps["changed"]))),
                        BATCHES_AT_ONCE, *events),
        "renewal": Kind(lambda house, size: house.voice.batches(renewals(size, next(steps["renewal"]))),
                        BATCHES_AT_ONCE, *events),
        "single": Kind(lambda house, size: house.voice.singles(renewals(size, next(steps["renewal"]))),
                       SINGLES_AT_ONCE, *events),
        "callbacks": Kind(lambda house, size: house.voice.texts(house.attempts("sms", "twilio", size)),
                          CALLBACKS_AT_ONCE, *receipts),
        "mail_events": Kind(lambda house, size: house.voice.mails(house.attempts("email", "sendgrid", size)),
                            MAIL_BATCHES_AT_ONCE, *receipts),
    }  # fmt: skip


def measure(house: House, name: str, kind: Kind, size: int) -> Figure:
    """Measure one kind; `member` comes first, for the other events are about those people."""
    requests = kind.requests(house, size)
    before, begun = gauge.read(dict(house.groups)), time.perf_counter()
    told = uvloop.run(pour(house.port, requests, kind.at_once))
    _applied(house)
    wall, passed = time.perf_counter() - begun, gauge.read(dict(house.groups)).since(before)
    if set(told.statuses) - {200, 204}:
        raise RuntimeError(f"{name}: {told.statuses}, {told.last[:300]!r}")
    api, postgres, caller = (passed.groups[one] for one in ("api", "postgres", "caller"))
    others = max(0.0, (passed.machine - postgres - caller) / passed.wall)  # the caller started the API
    return Figure(
        name, size, size / wall, size / api, api / size * 1e6, postgres / size * 1e6, (caller - api) / size * 1e6,
        others, told.share(0.5) * 1e3, told.share(0.99) * 1e3, _peak(house.groups["api"]), _bare(house, kind, size),
        dict(told.statuses),
    )  # fmt: skip


def _bare(house: House, kind: Kind, rows: int) -> float:
    """Return how many rows a second a bare insert makes."""
    house.connection.execute(f"CREATE TABLE bench_bare (LIKE {kind.table} INCLUDING INDEXES INCLUDING DEFAULTS)")
    begun = time.perf_counter()
    house.connection.execute(kind.bare, {"agency": house.agency, "rows": rows})
    wall = time.perf_counter() - begun
    house.connection.execute("DROP TABLE bench_bare")
    return rows / wall


def verifications(house: House, size: int) -> float:
    """Return how many signed callbacks about texts a bare loop verifies a second."""
    signatures = Signatures([house.voice.settings.twilio.auth_token.get_secret_value()])
    ready = []
    for request in house.voice.texts(house.attempts("sms", "twilio", size)):
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        url = house.voice.settings.public_url + first.split()[1]
        ready.append(Callback(url, headers, body, datetime.now(UTC), "r", "", "messages"))  # noqa: TID251
    begun = time.process_time()
    for callback in ready:
        signatures.form(callback, TEXT_STATUS)
    return size / (time.process_time() - begun)


def _applied(house: House) -> None:
    """Wait until what was appended is applied too: it counts."""
    until = time.monotonic() + APPLIES_WITHIN
    while house.count("receipt WHERE applied_at IS NULL"):
        if time.monotonic() > until:
            raise TimeoutError("receipts wait to be applied")
        time.sleep(0.02)


def _peak(pid: int) -> float:
    """Return the most MiB that a process ever held."""
    [line] = [one for one in Path(f"/proc/{pid}/status").read_text().split("\n") if one.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def table(figures: list[Figure]) -> Table:
    """Return the figures beside what is asked for."""
    found = Table("what", "items", "a second", PER_CORE, "API µs", "PostgreSQL µs", "p99 ms", "peak MiB",
                  "of a bare insert", "others' cores", "wanted", "", title="Intake and callbacks")  # fmt: skip
    for one in figures:
        unit, wanted = WANTED[one.kind]
        found.add_row(
            one.kind, f"{one.items:,}", f"{one.a_second:,.0f}", f"{one.a_second_a_core:,.0f}", f"{one.api_us:.0f}",
            f"{one.postgres_us:.0f}", f"{one.p99_ms:.0f}", f"{one.peak_mib:.0f}",
            f"{one.a_second / one.bare_insert_a_second:.1%}", f"{one.others_cores:.2f}", f"{wanted:,} {unit}",
            "met" if one.reached >= wanted else "missed",
        )  # fmt: skip
    return found


EVERY: Final = ",".join(WANTED)
Wanted = Annotated[str, typer.Option("--kind", help=f"What to measure, separated by commas: {EVERY}.")]
Size = Annotated[int, typer.Option(help="How many items of each kind.", min=1)]
AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]


def main(kind: Wanted = EVERY, size: Size = 20_000, as_json: AsJson = False) -> None:  # noqa: FBT002
    """Measure intake and callbacks beside bare limits, and hold them against the targets."""
    wanted = {"member", *kind.split(",")}
    with open_house() as house:
        figures = [measure(house, name, one, size) for name, one in kinds().items() if name in wanted]
        verified = verifications(house, min(size, 10_000))
    yardstick = gauge.yardstick()
    if as_json:
        told = {"figures": [asdict(one) for one in figures], "bare verifications": verified, "yardstick ms": yardstick}
        out.print_json(data=told)
        return
    out.print(table(figures))
    out.print(f"Bare verification: {verified:,.0f} callbacks a second a core. Yardstick: {yardstick:.0f} ms.")


if __name__ == "__main__":
    sys.exit(typer.run(main))
