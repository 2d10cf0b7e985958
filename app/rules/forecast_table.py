"""A forecast as rows: by hour for machines and spreadsheets, by day for the eye."""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from app.rules.forecast import Forecast, Line, Silent

COLUMNS: Final = (
    "day", "hour", "channel", "language", "status", "reason", "messages", "segments", "cost", "call_backs",
)  # fmt: skip
DAY_COLUMNS: Final = (
    "day", "sms", "email", "voice", "segments", "cost", "call_backs", "capacity", "busiest_hour",
)  # fmt: skip
PLAN_COLUMNS: Final = (
    "day", "channel", "language", "status", "reason", "messages", "segments", "forced_by", "cost",
)  # fmt: skip
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run (ASVS 1.2.10)."""
PLANNED: Final = "planned"


def as_csv(forecast: Forecast) -> str:
    """Return what is due and what will not be sent, hour by hour, as CSV that no spreadsheet runs as formulas."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for line in forecast.lines:
        writer.writerow([
            line.day, line.hour, line.channel, _cell(line.language), PLANNED, None, line.messages, line.segments,
            line.cost, line.call_backs,
        ])  # fmt: skip
    for one in forecast.silent:
        writer.writerow([
            one.day, None, one.channel, _cell(one.language), one.status, one.reason, one.messages, None, None, None,
        ])  # fmt: skip
    return file.getvalue()


def plan_rows(forecast: Forecast) -> list[dict[str, Any]]:
    """Return one row for each day, channel, language, status and reason."""
    hours = defaultdict[tuple[date, str, str], list[Line]](list)
    for line in forecast.lines:
        hours[line.day, line.channel, line.language].append(line)
    rows = [_planned(*key, lines) for key, lines in hours.items()] + [_silent(one) for one in forecast.silent]
    return sorted(rows, key=lambda row: [str(row[name] or "") for name in PLAN_COLUMNS[:5]])


def plan_totals(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Add up what is to be sent."""
    going = [row for row in rows if row["status"] == PLANNED]
    return {
        "messages": sum(row["messages"] for row in going),
        "segments": sum(row["segments"] for row in going),
        "cost": round(sum(row["cost"] for row in going), 4),
        "skipped": sum(row["messages"] for row in rows if row["status"] == "skipped"),
    }


def _planned(day: date, channel: str, language: str, lines: Sequence[Line]) -> dict[str, Any]:
    return {
        "day": day, "channel": channel, "language": language, "status": PLANNED, "reason": None,
        "messages": sum(line.messages for line in lines), "segments": sum(line.segments for line in lines),
        "forced_by": next((line.forced_by for line in lines if line.forced_by), ""),
        "cost": round(sum(line.cost for line in lines), 4),
    }  # fmt: skip


def _silent(one: Silent) -> dict[str, Any]:
    return {
        "day": one.day, "channel": one.channel, "language": one.language, "status": one.status, "reason": one.reason,
        "messages": one.messages, "segments": 0, "forced_by": "", "cost": 0.0,
    }  # fmt: skip


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
