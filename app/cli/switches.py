"""Commands for switches: hold, stop and resume reminders, and see what is held."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from app.cli.agencies import AsJson, Code
from app.cli.console import agency_of, fail, out, plain, show_json, show_table, with_services
from app.pipeline.switches import BadSwitch
from app.rules.facts import Channel
from app.rules.switches import Scope, SwitchAsked, SwitchKind
from app.wiring import Services
from schedules.moments import parse_moment

switch_cli = typer.Typer(help="Hold, stop and resume reminders.", no_args_is_help=True)
COLUMNS = ("id", "kind", "program", "county_code", "channel", "ladder", "until", "reason", "set_by", "set_at", "held")
BY = "command line"
Program = Annotated[str | None, typer.Option(help="Only this program's.")]
County = Annotated[str | None, typer.Option("--county", help="Only this county's (two digits).")]
ByChannel = Annotated[Channel | None, typer.Option(help="Only on this channel.")]
Ladder = Annotated[str | None, typer.Option(help="Only this ladder's.")]
Until = Annotated[str, typer.Option(help="Until then (P3D, 2026-12-01); without it until somebody resumes.")]
Why = Annotated[str, typer.Option(help="Why; whoever lifts it will read it.")]
By = Annotated[str, typer.Option(help="Who sets or lifts it.")]


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.add_typer(switch_cli, name="switch")


def _setter(kind: SwitchKind) -> Any:  # noqa: ANN401  (a command)
    def command(
        agency: Code, reason: Why, program: Program = None, county: County = None, channel: ByChannel = None,
        ladder: Ladder = None, until: Until = "", by: By = BY, as_json: AsJson = False,
    ) -> None:  # fmt: skip
        async def run(services: Services) -> dict[str, Any] | BadSwitch:
            owner = await agency_of(services, agency)
            ends = await _moment(services, until)
            asked = SwitchAsked(kind, reason, Scope(program, county, channel, ladder), ends)
            return await services.switches.set(owner, asked, by)

        found = with_services(run)
        if isinstance(found, BadSwitch):
            for one in found.mistakes:
                fail(f"{OPTIONS.get(one.field, one.field)}: {one.sentence}")
            raise typer.Exit(1)
        _show_set(found, as_json=as_json)

    return command


OPTIONS = {
    "county_code": "--county", "program": "--program", "ladder": "--ladder", "until": "--until", "reason": "--reason",
}  # fmt: skip
HELP = {
    SwitchKind.PAUSE: "Hold reminders; what is still in time goes on when it is lifted.",
    SwitchKind.STOP: "Cancel planned reminders, and those that are planned while it is set.",
    SwitchKind.HARDSHIP: "Hold a county's or a program's reminders, and show which.",
}
for _kind, _help in HELP.items():
    switch_cli.command(str(_kind), help=_help)(_setter(_kind))


@switch_cli.command("resume")
def resume(
    agency: Code,
    id_: Annotated[UUID, typer.Argument(metavar="ID", help="The switch's id (`switch list`).")],
    by: By = BY,
    as_json: AsJson = False,
) -> None:
    """Lift a switch; what it held and is still in time goes on at its next opening."""

    async def run(services: Services) -> dict[str, Any] | None:
        return await services.switches.lift((await agency_of(services, agency)).id, id_, by)

    found = with_services(run)
    if found is None:
        raise typer.Exit(fail("this agency has no such switch (see `keepcovered switch list`)"))
    if as_json:
        show_json(found)
    else:
        out.print(f"Lifted: {found['resumed']} reminders go on.")


@switch_cli.command("list")
def list_switches(
    agency: Code,
    over: Annotated[bool, typer.Option("--all", help="Those that are over or were lifted too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List an agency's switches."""

    async def run(services: Services) -> list[dict[str, Any]]:
        return await services.switches.every((await agency_of(services, agency)).id, over=over)

    rows = with_services(run)
    if as_json:
        show_json({"data": rows})
    else:
        show_table("Switches", (*COLUMNS, "lifted_at", "lifted_by") if over else COLUMNS, rows)


async def _moment(services: Services, text: str) -> datetime | None:
    if not text:
        return None
    try:
        return parse_moment(text, await services.reporting.now())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--until") from None


def _show_set(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show_json(found)
        return
    changed = found["changed"]
    until = f" until {plain(found['until'])}" if found["until"] else ""
    out.print(f"{found['kind']} {found['id']}{until}: {changed['total']} reminders, {changed['withdrawn']} withdrawn")
    if changed["by"]:
        show_table("Changed", ("step", "channel", "count"), changed["by"])
