"""`python -m tests.bench`: measure planning and delivery beside bare loops, and print the figures."""

import json
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tests.bench import page, sharing
from tests.bench.rounds import measure
from tests.bench.stand import standing

KNOWN = {"plan", "texts", "mails", "callbacks", "far", "workers", "fairness"}
out, err = Console(), Console(stderr=True)

Size = Annotated[int, typer.Option(help="How many people, each with one text and one e-mail due.", min=1_000)]
Rounds = Annotated[int, typer.Option(help="How often everything is measured, in turn; medians count.", min=1)]
Only = Annotated[str, typer.Option(help="What to measure, separated by commas.")]
Minutes = Annotated[float, typer.Option(help="No further round begins that would not be over by then.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]
Page = Annotated[Path | None, typer.Option("--write", help="Put the figures into this page, between its markers.")]


def main(  # noqa: PLR0917  (a command's parameters are its options)
    size: Size = 100_000,
    rounds: Rounds = 3,
    only: Only = "plan,texts,mails,callbacks,far,workers,fairness",
    minutes: Minutes = 5.5,
    as_json: AsJson = False,  # noqa: FBT002  (a flag is a flag)
    write: Page = None,
) -> None:
    """Measure planning, delivery (near, far, by several workers, fairly shared) and callbacks, beside bare loops."""
    wanted = {name.strip() for name in only.split(",")}
    if not wanted <= KNOWN:
        raise typer.BadParameter(f"known are {', '.join(sorted(KNOWN))}", param_hint="--only")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is taken down
    until = time.monotonic() + minutes * 60
    with err.status("putting everything up") as status, standing(size) as stand:
        series = measure(stand, only=wanted, rounds=rounds, until=until, told=status.update)
        if "workers" in wanted:
            series |= sharing.several_workers(stand, status.update)
        if "fairness" in wanted:
            series |= sharing.fairness(stand, status.update)
        done = max(len(one.rounds) for one in series.values())
        today = datetime.now(UTC).date()  # noqa: TID251  (the day on the page)
        command = " ".join(["python -m tests.bench", *sys.argv[1:]])
        about = page.about(size, done, stand.sink.written_in, command, today)
    if write is not None:
        page.write(write, series, about)
    if as_json:
        out.print_json(json.dumps(page.as_json(series, about)))
        return
    for table in page.tables(series):
        out.print(table)


if __name__ == "__main__":
    typer.run(main)
