"""`GET /v1/reports/deliveries`: counts by any axis, as JSON or CSV."""

import csv
import io
from datetime import date
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field, StringConstraints

from app.api.answers import answer
from app.api.auth import ReportsReader, Wired
from app.api.documents import Responses, problems
from app.api.fields import Month
from app.api.problems import Fault, Problem
from app.pipeline.reporting import AXES, COUNTS, Report, ReportAsked
from app.pipeline.tenancy import Principal
from app.wiring import Services

router: Final = APIRouter(tags=["Reports"])
FIGURES: Final = ("total", *COUNTS, "segments", "cost", "delivery_rate", "p50_seconds", "p95_seconds")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run (ASVS 1.2.10)."""
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]


class Asked(BaseModel):
    """Which months, both included, grouped by what, filtered how; without months, this month."""

    first: Month | None = Field(default=None, alias="from")
    last: Month | None = Field(default=None, alias="to")
    group_by: str = Field(default="channel", max_length=200, description=f"Of: {', '.join(AXES)}; with commas between.")
    channel: Code | None = None
    language: Code | None = None
    step: Code | None = None
    template: Code | None = None


class Deliveries(BaseModel):
    """The rows, each with its group and its counts, and the totals."""

    data: list[dict[str, Any]]
    totals: dict[str, Any]


Filters = Annotated[Asked, Query()]
CSV_TOO: Final[Responses] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


@router.get(
    "/v1/reports/deliveries",
    response_model=Deliveries,
    responses={**CSV_TOO, **problems(401, 403, 422)},
    summary="Read the delivery report",
)
async def get_deliveries(request: Request, who: ReportsReader, wired: Wired, asked: Filters) -> Response:
    """Return reminders and broadcasts counted by status; `Accept: text/csv` gives the rows as CSV."""
    report_asked = await _asked(who, wired, asked)
    report = await wired.reporting.deliveries(who.agency, report_asked)
    if "text/csv" in request.headers.get("accept", ""):
        return Response(as_csv(report, report_asked.axes), media_type="text/csv")
    return answer({"data": report.rows, "totals": report.totals})


async def _asked(who: Principal, wired: Services, asked: Asked) -> ReportAsked:
    axes = tuple(axis for axis in asked.group_by.replace(" ", "").split(",") if axis)
    faults = []
    if set(axes) - set(AXES) or len(set(axes)) != len(axes):
        faults.append(Fault("/query/group_by", f"name each of these once at most: {', '.join(AXES)}"))
    this = await _this_month(who, wired) if asked.first is None and asked.last is None else None
    first, last = asked.first or asked.last or this, asked.last or asked.first or this
    if first is None or last is None or first > last:
        faults.append(Fault("/query/to", "this month must not lie before `from`"))
    if faults or first is None or last is None:
        raise Problem("invalid-request", errors=faults)
    return ReportAsked(
        first, last, axes, channel=asked.channel, language=asked.language, step=asked.step, template=asked.template
    )


async def _this_month(who: Principal, wired: Services) -> date:
    """Return the first day of the current month in the agency's zone."""
    agency, now = await wired.tenancy.by_id(who.agency), await wired.reporting.now()
    local = now.astimezone(ZoneInfo(agency.timezone)) if agency else now
    return local.date().replace(day=1)


def as_csv(report: Report, axes: tuple[str, ...]) -> str:
    """Return the rows as CSV that no spreadsheet runs as formulas."""
    columns = (*axes, *FIGURES)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name)) for name in columns] for row in report.rows)
    return file.getvalue()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
