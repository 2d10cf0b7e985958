"""Commands that check: `doctor`, `templates check`, and `openapi`."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from app.cli.agencies import AsJson
from app.cli.console import out, show_json, show_table, with_services
from app.errors import KeepCoveredError
from app.rules.findings import Finding
from app.wiring import Services

templates_cli = typer.Typer(help="The words members read.", no_args_is_help=True)
COVERAGE = ("key", "channel", "language", "review", "chars", "segments", "forced_by", "stands_in")
STATUSES = ("missing", "draft", "reviewed", "approved")


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.command("doctor")(doctor)
    cli.command("openapi")(openapi)
    cli.add_typer(templates_cli, name="templates")


@templates_cli.callback()
def templates() -> None:
    """Templates by key, channel and language."""


@templates_cli.command("check")
def check_templates(
    as_json: AsJson = False,
    language: Annotated[str, typer.Option(help="Only this language, such as vi.")] = "",
) -> None:
    """Show completeness, length, segments and review status, and what is wrong with any of the words."""

    async def look(services: Services) -> tuple[list[dict[str, object]], list[Finding]]:
        return await services.checkup.coverage(), services.checkup.words()

    rows, findings = with_services(look)
    rows = [row for row in rows if language in {"", row["language"]}]
    if as_json:
        show_json({"data": rows, "findings": [one.shown() for one in findings]})
    else:
        show_table("Templates", COVERAGE, rows)
        show_table("Languages", ("language", *STATUSES, "stands_in"), _by_language(rows))
        _show_findings(findings)
    raise typer.Exit(1 if findings else 0)


@templates_cli.command("approve")
def approve(
    language: Annotated[str, typer.Option(help="The language that was read, such as vi.")],
    by: Annotated[str, typer.Option("--by", help="Your name: you read each of them in its channel.")],
    key: Annotated[list[str] | None, typer.Option(help="Only this template; may be given again.")] = None,
) -> None:
    """Approve the newest words of a language, so that live mode sends them. A changed text is a draft again."""
    if not by.strip():
        raise typer.BadParameter("say who read them", param_hint="--by")
    count = with_services(lambda services: services.wording.approve(language, key or (), by.strip()))
    out.print(f"{count} approved" if count else f"nothing in {language} waits to be approved")
    raise typer.Exit(0 if count else 1)


def _by_language(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Count the words of each language by how far they came."""
    counts = Counter((row["language"], row["review"]) for row in rows)
    near = {row["language"]: row["stands_in"] for row in rows if row["stands_in"]}
    return [
        {"language": tag, **{status: counts[tag, status] for status in STATUSES}, "stands_in": near.get(tag, "")}
        for tag in dict.fromkeys(row["language"] for row in rows)
    ]


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
