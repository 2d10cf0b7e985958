"""Commands for agencies and the keys of their machines."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.console import agency_of, fail, out, show_json, show_table, with_services
from app.pipeline.tenancy import SCOPES
from app.rules.agency import Agency, BadAgency
from app.wiring import Services

agency_cli = typer.Typer(help="Agencies: the counties and health plans that send.", no_args_is_help=True)
key_cli = typer.Typer(help="API keys: each belongs to one agency and has scopes.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Code = Annotated[str, typer.Option("--agency", help="The agency's code.")]
KEY_COLUMNS = ("id", "agency", "name", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at")


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.add_typer(agency_cli, name="agency")
    cli.add_typer(key_cli, name="key")


@agency_cli.command("add")
def add_agency(
    file: Annotated[Path, typer.Argument(help="A TOML file (`docs/agency.md`).", dir_okay=False, exists=True)],
) -> None:
    """Add an agency from a TOML file, or update the one of the same code."""
    found = with_services(lambda services: services.tenancy.add(file.read_text("utf-8")))
    if isinstance(found, BadAgency):
        for sentence in found.problems:
            fail(f"{file.name}: {sentence}")
        raise typer.Exit(1)
    out.print(f"{found.code}: {found.name}")


@agency_cli.command("list")
def list_agencies(as_json: AsJson = False) -> None:
    """List the agencies."""
    rows = [row_of(agency) for agency in with_services(lambda services: services.tenancy.every())]
    if as_json:
        show_json(rows)
    else:
        show_table("Agencies", ("code", "kind", "name", "county_code", "phone", "languages"), rows)


@agency_cli.command("show")
def show_agency(code: Annotated[str, typer.Argument(help="The agency's code.")], as_json: AsJson = False) -> None:
    """Show one agency with all that is known of it."""

    async def find(services: Services) -> Agency:
        return await agency_of(services, code)

    row = row_of(with_services(find))
    if as_json:
        show_json(row)
    else:
        show_table(code, ("field", "value"), [{"field": name, "value": value} for name, value in row.items()])


@key_cli.command("add")
def add_key(
    agency: Code,
    scope: Annotated[list[str], typer.Option("--scope", help=f"One of {', '.join(SCOPES)}; repeat for several.")],
    name: Annotated[str, typer.Option(help="What the key is for.")] = "",
) -> None:
    """Make a key; it is printed alone, once, and never stored."""
    scopes = [one.strip() for text in scope for one in text.split(",")]
    if unknown := sorted(set(scopes) - set(SCOPES)):
        raise typer.BadParameter(f"unknown scope {unknown[0]!r}; known: {', '.join(SCOPES)}")

    async def make(services: Services) -> str:
        owner = await agency_of(services, agency)
        return (await services.tenancy.add_key(owner.id, name=name, scopes=scopes)).text

    typer.echo(with_services(make))


@key_cli.command("list")
def list_keys(
    agency: Annotated[str, typer.Option("--agency", help="Only this agency's keys.")] = "",
    as_json: AsJson = False,
) -> None:
    """List keys without their secrets."""

    async def find(services: Services) -> list[dict[str, object]]:
        owner = (await agency_of(services, agency)).id if agency else None
        return [dict(row._mapping) for row in await services.tenancy.keys(owner)]  # noqa: SLF001

    rows = with_services(find)
    if as_json:
        show_json(rows)
    else:
        show_table("Keys", KEY_COLUMNS, rows)


@key_cli.command("revoke")
def revoke_key(id_: Annotated[str, typer.Argument(metavar="ID", help="The key's id (`key list`).")]) -> None:
    """Revoke a key at once."""
    id_ = id_.removeprefix("kc_").split("_")[0]
    if not with_services(lambda services: services.tenancy.revoke_key(id_)):
        raise typer.Exit(fail("no live key has this id (see `keepcovered key list`)"))
    out.print("The key is revoked.")


def row_of(agency: Agency) -> dict[str, object]:
    """Return an agency as plain values."""
    return {name: _plain(getattr(agency, name)) for name in Agency.__slots__ if name != "id"}


def _plain(value: Any) -> Any:  # noqa: ANN401  (whatever an agency holds)
    """Return a value as JSON has it, down to the last one."""
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return [_plain(one) for one in (sorted(value) if isinstance(value, frozenset) else value)]
    return value.isoformat() if isinstance(value, date | time) else value
