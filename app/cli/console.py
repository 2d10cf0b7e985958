"""How commands speak: tables for people, JSON for machines, progress only on a terminal, errors on stderr."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.errors import KeepCoveredError
from app.logs import set_up_logs
from app.rules.agency import Agency
from app.settings import read_settings
from app.wiring import Services, open_database_url, open_services, until_it_answers

T = TypeVar("T")
WIDE = 160
out = Console(highlight=False)
if not out.is_terminal:  # a file or a pipe has no width of its own
    out = Console(highlight=False, width=WIDE)
err = Console(stderr=True, highlight=False)
LOG_QUIETLY = 30


def fail(sentence: str) -> int:
    """Say on stderr what is wrong; return the exit code for it."""
    err.print(f"[bold red]error:[/] {sentence}", soft_wrap=True)
    return 1


def with_services(work: Callable[[Services], Awaitable[T]]) -> T:
    """Open the service without starting any process of it, do one thing, close it."""

    async def run() -> T:
        settings = read_settings()
        set_up_logs(settings.logs_as, LOG_QUIETLY)
        async with open_database_url(settings) as url:
            await until_it_answers(url, 0)
            async with open_services(settings, url) as services:
                return await work(services)

    return asyncio.run(run())


async def agency_of(services: Services, code: str) -> Agency:
    """Return the agency of a code; raises `KeepCoveredError` naming the ones there are."""
    agency = await services.tenancy.by_code(code)
    if agency is None:
        known = ", ".join(one.code for one in await services.tenancy.every()) or "none yet"
        raise KeepCoveredError(
            f"there is no agency {code!r}; known: {known} (add one with `keepcovered agency add FILE`)"
        )
    return agency


def show_json(value: object) -> None:
    """Print a value as JSON, as it stands, without wrapping."""
    print(json.dumps(value, default=plain, ensure_ascii=False))  # noqa: T201  (machines read it)


def plain(value: object) -> str | float:
    """Return a value as JSON knows it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, UUID) else repr(value)


def show_table(title: str, columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    """Print rows as a table; numbers stand to the right."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for name in columns:
        numbers = bool(rows) and all(isinstance(row.get(name), int | float | None) for row in rows)
        table.add_column(name, justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if row.get(name) is None else str(row[name]) for name in columns))
    out.print(table)


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show a bar while long work goes on; nothing where no person watches."""
    shape = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*shape, console=err, disable=not err.is_terminal, transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.advance(task, done)
