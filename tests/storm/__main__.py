"""`make storm`: lets storms go over real processes and judges what is left; exit code 1 where anything broke.

Run:  python -m tests.storm [--seed N] [--size pr|main|release] [--only R2] [--json FILE] [--keep FOLDER]
"""

import argparse
import asyncio
import json
import logging
import platform
import secrets
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.storm.evidence import Evidence
from tests.storm.gates import EVERY_PRESENT, GATES, SIZES
from tests.storm.gathering import as_json
from tests.storm.invariants import Finding, judge
from tests.storm.random_storm import Course

SHOWN = 5
"""How many findings of a kind are printed; all of them are in the JSON."""


def main() -> int:
    """Run what was asked for."""
    asked = _arguments()
    seed = asked.seed or secrets.randbelow(10**6) + 1
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # the database is away on purpose
    out = Console()
    out.print(f"seed {seed}, size {asked.size}, {_machine()}")
    results = [_gate(out, name, asked.size, seed, asked.keep) for name in asked.only.split(",")]
    whole = {"seed": seed, "size": asked.size, "machine": _machine(), "at": _now(), "gates": results}
    if asked.json:
        asked.json.write_text(json.dumps(whole, indent=1, default=str) + "\n")
    broken = [result["gate"] for result in results if result["broken"]]
    if broken:
        out.print(f"[red]broken: {', '.join(broken)}[/]  again: python -m tests.storm --seed {seed} "
                  f"--size {asked.size} --only {','.join(broken)}")  # fmt: skip
    return 1 if broken else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description="Let a storm go over real processes.")
    parser.add_argument("--seed", type=int, default=0, help="decides what happens; a new one is drawn and printed")
    parser.add_argument("--size", choices=SIZES, default="main")
    parser.add_argument("--only", default=",".join(EVERY_PRESENT), help="gates, separated by commas")
    parser.add_argument("--json", type=Path, help="where the figures go")
    parser.add_argument("--keep", type=Path, help="where logs, book and rows are left behind")
    return parser.parse_args()


def _gate(out: Console, name: str, size: str, seed: int, keep: Path | None) -> Mapping[str, Any]:
    began = time.monotonic()
    with _folder(keep, name) as folder:
        course = _run(GATES[name][size](folder, seed))
        if keep is not None:
            (folder / "evidence.json").write_text(as_json(course.evidence))
    findings = {what: found for what, found in judge(course.evidence).items() if found}
    findings |= _not_reached(course)
    findings |= {"asked besides": course.found} if course.found else {}
    figures = {**_counts(course.evidence), **course.figures, "seconds": round(time.monotonic() - began)}
    _show(out, name, figures, findings)
    told = {what: [str(one) for one in found] for what, found in findings.items()}
    return {"gate": name, "broken": bool(findings), "findings": told, "figures": figures}


def _run(work: Any) -> Course:
    """Run to the end; a termination takes everything down that was put up."""

    async def whole() -> Course:
        task = asyncio.ensure_future(work)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await task

    return asyncio.run(whole())


@contextmanager
def _folder(keep: Path | None, name: str) -> Any:
    if keep is not None:
        (keep / name).mkdir(parents=True)
        yield keep / name
        return
    with tempfile.TemporaryDirectory(prefix="keepcovered-storm-", ignore_cleanup_errors=True) as made:
        yield Path(made)


def _not_reached(course: Course) -> Mapping[str, Sequence[Finding]]:
    missed = course.figures.get("not reached", ())
    return (
        {"reached": [Finding("reached", "a crash point was never passed", (one,)) for one in missed]} if missed else {}
    )


def _counts(seen: Evidence) -> Mapping[str, Any]:
    """Return what a reader wants to know first: how many, how they ended, and how the tries were settled."""
    return {
        "deliveries": len(seen.messages), "attempts": len(seen.attempts), "accepted by providers": len(seen.accepted),
        "messages": dict(Counter(one.status for one in seen.messages)),
        "tries": dict(Counter(one.state for one in seen.attempts)),
        "lost": 0, "doubled": 0, "left to a person": sum(one.reason == "no_proof" for one in seen.messages),
    } | {name: len(found) for name, found in judge(seen).items() if name in {"lost", "doubled"}}  # fmt: skip


def _show(out: Console, name: str, figures: Mapping[str, Any], findings: Mapping[str, Sequence[Finding]]) -> None:
    table = Table(title=name, show_header=False, title_justify="left")
    for what, figure in figures.items():
        said = ", ".join(f"{key} {value}" for key, value in figure.items()) if isinstance(figure, dict) else str(figure)
        table.add_row(what, said)
    out.print(table)
    for what, found in findings.items():
        out.print(f"[red]{what}: {len(found)}[/]")
        for one in found[:SHOWN]:
            out.print(f"  {one}")


def _machine() -> str:
    import os

    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def _now() -> str:
    return datetime.now(UTC).date().isoformat()  # noqa: TID251


if __name__ == "__main__":
    sys.exit(main())
