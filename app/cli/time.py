"""Commands for the sandbox's clock."""

from datetime import datetime
from typing import Annotated

import httpx
import typer

from app.cli.agencies import AsJson
from app.cli.console import err, out, plain, show_json, with_services
from app.errors import KeepCoveredError, NotReady
from app.pipeline.passage import Passage
from app.wiring import Services
from schedules.moments import parse_moment

clock_cli = typer.Typer(help="Business time of the sandbox: read it or move it.", no_args_is_help=True)


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.add_typer(clock_cli, name="clock")


@clock_cli.command("now")
def now(as_json: AsJson = False) -> None:
    """Print business time."""

    async def read(services: Services) -> datetime:
        return await passage_of(services).now()

    _show(with_services(read), as_json=as_json)


@clock_cli.command("move")
def move(
    to: Annotated[str, typer.Argument(help="A duration (P1D), a date (2026-12-01) or a time (2026-12-01T19:30:00Z).")],
    as_json: AsJson = False,
) -> None:
    """Move business time; returns when everything due by then was handed on."""

    async def run(services: Services) -> datetime:
        passage = passage_of(services)
        await _someone_listens(services.settings.public_url)
        try:
            target = parse_moment(to, await passage.now())
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        with err.status("moving the clock") as status:
            return await passage.move(target, told=lambda stop: status.update(f"{stop:%Y-%m-%d %H:%M} UTC"))

    _show(with_services(run), as_json=as_json)


def passage_of(services: Services) -> Passage:
    """Return what moves time; raises `KeepCoveredError` in live mode."""
    if services.passage is None:
        raise KeepCoveredError("the clock belongs to the sandbox; in live mode time moves by itself")
    return services.passage


async def _someone_listens(public_url: str) -> None:
    """Messages that fall due go to the simulator, which the HTTP process serves."""
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            await client.get(f"{public_url}/healthz")
    except httpx.TransportError:
        raise NotReady(f"nothing listens on {public_url}; start `keepcovered up` first") from None


def _show(moment: datetime, *, as_json: bool) -> None:
    if as_json:
        show_json({"now": moment})
    else:
        out.print(plain(moment))
