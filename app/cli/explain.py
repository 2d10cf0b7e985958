"""The command `explain`: one person's past and future, and why nothing comes where nothing does."""

from collections.abc import Iterator
from itertools import groupby
from typing import Annotated, Any, Final

import typer

from app.cli.agencies import AsJson, Code
from app.cli.console import agency_of, fail, out, show_json, with_services
from app.pipeline.timeline import Told
from app.rules.explaining.moments import local
from app.rules.explaining.past import BY
from app.wiring import Services

REACHED: Final = frozenset({"planned", "sending", "sent", "delivered"})
NOT_SAID: Final = "Not contacted, because"


def add_to(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("explain")(explain)


def explain(
    member_ref: Annotated[str, typer.Argument(help="The agency's own reference of the member.")],
    agency: Code,
    as_json: AsJson = False,
) -> None:
    """Show a member's whole timeline, past and planned, with the reason of each step, and why nothing else comes."""

    async def find(services: Services) -> tuple[Told | None, str]:
        owner = await agency_of(services, agency)
        return await services.timeline.of(owner.id, member_ref), owner.timezone

    told, zone = with_services(find)
    if told is None:
        raise typer.Exit(fail(f"{agency} has no member with this reference"))
    if as_json:
        show_json({"data": told.entries, "known": told.known})
        return
    for line in lines(told, zone):
        out.print(line, soft_wrap=True, markup=False)


def lines(told: Told, zone: str) -> Iterator[str]:
    """Give the lines of a timeline: what is known, then the past, the future, and what is not said."""
    entries = [entry for entry in told.entries if not entry.get("superseded")]
    silent = [entry for entry in entries if entry["what"] in {"step", "ladder"} or _unsaid(entry)]
    yield f"Known on {local(told.now, zone)}"
    yield from (f"  {line}" for line in told.known)
    yield "Until now"
    yield from _shown([entry for entry in told.entries if not entry["ahead"] and not _never_begun(entry)], zone)
    yield "From now on"
    yield from _shown([entry for entry in entries if entry["ahead"] and entry not in silent], zone)
    yield NOT_SAID
    yield from _silent(silent)


def _unsaid(entry: dict[str, Any]) -> bool:
    return entry["what"] == "message" and entry["status"] not in REACHED


def _never_begun(entry: dict[str, Any]) -> bool:
    return entry["what"] == "message" and entry["status"] in {"skipped", "expired"}


def _shown(entries: list[dict[str, Any]], zone: str) -> Iterator[str]:
    if not entries:
        yield "  nothing"
    for entry in entries:
        place = f" — {entry['place']}" if entry.get("place") else ""
        yield f"  {local(entry['at'], zone)}  {entry['summary']}{place}"
        told = (entry["explanation"], entry.get("words"), entry.get("assumed"), *entry.get("tries", ()))
        yield from (f"      {said}" for said in told if said)


def _silent(entries: list[dict[str, Any]]) -> Iterator[str]:
    """Give a line for each step, with its channels where one reason goes for several, by ladder and month."""
    if not entries:
        yield "  nothing is left out"
    for (ladder, month), group in groupby(sorted(entries, key=_about), key=_about):
        yield f"  {ladder}{f', {month}' if month else ''}"
        lines: dict[tuple[str, str], list[str]] = {}
        for entry in group:
            channels = lines.setdefault((_named(entry), entry["explanation"]), [])
            if "channel" in entry and BY[entry["channel"]] not in channels:
                channels.append(BY[entry["channel"]])
        for (name, why), channels in lines.items():
            yield f"      {name}{' by ' + ', '.join(channels) if channels else ''}: {why}"


def _named(entry: dict[str, Any]) -> str:
    """Return the step of an entry with its place, or the steps of a ladder."""
    if "steps" in entry:
        return ", ".join(entry["steps"])
    return f"{entry['step']} ({entry['place']})" if entry["place"] else entry["step"] or entry["kind"]


def _about(entry: dict[str, Any]) -> tuple[str, str]:
    return entry["ladder"] or "other messages", entry["renewal_month"] or ""
