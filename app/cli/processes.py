"""Commands that run the service: `up` in one process, or `api`, `worker` and `ticks` apart; and `migrate`."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, AsyncExitStack, nullcontext
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from app.cli.console import err, out
from app.clock import tick_forever, ticking
from app.errors import KeepCoveredError
from app.logs import set_up_logs
from app.metrics import serving
from app.queue import Job
from app.rules.facts import Channel
from app.settings import Settings, note_public_url, read_settings
from app.traces import tracing
from app.wiring import VERSION, Services, migrate, open_database_url, open_services, until_it_answers
from app.worker import work_until_told, working

Port = Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)]
Host = Annotated[str, typer.Option(help="The address to listen on.")]
Data = Annotated[Path | None, typer.Option(help="The data folder (KEEPCOVERED_DATA_DIR).")]
Lanes = Annotated[str, typer.Option(help="Take only these jobs or channels, separated by commas; all by default.")]
MetricsPort = Annotated[int | None, typer.Option(help="Tell what this process counts on this port.", min=1, max=65535)]
MetricsHost = Annotated[str, typer.Option(help="The address of that port.")]
PATIENCE = 60.0
"""Seconds that a process waits at its start for a database that is starting, too."""


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.command("up")(up)
    cli.command("api")(api)
    cli.command("worker")(worker)
    cli.command("ticks")(ticks)
    cli.command("migrate")(migrate_command)


def up(port: Port = 8000, host: Host = "127.0.0.1", data: Data = None) -> None:
    """Run everything in one process: API, pages, worker and ticks; migrates first."""
    uvloop.run(_up(_settings(data, port), host, port))


def api(port: Port = 8000, host: Host = "127.0.0.1", data: Data = None) -> None:
    """Run the HTTP process alone (with the simulator in sandbox mode)."""
    from app.main import serve

    uvloop.run(_alone("api", _settings(data, port), lambda services: serve(services, host, port)))


def worker(
    lanes: Lanes = "",
    data: Data = None,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = "127.0.0.1",
) -> None:
    """Run a worker; start as many as wanted, on as many machines as wanted."""
    only = [_lane(name.strip()) for name in lanes.split(",") if name.strip()]
    with _watched(metrics_host, metrics_port):
        uvloop.run(_alone("worker", _settings(data, None), lambda services: work_until_told(services, only=only)))


def ticks(data: Data = None, metrics_port: MetricsPort = None, metrics_host: MetricsHost = "127.0.0.1") -> None:
    """Run the ticks; every replica may, because each tick is claimed once."""
    with _watched(metrics_host, metrics_port):
        uvloop.run(_alone("ticks", _settings(data, None), tick_forever))


def migrate_command(data: Data = None) -> None:
    """Upgrade the schema and load the shipped words and ladders."""
    added = asyncio.run(_migrate(_settings(data, None)))
    out.print(f"The schema is up to date; {added} versions of words and ladders are new.")


async def _migrate(settings: Settings) -> int:
    async with open_database_url(settings) as url:
        await until_it_answers(url, PATIENCE)
        return await migrate(settings, url)


async def _up(settings: Settings, host: str, port: int) -> None:
    from app.main import serve

    async with AsyncExitStack() as stack:
        stack.enter_context(tracing(settings.otlp_endpoint, process="up", version=VERSION))
        url = await stack.enter_async_context(open_database_url(settings))
        await until_it_answers(url, PATIENCE)
        await migrate(settings, url)
        services = await stack.enter_async_context(open_services(settings, url))
        stop_work = await stack.enter_async_context(working(services))
        await stack.enter_async_context(ticking(services))
        _greet(settings)
        await serve(services, host, port, on_stop=stop_work)


async def _alone(process: str, settings: Settings, run: Callable[[Services], Awaitable[None]]) -> None:
    with tracing(settings.otlp_endpoint, process=process, version=VERSION):
        async with open_database_url(settings) as url:
            await until_it_answers(url, PATIENCE)
            async with open_services(settings, url) as services:
                await run(services)


def _watched(host: str, port: int | None) -> AbstractContextManager[None]:
    return nullcontext() if port is None else serving(host, port)


def _settings(data: Path | None, port: int | None) -> Settings:
    """Read the settings; a port on the command line is the public address of a sandbox, too."""
    settings = read_settings(data)
    if port is not None and not settings.live:
        own = f"http://127.0.0.1:{port}"
        settings = read_settings(data, None if settings.public_url_is_set else own)
        note_public_url(settings)
    set_up_logs(settings.logs_as)
    return settings


def _lane(name: str) -> str:
    """Return the name of a job or a channel; raises `KeepCoveredError` naming the ones there are."""
    if name not in {*Job, *Channel}:
        raise KeepCoveredError(f"there is no lane {name!r}; known: {', '.join((*Channel, *Job))}")
    return name


def _greet(settings: Settings) -> None:
    err.print(f"KeepCovered ({settings.mode}) on {settings.public_url} · data in {settings.data_dir}")
    if not settings.live:
        err.print(f"  sign-up {settings.public_url}/ · about {settings.public_url}/about")
        err.print(f"  docs {settings.public_url}/docs · phones, inboxes and calls {settings.public_url}/sandbox")
