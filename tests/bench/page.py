"""What was measured, as tables: for the terminal, as JSON, and for the page of figures."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from rich.table import Table

from tests.bench import gauge
from tests.bench.rounds import Series

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
NOTIFY_PER_CORE, NOTIFY_MEMORY = 135, 150
QUIET = 0.2
"""Cores of other use up to which a round counts as quiet."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One target of the issue, and what was reached."""

    what: str
    target: str
    reached: str
    met: bool


def figures(series: Mapping[str, Series]) -> list[list[str]]:
    """Return a row for each series: name, items, rate, CPU of ours and of PostgreSQL per item, per core, noise."""
    return [[
        one.name, f"{one.rounds[0].done:,}", _with_range(one, lambda r: r.rate),
        _micro(one, lambda r: r.app / r.done), _micro(one, lambda r: r.postgres / r.done),
        f"{one.middle(lambda r: r.per_core):,.0f}" if one.rounds[0].app else "–",
        f"{one.middle(lambda r: r.noise):.2f}",
    ] for one in series.values()]  # fmt: skip


HEAD = (
    "what",
    "items a round",
    "a second [lowest–highest]",
    "our CPU µs",
    "PostgreSQL µs",
    "a second a core",
    "others' cores",
)


def verdicts(series: Mapping[str, Series]) -> list[Verdict]:
    """Hold what was measured against the targets."""
    found: list[Verdict] = []
    if "plan" in series:
        share = _share(series["plan"], series["bare insert"], lambda r: r.rate)
        found.append(
            Verdict("planning, rows a second against the bare insert", "≥ 25 %", f"{share:.0%}", share >= 0.25)
        )
    if "texts" in series:
        found += _of_texts(series["texts"], series["bare posts"])
    if "mails" in series:
        rate = series["mails"].middle(lambda r: r.rate)
        found.append(Verdict("e-mails a second", "≥ 10,000", f"{rate:,.0f}", rate >= 10_000))
        wall = 100_000 / series["mails alone"].middle(lambda r: r.rate)
        found.append(Verdict("100,000 e-mails handed over by the adapter, seconds", "< 10", f"{wall:.1f}", wall < 10))
    if "texts far" in series:
        found += _of_far_texts(series["texts far"])
    found += _of_sharing(series)
    if "callbacks" in series:
        cpu = series["callbacks"].middle(lambda r: r.app / r.done) * 1e3
        found.append(
            Verdict("a signed callback verified and appended, ms of our CPU", "< 0.3", f"{cpu:.2f}", cpu < 0.3)
        )
    found += _of_memory([look for one in series.values() for look in one.memory])
    return found


def _of_texts(texts: Series, bare: Series) -> list[Verdict]:
    core, share = texts.middle(lambda r: r.per_core), _share(texts, bare, lambda r: r.rate)
    times = core / NOTIFY_PER_CORE
    return [
        Verdict("texts a second a core", "≥ 5,000", f"{core:,.0f} ({times:.0f} × GOV.UK Notify's 135)", core >= 5_000),
        Verdict("texts a second against the bare posts", "≥ 25 %", f"{share:.0%}", share >= 0.25),
    ]


def _of_far_texts(far: Series) -> list[Verdict]:
    rate, core = far.middle(lambda r: r.rate), far.middle(lambda r: r.per_core)
    what = "a provider that answers after 100 ms"
    return [
        Verdict(f"texts a second, {what}", "≥ 2,000", f"{rate:,.0f}", rate >= 2_000),
        Verdict(f"texts a second a core, {what}", "≥ 5,000", f"{core:,.0f}", core >= 5_000),
    ]


