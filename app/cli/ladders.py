"""Commands for ladders: what is planned for whom and when, and an agency's own in the place of what is shipped."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.markup import escape

from app.cli.agencies import AsJson, Code
from app.cli.console import agency_of, fail, out, show_json, show_table, with_services
from app.errors import UnfitLadders
from app.pipeline.ladder_fit import fitting_ladder, shipped_words
from app.pipeline.ladders import Held
from app.wiring import Services, shipped, shipped_almanac, shipped_ladders
from schedules.ladders.faults import BadLadder
from schedules.ladders.model import Ladder, Step
from schedules.ladders.reading import parse_ladder
from schedules.ladders.tables import by_status, may_be_said, when

ladder_cli = typer.Typer(help="Ladders: what is said to whom, when, and in which status.", no_args_is_help=True)
LADDERS = ("name", "occasion", "programs", "steps", "whose", "version")
STEPS = ("step", "template", "when", "statuses", "channels", "priority", "owners", "cycles")
OfAgency = Annotated[str, typer.Option("--agency", help="The agency's code; without it, what is shipped.")]
Name = Annotated[str, typer.Argument(help="The ladder's name; `ladder list` shows them.")]
LadderFile = Annotated[Path, typer.Argument(help="A TOML file (`docs/ladders.md`).", dir_okay=False, exists=True)]


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.add_typer(ladder_cli, name="ladder")


@ladder_cli.command("list")
def list_ladders(agency: OfAgency = "", as_json: AsJson = False) -> None:
    """List the ladders that are shipped, or those in force for an agency."""
    rows = [_row(held) for held in _in_force(agency).values()]
    if as_json:
        show_json({"data": rows})
    else:
        show_table("Ladders", LADDERS, [_flat(row) for row in rows])


@ladder_cli.command("show")
def show_ladder(name: Name, agency: OfAgency = "", as_json: AsJson = False) -> None:
    """Show a ladder as its file says it; with --json its steps as they were read."""
    held = _in_force(agency)
    if name not in held:
        raise UnfitLadders(f"there is no ladder {name!r}; known: {', '.join(held)}")
    if as_json:
        show_json(_row(held[name]) | {"steps": [_step_row(step) for step in held[name].ladder.steps]})
    else:
        typer.echo(held[name].source, nl=not held[name].source.endswith("\n"))


@ladder_cli.command("steps")
def show_steps(agency: OfAgency = "", as_json: AsJson = False) -> None:
    """Show every step: its words, when it comes, in which statuses, on which channels."""
    rows = [_step_row(step) for held in _in_force(agency).values() for step in held.ladder.steps]
    if as_json:
        show_json({"data": rows})
    else:
        show_table("Steps", STEPS, [_flat(row) for row in rows])


@ladder_cli.command("statuses")
def show_statuses(agency: OfAgency = "", as_json: AsJson = False) -> None:
    """Show what may be said in each status: the steps, and their words where they have another name."""
    table = may_be_said(held.ladder for held in _in_force(agency).values())
    if as_json:
        names = ("status", "ladder", "step", "template", "owners", "cycles")
        show_json({"data": [{name: getattr(said, name) for name in names} for said in table]})
    else:
        columns = ("status", "ladder", "steps → words")
        show_table("Statuses", columns, [dict(zip(columns, row, strict=True)) for row in by_status(table)])


@ladder_cli.command("check")
def check_ladder(
    file: LadderFile,
    language: Annotated[
        list[str] | None, typer.Option(help="A language of the agency; all shipped by default.")
    ] = None,
) -> None:
    """Say what is wrong with a ladder, each with its line and the mend; needs no database."""
    text = _text(file)
    words = shipped_words(shipped())
    try:
        name = parse_ladder(text, name=file.name).name
        others = [one for one in _shipped() if one.name != name]
        ladder = fitting_ladder(
            text, file.name, constants=shipped_almanac().constants, others=others, words=words,
            languages=language or sorted({tag for _, tag in words.versions}),
        )  # fmt: skip
    except BadLadder as error:
        _refuse(error)
    out.print(f"{ladder.name}: nothing is wrong; steps: {len(ladder.steps)}")


@ladder_cli.command("add")
def add_ladder(file: LadderFile, agency: Code) -> None:
    """Put an agency's own ladder in force, in the place of the one of the same name."""
    text = _text(file)

    async def add(services: Services) -> Ladder:
        owner = await agency_of(services, agency)
        return await services.ladder_changes.add(owner, text, file=file.name)

    try:
        ladder = with_services(add)
    except BadLadder as error:
        _refuse(error)
    out.print(f"{agency}: {ladder.name} is in force; what is not sent yet is planned anew.")


@ladder_cli.command("remove")
def remove_ladder(name: Name, agency: Code) -> None:
    """Put what is shipped in force again in the place of an agency's own ladder."""

    async def remove(services: Services) -> None:
        await services.ladder_changes.remove(await agency_of(services, agency), name)

    with_services(remove)
    out.print(f"{agency}: {name} is as shipped; what is not sent yet is planned anew.")


def _text(file: Path) -> str:
    """Read a file; an editor's mark of UTF-8 at its beginning is no part of the text."""
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        fail(escape(f"{file.name}, line {line}: this is no UTF-8 text; save the file as UTF-8"))
        raise typer.Exit(1) from None


def _refuse(error: BadLadder) -> NoReturn:
    for fault in error.faults:
        fail(escape(str(fault)))
    raise typer.Exit(1)


def _in_force(code: str) -> dict[str, Held]:
    """Return an agency's ladders by name, or without an agency what is shipped."""

    async def find(services: Services) -> dict[str, Held]:
        return await services.ladder_changes.in_force(await agency_of(services, code))

    if code:
        return dict(sorted(with_services(find).items()))
    return {
        ladder.name: Held(ladder, 0, text) for ladder, text in zip(_shipped(), shipped_ladders().values(), strict=True)
    }


def _shipped() -> list[Ladder]:
    return [parse_ladder(text, name=file) for file, text in shipped_ladders().items()]


def _row(held: Held) -> dict[str, object]:
    ladder = held.ladder
    return {
        "name": ladder.name, "occasion": str(ladder.occasion), "programs": sorted(ladder.programs),
        "purpose": ladder.purpose, "steps": len(ladder.steps), "whose": "own" if held.own else "shipped",
        "version": held.version or None,
    }  # fmt: skip


def _step_row(step: Step) -> dict[str, object]:
    return {
        "step": step.key, "template": step.template, "templates": dict(step.templates), "when": when(step),
        "statuses": sorted(step.statuses), "channels": str(step.policy), "fallback_days": step.fallback_days or None,
        "priority": step.priority, "owners": sorted(step.owners), "cycles": sorted(step.cycles),
    }  # fmt: skip


def _flat(row: Mapping[str, object]) -> dict[str, object]:
    return {name: ", ".join(map(str, value)) if isinstance(value, list) else value for name, value in row.items()}
