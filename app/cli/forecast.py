"""Commands that look ahead: `plan` and `forecast`, by the rules that send."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from app.cli.agencies import AsJson, Code
from app.cli.console import agency_of, err, out, plain, show_json, show_table, with_services
from app.rules.agency import Agency
from app.rules.forecast import Forecast, counted, no_room
from app.rules.forecast_picture import picture
from app.rules.forecast_table import DAY_COLUMNS, PLAN_COLUMNS, as_csv, plan_rows, plan_totals
from app.rules.reasons import sentence
from app.wiring import Services, machine_now

Until = Annotated[str, typer.Option(help="A date such as 2027-01-31; three months ahead by default.")]
Months = Annotated[int, typer.Option(help="How many months from today.", min=1, max=24)]
Output = Annotated[Path | None, typer.Option(help="The file to write; standard output by default.", dir_okay=False)]
Day = Annotated[str, typer.Option(help="Only this day, such as 2026-12-03, drawn by hour (with --format svg).")]


class Format(StrEnum):
    """How a forecast is shown."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    SVG = "svg"


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.command("plan")(plan)
    cli.command("forecast")(forecast)


def plan(
    agency: Code,
    until: Until = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; only look.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what would be sent: to how many, when, on which channel, in which language, at what cost."""

    async def look(services: Services) -> Forecast:
        owner = await agency_of(services, agency)
        if not dry_run:
            await services.planning.agency(owner.id)
        return await services.forecasting.until(owner, await _until(services, owner, until))

    found = with_services(look)
    rows = plan_rows(found)
    total = plan_totals(rows)
    if as_json:
        shown = found.shown()
        fit = {name: shown[name] for name in ("fits", "late", "changes", "lanes", "unreached")}
        show_json({"data": rows, "totals": total, **fit})
        return
    show_table(f"What {agency} is to send", PLAN_COLUMNS, rows)
    out.print(f"{_volume(total)}, about ${total['cost']:,.2f}")
    _say_fit(found)


def forecast(
    agency: Code,
    months: Months = 3,
    format_: Annotated[Format, typer.Option("--format", help="How it is shown.")] = Format.TABLE,
    output: Output = None,
    day: Day = "",
    as_json: AsJson = False,
) -> None:
    """Show the coming months by day and channel against lanes, windows and call-centre capacity."""
    chosen = Format.JSON if as_json else format_
    only = _day(day, "--day")

    async def look(services: Services) -> Forecast:
        return await services.forecasting.months(await agency_of(services, agency), months)

    found = with_services(look)
    if chosen is Format.TABLE:
        _show(found)
        if output is not None:
            raise typer.BadParameter("--output goes with --format csv, json or svg")
        return
    forms: dict[Format, Callable[[], str]] = {
        Format.CSV: lambda: as_csv(found),
        Format.JSON: lambda: json.dumps(found.shown(), default=plain, ensure_ascii=False) + "\n",
        Format.SVG: lambda: picture(found, only),
    }
    _write(forms[chosen](), output)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8")
    err.print(f"written to {output}", soft_wrap=True)


def _show(found: Forecast) -> None:
    """Print a forecast for the eye."""
    show_table(f"What {found.agency} is to send, {found.first} to {found.last}", DAY_COLUMNS, found.days)
    total = found.totals
    out.print(f"{_volume(total)}, about ${total['cost']:,.2f}; about {_people(total['call_backs'])} expected to call.")
    for lane in found.lanes:
        out.print(f"Busiest hour by {lane.channel}: {lane.day} {lane.hour}:00, {lane.share:.1%} of its rate.")
    for reason, people in found.unreached.items():
        out.print(f"{_people(people)} not reached: {sentence(reason)}")
    _say_fit(found)


def _volume(total: dict[str, Any]) -> str:
    return f"{counted(total['messages'], 'message')}, {counted(total['segments'], 'text segment')}"


def _people(count: float) -> str:
    people = counted(count, "person", "people")
    return f"{people} {'is' if people.startswith('1 ') else 'are'}"


def _say_fit(found: Forecast) -> None:
    """Print whether it fits; what to change stands before the many lines of what is late."""
    for change in found.changes:
        out.print(change)
    for one in found.late:
        out.print(
            f"{no_room(one.messages, one.channel)} before the end of {one.deadline}: "
            f"the {one.limit.replace('_', ' ')} is full."
        )
    if found.fits:
        out.print("Everything fits before its deadline.")


def _day(text: str, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"{option} takes a date such as 2027-01-31") from None


async def _until(services: Services, owner: Agency, text: str) -> date:
    """Return the last day that is asked for, on the agency's clock."""
    if (last := _day(text, "--until")) is not None:
        return last
    now = await services.passage.now() if services.passage else machine_now()
    return (now + timedelta(days=92)).astimezone(ZoneInfo(owner.timezone)).date()
