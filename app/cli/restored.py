"""The command for a database that was put back to an older state: what is held, and a person's word that lets it go."""

from dataclasses import asdict
from typing import Annotated

import typer

from app.cli.agencies import AsJson
from app.cli.console import out, plain, show_json, show_table, with_services
from app.pipeline.restoring import Standing
from app.wiring import Services

Confirm = Annotated[bool, typer.Option("--confirm", help="Let the held channels send again.")]
NothingLost = Annotated[
    bool,
    typer.Option(
        "--nothing-lost",
        help="With --confirm: nothing was sent that this database does not know (it was only moved or promoted).",
    ),
]


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.command("restored")(restored)


def restored(confirm: Confirm = False, nothing_lost: NothingLost = False, as_json: AsJson = False) -> None:
    """Show what is held because the database is an older state, or let it go."""
    if nothing_lost and not confirm:
        raise typer.BadParameter("goes with --confirm", param_hint="--nothing-lost")

    async def run(services: Services) -> Standing:
        if confirm:
            return await services.restoring.confirm(nothing_lost=nothing_lost)
        return await services.restoring.standing()

    found = with_services(run)
    if as_json:
        show_json({**asdict(found), "let_go": confirm})
    else:
        _show(found, let_go=confirm)


def _show(found: Standing, *, let_go: bool) -> None:
    if not found.held:
        out.print("Nothing is held: this database is the one that was last sent from.")
        return
    channels = ", ".join(found.held)
    if let_go:
        out.print(f"Let go: {channels}. What nobody can prove is in `keepcovered unknowns list`.", soft_wrap=True)
        return
    since = plain(found.since) if found.since else "some time"
    out.print(f"Nothing is sent by {channels}: {found.why}. Unknown is what went out since {since}.", soft_wrap=True)
    if found.found:
        show_table("Found at providers, for no message yet", ("channel", "status", "n"), found.found)
