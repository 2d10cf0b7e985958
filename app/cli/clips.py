"""Commands for recorded words: `clips check` and `clips make`."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from app.cli.agencies import AsJson
from app.cli.console import out, progress, show_json, show_table, with_services
from app.errors import KeepCoveredError
from app.pipeline.clip_making import make
from app.rules.clips import NAMES
from app.rules.wording import BadTemplate
from app.settings import read_settings
from app.wiring import Services, folder, machine_now, recordings

clips_cli = typer.Typer(help="Recorded words, for languages that no voice speaks.", no_args_is_help=True)
COLUMNS = ("language", "clips", "source", "review", "calls", "agencies", "missing")
DETAILS = ("clip", "words", "source", "review", "problem")
Rows = list[dict[str, object]]
SOME = 3


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.add_typer(clips_cli, name="clips")


@clips_cli.command("check")
def check_clips(
    language: Annotated[str, typer.Option(help="Show each clip of one language.")] = "", as_json: AsJson = False
) -> None:
    """Show, for each language without a voice, what is missing; exit code 1 if members of a live agency lack it."""

    async def look(services: Services) -> tuple[Rows, bool]:
        agencies = await services.tenancy.every()
        rows = services.clips.rows(agencies, services.providers)
        lacking = services.settings.live and any(row["agencies"] and not row["usable"] for row in rows)
        return (services.clips.details(language) if language else rows), lacking

    with _said_plainly():
        rows, lacking = with_services(look)
    if as_json:
        show_json({"data": rows})
    else:
        show_table("Clips", DETAILS if language else COLUMNS, [_shown(row) for row in rows])
    raise typer.Exit(1 if lacking else 0)


@clips_cli.command("make")
def make_clips(
    language: Annotated[str, typer.Option(help="The language, such as hy.")],
    into: Annotated[
        Path | None, typer.Option("--into", file_okay=False, help="Where to; else the data folder's clips.")
    ] = None,
) -> None:
    """Make placeholder clips with espeak-ng, which must be installed; a person's recordings stay untouched."""
    settings = read_settings()
    with _said_plainly():
        table = recordings(settings, machine_now).table(language)
    if not table.clips:
        raise KeepCoveredError(f"there is no table of clips for {language!r}: write {language}/clips.toml first")
    place = into or folder(settings) / "clips" / language

    async def run() -> int:
        made = 0
        with progress("clips", len(table.clips)) as advance:
            async for _ in make(table, place):
                made += 1
                advance(1)
        return made

    out.print(f"{asyncio.run(run())} clips of {language} are in {place}", soft_wrap=True)


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Let a table that cannot be read end the command with a sentence."""
    try:
        yield
    except BadTemplate as error:
        raise KeepCoveredError(str(error)) from None


def _shown(row: dict[str, object]) -> dict[str, object]:
    """Return a row as a table has room for it."""
    missing = row.get("missing")
    if not isinstance(missing, list):
        return row
    some = ", ".join(missing[:SOME]) + (f" and {len(missing) - SOME} more" if len(missing) > SOME else "")
    codes = row["agencies"] if isinstance(row["agencies"], list) else []
    return {**row, "agencies": ", ".join(codes), "missing": "all" if len(missing) == len(NAMES) else some}
