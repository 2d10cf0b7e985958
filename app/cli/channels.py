"""Commands about adapters: which ones are installed, and whether one keeps what an adapter must."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from app.cli.agencies import AsJson
from app.cli.console import fail, out, progress, show_json, show_table
from app.errors import KeepCoveredError
from app.settings import read_settings

if TYPE_CHECKING:  # the kit has a server in it, which no other command needs
    from app.wiring.conformance import Checked, Subject

channel_cli = typer.Typer(help="The ways out: adapters of providers, ours and others'.", no_args_is_help=True)
COLUMNS = (
    "adapter", "channel", "package", "in_use", "batch", "at_once", "longest", "paid_by", "voices", "can", "missing",
)  # fmt: skip
MARKS: Mapping[str, str] = {"kept": "[green]✓[/]", "broken": "[bold red]✗[/]", "not applicable": "[dim]–[/]"}
BROKEN, CANNOT = 1, 2


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.add_typer(channel_cli, name="channel")


@channel_cli.command("list")
def show_installed(as_json: AsJson = False) -> None:
    """Show the installed adapters by channel: what each can do, and in which place it is used."""
    from app.wiring.conformance import installed

    rows = installed(read_settings())
    if as_json:
        show_json({"data": rows})
    else:
        show_table("Adapters", COLUMNS, rows)


@channel_cli.command("check")
def check(
    name: Annotated[str, typer.Argument(help="An installed adapter, such as twilio; `channel list` shows them.")],
    channel: Annotated[str, typer.Option(help="Only this channel: sms, email or voice.")] = "",
    as_json: AsJson = False,
) -> None:
    """Run the conformance kit against an adapter and its stand-in; nothing leaves this machine.

    Exit code 0: everything is kept; 1: something is broken; 2: it cannot be checked.
    """
    from app.wiring.conformance import subject

    start = time.monotonic()
    try:
        rows = asyncio.run(_checked(subject(name, channel)))
    except KeepCoveredError as error:
        fail(str(error))
        raise typer.Exit(CANNOT) from None
    broken = sum(one.verdict == "broken" for one in rows)
    if as_json:
        show_json({"adapter": name, "broken": broken, "data": [one.shown() for one in rows]})
    else:
        _show(name, rows)
        out.print(f"{len(rows)} checks, {broken} broken, in {time.monotonic() - start:.0f} s")
    raise typer.Exit(BROKEN if broken else 0)


async def _checked(on_trial: "Subject") -> "list[Checked]":
    from app.wiring.conformance import checked

    rows = []
    with progress(f"checking {on_trial.provider.name}", on_trial.total) as advance:
        async for one in checked(on_trial):
            rows.append(one)
            advance(1)
    return rows


def _show(name: str, rows: "Sequence[Checked]") -> None:
    """Print a table a channel: the mark, the sentence, and what was found."""
    for channel in dict.fromkeys(one.channel for one in rows):
        table = Table(title=f"{name}: {channel}", title_justify="left", header_style="bold")
        for column in ("", "an adapter must", "found"):
            table.add_column(column, overflow="fold")
        for one in rows:
            if one.channel == channel:
                table.add_row(MARKS[one.verdict], one.sentence, escape(one.found))
        out.print(table)
