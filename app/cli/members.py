"""Commands about members: import a file, send a test to oneself."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.cli.agencies import AsJson, Code
from app.cli.console import agency_of, err, out, progress, show_json, with_services
from app.errors import KeepCoveredError
from app.pipeline.imports import READERS, ImportCount
from app.rules.emails import BadEmail, read_email
from app.rules.facts import Channel
from app.rules.phones import BadPhone, read_phone
from app.rules.rosters import BadFile, Reject
from app.wiring import Services, machine_now


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.command("import")(import_file)
    cli.command("send")(send)


def import_file(
    file: Annotated[Path, typer.Argument(help="The file to read.", exists=True, dir_okay=False)],
    agency: Code,
    format_: Annotated[str, typer.Option("--format", help="csv or ndjson; told by the file's name by default.")] = "",
    as_of: Annotated[str, typer.Option(help="When what the file says was so (RFC 3339); now by default.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")] = False,
    rejects: Annotated[Path | None, typer.Option(help="Where rejected rows go; beside the file by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Import members from a file: good rows are applied, bad ones are kept for repair with their reason."""
    kind = format_ or {".ndjson": "ndjson", ".jsonl": "ndjson"}.get(file.suffix.lower(), "csv")
    if kind not in READERS:
        raise typer.BadParameter(f"unknown format {kind!r}; known: {', '.join(READERS)}")
    moment = _moment(as_of)

    async def run(services: Services) -> tuple[ImportCount, str]:
        owner = await agency_of(services, agency)
        roster = services.imports.read(file.read_bytes(), kind, today=machine_now().date())
        if isinstance(roster, BadFile):
            raise KeepCoveredError(f"{file.name}: {roster.reason}")
        with progress("rows") as told:
            count = await services.imports.apply(owner.id, roster, as_of=moment, dry_run=dry_run, told=told)
        if not dry_run:
            await services.planning.agency(owner.id)
        return count, _keep_rejects(file, rejects, roster.header, count.rejects)

    count, kept = with_services(run)
    _say_import(count, kept, as_json=as_json)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("--as-of takes a time such as 2026-12-01T18:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _keep_rejects(file: Path, asked: Path | None, header: tuple[str, ...], rejects: list[Reject]) -> str:
    """Write the rejected rows with line, column and reason; only its owner may read the file."""
    if not rejects:
        return ""
    path = asked or file.with_name(f"{file.stem}.rejects.csv")
    path.touch(0o600)
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["line", "column", "reason", *header])
        writer.writerows([one.line, one.column, one.reason, *map(_harmless, one.raw)] for one in rejects)
    return str(path)


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from running a cell as a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} and not cell[1:].isdigit() else cell


def _say_import(count: ImportCount, kept: str, *, as_json: bool) -> None:
    figures = {"rows": count.rows, "applied": count.applied, "unchanged": count.unchanged, "rejected": count.rejected}
    if as_json:
        show_json({**figures, "rejects_file": kept or None})
        return
    out.print(" · ".join(f"{number} {name}" for name, number in figures.items()))
    for warning in count.warnings[:20]:
        err.print(f"note: {warning}", soft_wrap=True)
    for one in count.rejects[:10]:
        err.print(f"line {one.line}, {one.column or 'row'}: {one.reason}", soft_wrap=True)
    if kept:
        out.print(f"The rejected rows are in {kept}; mend them there and import that file.", soft_wrap=True)


def send(
    to: Annotated[str, typer.Option(help="Your own phone number or e-mail address.")],
    template: Annotated[str, typer.Option(help="The template's key, such as renewal_two_months.")],
    language: Annotated[str, typer.Option(help="A language tag, such as vi.")] = "en",
    agency: Annotated[str, typer.Option(help="The agency that sends; the first one by default.")] = "",
    channel: Annotated[str, typer.Option(help="sms, email or voice; told by the address by default.")] = "",
) -> None:
    """Send one test message to yourself; it is delivered by the running service."""
    kind, address = _address(to)
    wanted = Channel(channel) if channel else Channel.EMAIL if kind == "email" else Channel.SMS

    async def run(services: Services) -> str:
        every = await services.tenancy.every()
        owner = await agency_of(services, agency or (every[0].code if every else ""))
        try:
            return await services.testing.send(
                owner, channel=wanted, address=address, template=template, language=language
            )
        except KeyError:
            raise KeepCoveredError(f"there is no template {template!r} for {wanted}") from None

    out.print(f"A test message is on its way by {wanted} in {with_services(run)!r}.")


def _address(text: str) -> tuple[str, str]:
    """Return the kind and the canonical form of an address."""
    if "@" in text:
        email = read_email(text)
        if isinstance(email, BadEmail):
            raise typer.BadParameter(email.reason)
        return "email", email
    phone = read_phone(text)
    if isinstance(phone, BadPhone):
        raise typer.BadParameter(phone.reason)
    return "phone", phone.number
