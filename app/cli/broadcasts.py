"""Commands for broadcasts: write one, let somebody else approve it, watch it, cancel it."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from app.cli.agencies import AsJson, Code
from app.cli.console import agency_of, fail, out, plain, show_json, show_table, with_services
from app.pipeline.broadcasts import BadBroadcast, NotADraft, SamePerson
from app.rules.broadcasts import Audience, BroadcastAsked, Who
from app.rules.facts import Channel, RenewalStatus
from app.rules.months import BadMonth, read_month
from app.wiring import Services
from schedules.moments import parse_moment

broadcast_cli = typer.Typer(help="Send one message to many people who agreed to it.", no_args_is_help=True)
COLUMNS = ("id", "template", "status", "written_by", "approved_by", "starts_at", "deadline_at", "people", "messages")
Id = Annotated[UUID, typer.Argument(metavar="ID", help="The broadcast's id (`broadcast list`).")]
As = Annotated[str, typer.Option("--as", help="Your name; who approves must have another one than who wrote.")]
Template = Annotated[str, typer.Option(help="What it says: scam_alert, update_contact, …")]
Languages = Annotated[list[str], typer.Option("--language", help="Only readers of this language; again for more.")]
Programs = Annotated[list[str], typer.Option("--program", help="Only people in this program.")]
Statuses = Annotated[list[RenewalStatus], typer.Option("--status", help="Only people whose renewal stands so.")]
Months = Annotated[list[str], typer.Option("--month", help="Only people who renew in this month (YYYY-MM).")]
Zones = Annotated[list[str], typer.Option("--zone", help="Only people in this time zone.")]
States = Annotated[list[str], typer.Option("--state", help="Only people in this state (CA).")]
Channels = Annotated[list[Channel], typer.Option("--channel", help="By this channel; without it by all.")]
Starts = Annotated[str, typer.Option(help="Not before then (P1D, 2026-12-01); without it now.")]
Deadline = Annotated[str, typer.Option(help="Not after then; without it 14 days from the start.")]
OPTIONS = {
    "channels": "--channel", "starts_at": "--starts", "deadline_at": "--deadline", "audience/states": "--state",
}  # fmt: skip
REFUSALS = {
    SamePerson: "whoever wrote a broadcast may not approve it; let another person read it",
    NotADraft: "it is no draft any more, or its deadline is over (see `keepcovered broadcast show`)",
}
Answer = dict[str, Any] | SamePerson | NotADraft | None


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.add_typer(broadcast_cli, name="broadcast")


@broadcast_cli.command("draft")
def draft(
    agency: Code, by: As, template: Template, language: Languages = [], program: Programs = [],  # noqa: B006
    status: Statuses = [], month: Months = [], zone: Zones = [], state: States = [],  # noqa: B006
    channel: Channels = [], starts: Starts = "", deadline: Deadline = "", as_json: AsJson = False,  # noqa: B006
) -> None:  # fmt: skip
    """Write a draft, and see how many people it would reach, and how many not and why."""
    audience = Audience(
        languages=tuple(language), programs=tuple(program), statuses=tuple(map(str, status)),
        renewal_months=tuple(map(_month, month)), zones=tuple(zone), states=tuple(state),
    )  # fmt: skip

    async def run(services: Services) -> dict[str, Any] | BadBroadcast:
        owner, now = await agency_of(services, agency), await services.reporting.now()
        asked = BroadcastAsked(
            template, audience, tuple(channel) or None, _moment(starts, now, "--starts"),
            _moment(deadline, now, "--deadline"),
        )  # fmt: skip
        return await services.broadcasts.write(owner, asked, _who(by))

    found = with_services(run)
    if isinstance(found, BadBroadcast):
        for one in found.mistakes:
            fail(f"{OPTIONS.get(one.field, '--' + one.field)}: {one.sentence}")
        raise typer.Exit(1)
    _show(found, as_json=as_json)


@broadcast_cli.command("approve")
def approve(id_: Id, agency: Code, by: As, as_json: AsJson = False) -> None:
    """Approve a draft that somebody else wrote; its messages go out from its start on."""
    _act(agency, lambda services, owner: services.broadcasts.approve(owner, id_, _who(by)), as_json=as_json)


@broadcast_cli.command("show")
def show(id_: Id, agency: Code, as_json: AsJson = False) -> None:
    """Show a broadcast: its words, whom it reaches, how far it has come."""
    _act(agency, lambda services, owner: services.broadcasts.one(owner, id_), as_json=as_json)


@broadcast_cli.command("cancel")
def cancel(id_: Id, agency: Code, by: As, as_json: AsJson = False) -> None:
    """Cancel a broadcast: whatever of it has not left does not leave."""
    _act(agency, lambda services, owner: services.broadcasts.cancel(owner, id_, _who(by)), as_json=as_json)


@broadcast_cli.command("list")
def list_broadcasts(agency: Code, as_json: AsJson = False) -> None:
    """List an agency's broadcasts, the newest first."""

    async def run(services: Services) -> list[dict[str, Any]]:
        return await services.broadcasts.every((await agency_of(services, agency)).id)

    rows = with_services(run)
    if as_json:
        show_json({"data": rows})
    else:
        show_table("Broadcasts", COLUMNS, [{**row, **_sums(row)} for row in rows])


def _act(code: str, work: Callable[[Services, UUID], Awaitable[Answer]], *, as_json: bool) -> None:
    """Do one thing with a broadcast and show it, or say why not."""

    async def run(services: Services) -> Answer:
        return await work(services, (await agency_of(services, code)).id)

    found = with_services(run)
    if isinstance(found, SamePerson | NotADraft):
        raise typer.Exit(fail(REFUSALS[type(found)]))
    if found is None:
        raise typer.Exit(fail("this agency has no such broadcast (see `keepcovered broadcast list`)"))
    _show(found, as_json=as_json)


def _show(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show_json(found)
        return
    sums, until = _sums(found), plain(found["deadline_at"])
    out.print(f"{found['id']} {found['template']}: {found['status']}, from {plain(found['starts_at'])} until {until}")
    out.print(f"written by {found['written_by']}, approved by {found['approved_by'] or 'nobody yet'}", markup=False)
    out.print(f"People: {sums['people']}, messages: {sums['messages']}")
    for one in found["words"]:
        out.print(f"{one['language']} ({one['review']}): {one['text']}", markup=False)
    tables = {
        "Reached": (("channel", "language", "people", "messages"), found["counts"]["reached"]),
        "Not reached": (("channel", "reason", "people", "explanation"), found["counts"]["not_reached"]),
        "So far": (("channel", "status", "reason", "messages"), found["progress"]),
    }
    for title, (names, rows) in tables.items():
        if rows:
            show_table(title, names, rows)


def _sums(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row["counts"][name] for name in ("people", "messages")}


def _moment(text: str, now: datetime, option: str) -> datetime | None:
    if not text:
        return None
    try:
        return parse_moment(text, now)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def _month(text: str) -> date:
    found = read_month(text)
    if isinstance(found, BadMonth):
        raise typer.BadParameter("write a month as YYYY-MM, such as 2027-02", param_hint="--month")
    return found


def _who(name: str) -> Who:
    """Return who a name stands for; whoever has none cannot be told from another."""
    if not name.strip():
        raise typer.BadParameter("say who you are", param_hint="--as")
    return Who(name.strip())
