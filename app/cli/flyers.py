"""Commands for flyers: `flyer add`, which writes a sheet to print, and `flyer list`."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.agencies import AsJson, Code
from app.cli.console import agency_of, out, show_json, show_table, with_services
from app.errors import KeepCoveredError
from app.pages.flyers import sheet
from app.rules.agency import Agency
from app.rules.flyers import NAME_LENGTH, Flyer, FlyerCounts
from app.rules.languages import read_language, written
from app.wiring import Services

flyer_cli = typer.Typer(help="Flyers: an address for each place where they hang.", no_args_is_help=True)
COLUMNS = ("place", "name", "language", "visits", "signups", "last_day")


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.add_typer(flyer_cli, name="flyer")


@flyer_cli.command("add")
def add_flyer(
    agency: Code,
    name: Annotated[str, typer.Option(help="Where it hangs, such as `Garden Grove library`.")],
    language: Annotated[str, typer.Option(help="The language of those who read it.")] = "en",
    into: Annotated[Path, typer.Option("--into", file_okay=False, help="The folder for the sheet.")] = Path(),
) -> None:
    """Add a place; prints its address, and writes the sheet to print, which needs no other file."""
    tag, named = read_language(language), " ".join(name.split())
    if tag is None:
        raise KeepCoveredError(f"{language!r} is no language that we have words in; give a tag such as vi")
    if not named or len(named) > NAME_LENGTH or not named.isprintable():
        raise KeepCoveredError(f"give the place a name of at most {NAME_LENGTH} characters")

    async def make(services: Services) -> tuple[Flyer, str, str]:
        owner: Agency = await agency_of(services, agency)
        made = await services.flyers.add(owner.id, named, written(tag))
        url = services.settings.public_url
        return made, f"{url}/f/{made.place}", await sheet(services, made, owner)

    made, url, page = with_services(make)
    into.mkdir(parents=True, exist_ok=True)
    file = into / f"flyer-{made.place}.html"
    file.write_text(page, "utf-8")
    typer.echo(url)
    out.print(f"To print: {file}", soft_wrap=True)


@flyer_cli.command("list")
def list_flyers(agency: Code, as_json: AsJson = False) -> None:
    """List the places with their visits and confirmed sign-ups."""

    async def look(services: Services) -> list[FlyerCounts]:
        return await services.flyers.listed((await agency_of(services, agency)).id)

    rows = [{name: getattr(row, name) for name in COLUMNS} for row in with_services(look)]
    if as_json:
        show_json({"data": rows})
    else:
        show_table("Flyers", COLUMNS, rows)
