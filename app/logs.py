"""Logs: structured, by an allowlist of fields, with nothing personal in them."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset({
    "event", "level", "timestamp", "logger", "agency", "lane", "job", "tick", "message_id", "attempt_id",
    "request_id", "route", "method", "status", "ms", "count", "provider", "outcome", "error", "where",
    "address", "mode", "version",
})  # fmt: skip


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
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # wherever stderr goes just then
        cache_logger_on_first_use=False,
    )
    for noisy in ("httpx", "httpcore", "uvicorn.access", "sqlalchemy"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def log() -> Any:  # noqa: ANN401  (structlog's loggers are dynamic)
    """Return the logger."""
    return structlog.get_logger()
