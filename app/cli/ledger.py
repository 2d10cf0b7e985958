"""Commands for the consent ledger: hand it out, check it, say where it stands."""

import json
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.agencies import AsJson, Code
from app.cli.console import agency_of, fail, out, show_json, with_services
from app.pipeline.proof import Verified
from app.wiring import Services

ledger_cli = typer.Typer(help="The consent ledger and its chain.", no_args_is_help=True)


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.add_typer(ledger_cli, name="ledger")


@ledger_cli.command("export")
def export(
    agency: Code,
    file: Annotated[Path | None, typer.Argument(help="Where to; without it to stdout.", dir_okay=False)] = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="From this day on.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Until this day.")] = None,
) -> None:
    """Write the ledger line by line (NDJSON), each with its hash, and the signed head (`docs/verify_ledger.py`)."""

    async def run(services: Services) -> int:
        owner, lines = await agency_of(services, agency), 0
        with ExitStack() as opened:
            to = opened.enter_context(file.open("w", encoding="utf-8")) if file else None
            async for one in services.proof.export(owner.id, first and first.date(), last and last.date()):
                print(json.dumps(one), file=to)
                lines += "line" in one
        return lines

    written = with_services(run)
    if file:
        out.print(f"{written} lines")


@ledger_cli.command("verify")
def verify(agency: Code, as_json: AsJson = False) -> None:
    """Compute the chain anew, and from the lines alone what holds now; compare both with what is kept."""

    async def run(services: Services) -> tuple[Verified, int]:
        owner = await agency_of(services, agency)
        return await services.proof.verify(owner.id), await services.proof.differing(owner.id)

    found, differing = with_services(run)
    if as_json:
        show_json({"lines": found.lines, "broken": found.broken, "why": found.why, "differing": differing})
    elif found.broken is None and not differing:
        out.print(f"{found.lines} lines, all as they were linked; what holds now follows from them.")
    if found.broken is not None:
        raise typer.Exit(fail(f"line {found.broken}: {found.why}"))
    if differing:
        raise typer.Exit(fail(f"in {differing} places what holds now does not follow from the lines"))


@ledger_cli.command("head")
def head(agency: Code, as_json: AsJson = False) -> None:
    """Say where the chain stands, signed: kept elsewhere it proves later that nothing before it changed."""

    async def run(services: Services) -> dict[str, Any]:
        return await services.proof.head((await agency_of(services, agency)).id)

    found = with_services(run)
    if as_json:
        show_json(found)
    else:
        out.print(f"line {found['head']['number']}: {found['head']['hash']}")
        out.print(f"signed {found['signature']}\nby {found['public_key']}", soft_wrap=True)
