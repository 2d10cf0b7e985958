"""`keepcovered demo`: a county's renewal season in a minute, offline, through the real adapters.

A demo that was killed at any moment goes on where it was when it is started again: each step is
recorded when it is done, and may be repeated without harm when it was not.
"""

import asyncio
import json
import shutil
import socket
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from app.cli.console import WIDE, err, out, show_table
from app.cli.reports import show_report
from app.cli.season import STEPS, Season
from app.cli.season.looking import by_ladder, one_story
from app.clock import ticking
from app.errors import KeepCoveredError
from app.logs import set_up_logs
from app.settings import Settings, default_data_dir, note_public_url, read_settings
from app.wiring import Services, erase_database, migrate, open_database_url, open_services
from app.worker import working

NOTE = "demo.json"
WARNINGS_ONLY = 40
LADDER_COLUMNS = ("ladder", "step", "left", "delivered", "planned", "canceled", "skipped", "expired")
STORY_LINES = 12


@dataclass(slots=True)
class Progress:
    """Which steps are done, kept in the demo's folder."""

    path: Path
    done: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def keep(self) -> None:
        """Write what is done; a killed writer leaves the old note."""
        fresh = self.path.with_suffix(".new")
        fresh.touch(0o600)
        fresh.write_text(json.dumps({"done": self.done, "facts": self.facts}))
        fresh.replace(self.path)


def add_to(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("demo")(demo)


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave it running when the season is over.")] = False,
    port: Annotated[int, typer.Option(help="The port; a free one by default.")] = 0,
) -> None:
    """Play a renewal season offline: members in, reminders out, receipts back, the report that adds up."""
    folder = demo_folder()
    progress = _begin(folder)
    settings = read_settings(folder, f"http://127.0.0.1:{port or _free_port()}")
    settings = settings.model_copy(update={"database_url": None})  # a demo never touches a database that is somebody's
    note_public_url(settings)
    set_up_logs(settings.logs_as, WARNINGS_ONLY)
    right = asyncio.run(_run(settings, progress, keep=keep))
    raise typer.Exit(0 if right else 1)


def demo_folder() -> Path:
    """Return the demo's own data folder, apart from any other data."""
    own = read_settings().data_dir or default_data_dir()
    return own.with_name(f"{own.name}-demo")


def _begin(folder: Path) -> Progress:
    """Go on with a demo that was interrupted, or begin a fresh one."""
    note = folder / NOTE
    if note.exists():
        found = json.loads(note.read_text())
        if "end" not in found["done"]:
            out.print("An interrupted demo is found; it goes on where it was.")
            return Progress(note, found["done"], found["facts"])
    elif folder.exists() and any(folder.iterdir()):
        raise KeepCoveredError(f"{folder} holds something that is no demo's; move it away first")
    if folder.exists():
        erase_database(folder)
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    progress = Progress(note)
    progress.keep()
    return progress


def _free_port() -> int:
    for wanted in (8000, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise KeepCoveredError("no port is free on this machine")


async def _run(settings: Settings, progress: Progress, *, keep: bool) -> bool:
    """Run the whole service in this process, play the season against it over HTTP, and judge the end."""
    from app.main import serve

    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(open_database_url(settings))
        await migrate(settings, url)
        services = await stack.enter_async_context(open_services(settings, url))
        await stack.enter_async_context(working(services))
        await stack.enter_async_context(ticking(services))
        host, port = httpx.URL(settings.public_url).host, httpx.URL(settings.public_url).port or 80
        serving = asyncio.create_task(serve(services, host, port))
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=settings.public_url, timeout=300))
        await _until_ready(client)
        season = Season(services, client, progress.facts)
        await _play(season, progress)
        right = await _judge(services, season)
        progress.done.append("end")
        progress.keep()
        base = settings.public_url
        out.print(f"\nPages: {base}/sandbox (phones, inboxes, calls) · {base}/ (sign-up) · {base}/docs", soft_wrap=True)
        if not keep:
            serving.cancel()
        else:
            out.print(f"It keeps running; stop it with Ctrl-C. An API key for it: {season.facts['key']}")
        await asyncio.gather(serving, return_exceptions=True)
    return right


async def _until_ready(client: httpx.AsyncClient) -> None:
    for _ in range(600):
        try:
            if (await client.get("/readyz")).is_success:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)
    raise KeepCoveredError("the service did not come up within a minute")


async def _play(season: Season, progress: Progress) -> None:
    """Play the steps that are not done yet, with a line for each."""
    for number, (name, title, step) in enumerate(STEPS, start=1):
        if name in progress.done:
            continue
        begun = time.monotonic()
        with err.status(title):
            said = await step(season)
        out.print(f"[bold]{number:>2}[/] {title}: {said} [dim]({time.monotonic() - begun:.1f} s)[/]", soft_wrap=True)
        progress.done.append(name)
        progress.keep()


async def _judge(services: Services, season: Season) -> bool:
    """Show the reports and check them against the simulator's own book; say whether all is right."""
    out.print()
    for axes in (("channel", "language"), ("status", "reason")) if out.width >= WIDE else (("channel", "status"),):
        show_report(await season.report(*axes), axes)
    ladders = await by_ladder(season)
    show_table("What each ladder sent", LADDER_COLUMNS, ladders)
    story = await one_story(season)
    out.print("\nOne member, who renews every six months from 2027 on:")
    for line in story[:STORY_LINES]:
        out.print(f"  {line}", soft_wrap=True, markup=False)
    checks = await _compare(services, season)
    unsent = [row["step"] for row in ladders if not row["left"]]
    checks[f"each shipped step was sent{': not ' + ', '.join(unsent) if unsent else ''}"] = not unsent
    missing = [name for name in season.statuses if name not in season.seen]
    checks[f"each status occurred{': not ' + ', '.join(missing) if missing else ''}"] = not missing
    for sentence, right in checks.items():
        out.print(f"{'[green]✓[/]' if right else '[red]✗[/]'} {sentence}")
    return all(checks.values())


async def _compare(services: Services, season: Season) -> dict[str, bool]:
    """Return what is checked, each with whether it is so."""
    agency = await season.agency()
    accepted = await season.accepted()
    references = [entry["reference"] for entry in accepted]
    out.print(f"\nThe simulated providers accepted {len(accepted)} messages.")
    return {
        "every renewal has its reminders, and none is overdue": await services.reporting.unaccounted(agency.id) == 0,
        "nothing is left half-sent": (await season.report()).totals["sending"] == 0,
        "no attempt was accepted twice": len(references) == len(set(references)),
        "nobody was reminded twice on a channel": await season.doubled(accepted) == 0,
        "a pause held everything at once": season.facts["paused"],
        "a hardship held everything": season.facts["spared"],
        "who was renewed on Tuesday got nothing on Wednesday": season.facts["quiet"],
    }
