"""Logs: structured, by an allowlist of fields, with nothing personal in them."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import AbstractContextManager
from contextvars import ContextVar, Token
from typing import Any, Final

import structlog

ALLOWED = frozenset({
    "event", "level", "timestamp", "logger", "agency", "lane", "job", "tick", "message_id", "attempt_id",
    "request_id", "route", "method", "status", "ms", "count", "provider", "outcome", "error", "where",
    "address", "mode", "version", "stage", "schema",
})  # fmt: skip


SPEAKS: Final = frozenset({"uvicorn.error", "apscheduler", "alembic", "psycopg.pool"})
"""Libraries whose words may be logged as they are: they speak of processes and connections, never of rows."""
_ABOUT: ContextVar[Mapping[str, str]] = ContextVar("about", default={})  # noqa: B039  (never changed, only replaced)


class about(AbstractContextManager[None]):  # noqa: N801  (reads as a verb: `with about(job=job):`)
    """Says in every line of a block what it is about: the request, the job."""

    def __init__(self, **said: str) -> None:
        self._said = said

    def __enter__(self) -> None:
        self._before: Token[Mapping[str, str]] = _ABOUT.set({**_ABOUT.get(), **self._said})

    def __exit__(self, *_: object) -> None:
        _ABOUT.reset(self._before)


def with_about(_: object, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add what the block is about; what the line itself says goes before it."""
    for name, value in _ABOUT.get().items():
        entry.setdefault(name, value)
    return entry


class ForLibraries(logging.Handler):
    """Writes what libraries log in our form: who, where and what kind of error, never words that can hold a row."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        said: dict[str, str] = {"logger": record.name, "where": f"{record.module}:{record.lineno}"}
        if record.exc_info and record.exc_info[0] is not None:
            said["error"] = record.exc_info[0].__name__
        what = record.getMessage() if _speaks(record.name) else "a library says"
        log().log(record.levelno, what, **said)


def _speaks(name: str) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in SPEAKS)


def only_allowed(_: object, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that is not on the list: a new field must be argued for here."""
    return {name: value for name, value in entry.items() if name in ALLOWED}


def set_up_logs(log_format: str, level: int = logging.INFO) -> None:
    """Send our logs to stderr as text for people or as JSON for machines."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            with_about,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # wherever stderr goes just then
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[ForLibraries()], force=True)
    for noisy in ("httpx", "httpcore", "uvicorn.access", "sqlalchemy"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def log() -> Any:  # noqa: ANN401  (structlog's loggers are dynamic)
    """Return the logger."""
    return structlog.get_logger()
