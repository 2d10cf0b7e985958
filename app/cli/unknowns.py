"""Commands for what nobody could prove: list it, and settle it by what a person found out."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import typer

from app.cli.agencies import AsJson, Code
from app.cli.console import agency_of, fail, out, show_json, show_table, with_services
from app.rules.reasons import sentence
from app.wiring import Services

unknowns_cli = typer.Typer(help="Messages of which nothing proves what became of them.", no_args_is_help=True)
COLUMNS = ("id", "kind", "channel", "step", "member_ref", "due_at", "provider", "reason")
EVERYTHING = dict.fromkeys(("kind", "status", "reason", "channel", "month", "member_ref"))
BY = "command line"


class Ends(StrEnum):
    """What a person can say of a message."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    SENT = "sent"


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.add_typer(unknowns_cli, name="unknowns")


@unknowns_cli.command("list")
def list_unknowns(
    agency: Code,
    limit: Annotated[int, typer.Option(help="How many to show at most.", min=1, max=10_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """List what waits for a person, newest first."""

    async def run(services: Services) -> list[dict[str, Any]]:
        owner = await agency_of(services, agency)
        wanted = {**EVERYTHING, "status": "unknown"}
        return await services.reporting.messages(owner.id, wanted, before=None, limit=limit)

    rows = with_services(run)
    if as_json:
        show_json({"data": [{**row, "explanation": sentence(row["reason"])} for row in rows]})
    elif rows:
        show_table("Unknown", COLUMNS, rows)
    else:
        out.print("Nothing waits for a person.")


@unknowns_cli.command("settle")
def settle(
    agency: Code,
    id_: Annotated[UUID, typer.Argument(metavar="ID", help="The message's id (`unknowns list`).")],
    end: Annotated[Ends, typer.Option("--as", help="What became of it.")],
    reason: Annotated[str, typer.Option(help="How you know; it is kept with the message.")],
    by: Annotated[str, typer.Option(help="Who settles it.")] = BY,
    as_json: AsJson = False,
) -> None:
    """Say what became of a message that nothing proves."""
    if not (reason.strip() and reason.isprintable()):
        raise typer.BadParameter("say how you know, in one line", param_hint="--reason")

    async def run(services: Services) -> dict[str, Any] | None:
        owner = await agency_of(services, agency)
        done = await services.reporting.settle(owner.id, id_, end, reason=reason, by=by)
        return await services.reporting.message(owner.id, id_) if done else None

    found = with_services(run)
    if found is None:
        raise typer.Exit(fail("this agency has no unknown message of that id (see `keepcovered unknowns list`)"))
    if as_json:
        show_json(found)
    else:
        out.print(f"Settled: {end}.")
