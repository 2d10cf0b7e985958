"""Commands that check: `doctor`, `templates check`, and `openapi`."""

from collections.abc import Awaitable, Callable

import typer

from app.cli.agencies import AsJson
from app.cli.console import out, show_json, show_table, with_services
from app.errors import KeepCoveredError
from app.rules.findings import Finding
from app.wiring import Services

templates_cli = typer.Typer(help="The words members read.", no_args_is_help=True)
COVERAGE = ("key", "channel", "language", "review", "chars", "segments", "forced_by")


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.command("doctor")(doctor)
    cli.command("openapi")(openapi)
    cli.add_typer(templates_cli, name="templates")


@templates_cli.callback()
def templates() -> None:
    """Templates by key, channel and language."""


@templates_cli.command("check")
def check_templates(as_json: AsJson = False) -> None:
    """Show completeness, length, segments and review status, and what is wrong with any of the words."""

    async def look(services: Services) -> tuple[list[dict[str, object]], list[Finding]]:
        return services.checkup.coverage(), services.checkup.words()

    rows, findings = with_services(look)
    if as_json:
        show_json({"data": rows, "findings": [one.shown() for one in findings]})
    else:
        show_table("Templates", COVERAGE, rows)
        _show_findings(findings)
    raise typer.Exit(1 if findings else 0)


def doctor(as_json: AsJson = False) -> None:
    """Look at settings, database, schema, providers, lanes, templates and languages: what is wrong, and the mend."""
    look: Callable[[Services], Awaitable[list[Finding]]] = lambda services: services.checkup.everything()  # noqa: E731
    try:
        findings = with_services(look)
    except KeepCoveredError as error:  # what keeps the service from starting is the finding
        findings = [Finding("start", str(error), wrong=True)]
    if as_json:
        show_json({"data": [one.shown() for one in findings]})
    else:
        _show_findings(findings)
    raise typer.Exit(1 if any(one.wrong for one in findings) else 0)


def openapi() -> None:
    """Print the OpenAPI 3.1 document."""
    from app.main import build_app

    async def document(services: Services) -> dict[str, object]:
        return build_app(services).openapi()

    show_json(with_services(document))


def _show_findings(findings: list[Finding]) -> None:
    for one in findings:
        mark = "[red]✗[/]" if one.wrong else "[green]✓[/]"
        out.print(f"{mark} {one.subject}: {one.what}" + (f" → {one.mend}" if one.mend else ""), soft_wrap=True)
    if not findings:
        out.print("Nothing is wrong.")
