"""Commands that report: `report deliveries`."""

from datetime import date
from typing import Annotated, Any

import typer

from app.cli.agencies import AsJson, Code
from app.cli.console import agency_of, out, show_json, show_table, with_services
from app.pipeline.reporting import AXES, COUNTS, Report, ReportAsked
from app.rules.months import BadMonth, read_month
from app.wiring import Services

report_cli = typer.Typer(help="Reports.", no_args_is_help=True)
FIGURES = ("segments", "cost", "delivery_rate", "p50_seconds", "p95_seconds")


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.add_typer(report_cli, name="report")


@report_cli.callback()
def reports() -> None:
    """Reports on what was delivered."""


@report_cli.command("deliveries")
def deliveries(
    agency: Code,
    month: Annotated[str, typer.Option(help="The month in which the messages were first due (YYYY-MM).")],
    by: Annotated[str, typer.Option(help=f"Group by any of: {', '.join(AXES)}.")] = "channel,status",
    to: Annotated[str, typer.Option(help="The last month, if there are several.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the delivery report of a month; the counts add up to what was planned."""
    axes = tuple(name.strip() for name in by.split(",") if name.strip())
    if unknown := sorted(set(axes) - set(AXES)):
        raise typer.BadParameter(f"cannot group by {unknown[0]!r}; known: {', '.join(AXES)}")
    first, last = _month(month), _month(to or month)

    async def run(services: Services) -> Report:
        owner = await agency_of(services, agency)
        return await services.reporting.deliveries(owner.id, ReportAsked(first, last, axes))

    report = with_services(run)
    if as_json:
        show_json({"data": report.rows, "totals": report.totals})
    else:
        show_report(report, axes)


def show_report(report: Report, axes: tuple[str, ...]) -> None:
    """Print a report as a table: only the counts that occur, then the totals."""
    occurring = [name for name in COUNTS if report.totals[name] and "status" not in axes]
    names = [*axes, *occurring, "total", *FIGURES]
    rows: list[dict[str, Any]] = [*report.rows, {**report.totals, axes[0]: "all"}] if axes else [report.totals]
    show_table("Deliveries", names, [{**row, "cost": f"{row['cost']:.2f}"} for row in rows])
    if not report.totals["total"]:
        out.print("Nothing was due in this month yet.")


def _month(text: str) -> date:
    found = read_month(text)
    if isinstance(found, BadMonth):
        raise typer.BadParameter(found.reason)
    return found
