"""Commands for what people texted and a person has to read."""

from typing import Annotated, Any
from uuid import UUID

import typer

from app.cli.agencies import AsJson, Code
from app.cli.console import agency_of, fail, out, show_json, show_table, with_services
from app.wiring import Services

replies_cli = typer.Typer(help="What people texted that a person has to read.", no_args_is_help=True)
COLUMNS = ("id", "received_at", "from", "member_refs", "meaning", "body")
BY = "command line"
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")]


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.add_typer(replies_cli, name="replies")


@replies_cli.command("list")
def list_replies(
    agency: Code,
    done: Annotated[bool, typer.Option("--done", help="Those that were seen to, the newest first.")] = False,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List what waits for a person, the oldest first."""

    async def run(services: Services) -> list[dict[str, Any]]:
        return await services.answers_waiting.listed((await agency_of(services, agency)).id, done=done, limit=limit)

    rows = with_services(run)
    if as_json:
        show_json({"data": rows})
        return
    shown = [{**row, "member_refs": ", ".join(row["member_refs"])} for row in rows]
    show_table("Replies", (*COLUMNS, "done_at", "done_by", "note") if done else COLUMNS, shown)


@replies_cli.command("done")
def done_reply(
    agency: Code,
    id_: Annotated[UUID, typer.Argument(metavar="ID", help="The reply's id (`replies list`).")],
    note: Annotated[str, typer.Option(help="What was done about it.")] = "",
    by: Annotated[str, typer.Option(help="Who saw to it.")] = BY,
    as_json: AsJson = False,
) -> None:
    """Say that somebody saw to a text."""

    async def run(services: Services) -> dict[str, Any] | None:
        return await services.answers_waiting.done((await agency_of(services, agency)).id, id_, by=by, note=note)

    found = with_services(run)
    if found is None:
        raise typer.Exit(fail("this agency has no such reply (see `keepcovered replies list`)"))
    if as_json:
        show_json(found)
    else:
        out.print(f"Seen to by {found['done_by']}.")
