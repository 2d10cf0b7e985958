"""Commands that run the service: `up` in one process, or `api`, `worker` and `ticks` apart; and `migrate`."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import err, out
from app.clock import tick_forever, ticking
from app.errors import KeepCoveredError
from app.logs import set_up_logs
from app.queue import Job
from app.settings import Settings, note_public_url, read_settings
from app.wiring import Services, migrate, open_database_url, open_services
from app.worker import work, working

Port = Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)]
Host = Annotated[str, typer.Option(help="The address to listen on.")]
Data = Annotated[Path | None, typer.Option(help="The data folder (KEEPCOVERED_DATA_DIR).")]
Lanes = Annotated[str, typer.Option(help="Take only these jobs, separated by commas; all by default.")]


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.command("up")(up)
    cli.command("api")(api)
    cli.command("worker")(worker)
    cli.command("ticks")(ticks)
    cli.command("migrate")(migrate_command)


def up(port: Port = 8000, host: Host = "127.0.0.1", data: Data = None) -> None:
    """Run everything in one process: API, pages, worker and ticks; migrates first."""
    asyncio.run(_up(_settings(data, port), host, port))


def api(port: Port = 8000, host: Host = "127.0.0.1", data: Data = None) -> None:
    """Run the HTTP process alone (with the simulator in sandbox mode)."""
    from app.main import serve

    asyncio.run(_alone(_settings(data, port), lambda services: serve(services, host, port)))


def worker(
    lanes: Lanes = "",
    data: Data = None,
) -> None:
    """Run a worker; start as many as wanted, on as many machines as wanted."""
    only = [_job(name.strip()) for name in lanes.split(",") if name.strip()]
    asyncio.run(_alone(_settings(data, None), lambda services: work(services, only=only)))


def ticks(data: Data = None) -> None:
    """Run the ticks; every replica may, because each tick is claimed once."""
    asyncio.run(_alone(_settings(data, None), tick_forever))


def migrate_command(data: Data = None) -> None:
    """Upgrade the schema and load the shipped words and ladders."""
    added = asyncio.run(_migrate(_settings(data, None)))
    out.print(f"The schema is up to date; {added} versions of words and ladders are new.")


async def _migrate(settings: Settings) -> int:
    async with open_database_url(settings) as url:
        return await migrate(settings, url)


async def _up(settings: Settings, host: str, port: int) -> None:
    from app.main import serve

    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(open_database_url(settings))
        await migrate(settings, url)
        services = await stack.enter_async_context(open_services(settings, url))
        await stack.enter_async_context(working(services))
        await stack.enter_async_context(ticking(services))
        _greet(settings)
        await serve(services, host, port)


async def _alone(settings: Settings, run: Callable[[Services], Awaitable[None]]) -> None:
    async with open_database_url(settings) as url, open_services(settings, url) as services:
        await run(services)


def _settings(data: Path | None, port: int | None) -> Settings:
    """Read the settings; a port on the command line is the public address of a sandbox, too."""
    settings = read_settings(data)
    if port is not None and not settings.live:
        own = f"http://127.0.0.1:{port}"
        settings = read_settings(data, None if settings.public_url_is_set else own)
        note_public_url(settings)
    set_up_logs(settings.log_format)
    return settings


def _job(name: str) -> Job:
    try:
        return Job(name)
    except ValueError:
        raise KeepCoveredError(f"there is no lane {name!r}; known: {', '.join(Job)}") from None


def _greet(settings: Settings) -> None:
    err.print(f"KeepCovered ({settings.mode}) on {settings.public_url} · data in {settings.data_dir}")
    if not settings.live:
        err.print(f"  docs {settings.public_url}/docs · phones, inboxes and calls {settings.public_url}/sandbox")