def _of_sharing(series: Mapping[str, Series]) -> list[Verdict]:
    found: list[Verdict] = []
    if "texts by 4" in series:
        share = _share(series["texts by 4"], series["texts by 2"], lambda r: r.rate)
        found.append(Verdict("texts a second by four workers against two", "≥ 95 %", f"{share:.0%}", share >= 0.95))
    if "fairness" in series:
        waits = sorted(series["fairness"].waits)
        middle, late = median(waits), waits[int(0.99 * (len(waits) - 1))]
        reached = f"{late:.1f} (median {middle:.1f})"
        found.append(Verdict(f"seconds until {series['fairness'].name} are out, p99", "≤ 5", reached, late <= 5))
    return found


def _of_memory(looks: Sequence[Mapping[str, float]]) -> list[Verdict]:
    if not looks:
        return []
    most = {name: max(look[name] for look in looks) for name in ("rss", "pss", "uss")}
    least = min(look["rss"] for look in looks)
    reached = f"RSS {most['rss']:.0f} (lowest {least:.0f}), PSS {most['pss']:.0f}, USS {most['uss']:.0f}"
    return [Verdict("worker memory at its highest, MiB", f"< {NOTIFY_MEMORY}", reached, most["rss"] < NOTIFY_MEMORY)]


def tables(series: Mapping[str, Series]) -> list[Table]:
    """Return both tables for the terminal."""
    measured = Table(*HEAD, title="Measured (medians)")
    for row in figures(series):
        measured.add_row(*row)
    held = Table("target", "wanted", "reached", "", title="Targets")
    for one in verdicts(series):
        held.add_row(one.what, one.target, one.reached, "met" if one.met else "missed")
    return [measured, held]


def as_json(series: Mapping[str, Series], about: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything as plain data."""
    rounds = {name: [asdict(one) for one in each.rounds] for name, each in series.items()}
    memory = {name: each.memory for name, each in series.items()}
    return {**about, "rounds": rounds, "memory": memory, "targets": [asdict(one) for one in verdicts(series)]}


def write(page: Path, series: Mapping[str, Series], about: Mapping[str, Any]) -> None:
    """Put the figures between the page's markers."""
    said = ", ".join(f"{name} {value}" for name, value in about.items())
    held = [[one.what, one.target, one.reached, "met" if one.met else "**missed**"] for one in verdicts(series)]
    parts = [f"Measured with {said}.", markdown(HEAD, figures(series)), *_warnings(series),
             markdown(("target", "wanted", "reached", ""), held)]  # fmt: skip
    between(page, BEGIN, END, "\n\n".join(parts))


def about(size: int, rounds: int, written_in: str, command: str, today: date) -> dict[str, Any]:
    """Return what a reader needs to judge the figures by."""
    return {
        "date": today.isoformat(),
        "command": f"`{command}`",
        "size": f"{size:,}",
        "rounds": rounds,
        "machine": f"{platform.machine()} with {os.cpu_count()} cores",
        "Python": platform.python_version(),
        "yardstick": f"{gauge.yardstick():.0f} ms (37 ms on the machine of GOV.UK Notify's figures)",
        "sink in": written_in,
    }


def _warnings(series: Mapping[str, Series]) -> list[str]:
    noisy = [name for name, one in series.items() if one.middle(lambda r: r.noise) > QUIET]
    if not noisy:
        return []
    what = f"**Not a quiet machine**: others used more than {QUIET} cores during {', '.join(noisy)}; "
    return [what + "rates are too low and CPU per item is too high, each by up to a factor of two or three."]


def _share(ours: Series, bare: Series, of: Any) -> float:
    return ours.middle(of) / bare.middle(of)


def _with_range(one: Series, of: Any) -> str:
    low, high = one.range(of)
    return f"{one.middle(of):,.0f} [{low:,.0f}–{high:,.0f}]"


def _micro(one: Series, of: Any) -> str:
    return f"{one.middle(of) * 1e6:,.1f}"


def between(page: Path, begin: str, end: str, text: str) -> None:
    """Put a text between two markers of a page; what people wrote around them stays."""
    head, _, rest = page.read_text("utf-8").partition(begin)
    _, _, tail = rest.partition(end)
    page.write_text(f"{head}{begin}\n\n{text}\n\n{end}{tail}", "utf-8")


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
