"""`GET /v1/forecast`: the coming months as the planner will plan them, as JSON, CSV or a picture."""

import json
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from app.api.answers import plain
from app.api.auth import ReportsReader, Wired
from app.api.documents import Responses, problems
from app.api.fields import Day
from app.api.problems import Problem
from app.rules.forecast import Forecast
from app.rules.forecast_picture import picture
from app.rules.forecast_table import as_csv

router: Final = APIRouter(tags=["Reports"])
MOST_MONTHS: Final = 24
CSV, SVG, JSON = "text/csv", "image/svg+xml", "application/json"
FORMATS: Final = {"csv": CSV, "svg": SVG, "json": JSON}


class Asked(BaseModel):
    """How many months from today, and how they are shown; `Accept` says the same as `format`."""

    months: int = Field(default=3, ge=1, le=MOST_MONTHS)
    format: Literal["json", "csv", "svg"] | None = None
    day: Day | None = Field(default=None, description="Only this day, drawn by hour; for the picture.")


class Ahead(BaseModel):
    """What is to come, hour by hour, with what does not fit and what would let it."""

    agency: str
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    fits: bool
    totals: dict[str, Any]
    busiest_hour: dict[str, Any] | None
    changes: list[str]
    late: list[dict[str, Any]]
    lanes: list[dict[str, Any]]
    unreached: list[dict[str, Any]]
    days: list[dict[str, Any]]
    data: list[dict[str, Any]]
    not_sent: list[dict[str, Any]]


OTHERS: Final[Responses] = {
    200: {"content": {CSV: {"schema": {"type": "string"}}, SVG: {"schema": {"type": "string"}}}}
}
Asks = Annotated[Asked, Query()]


@router.get(
    "/v1/forecast",
    response_model=Ahead,
    responses={**OTHERS, **problems(401, 403, 422)},
    summary="See what the coming months will look like",
)
async def get_forecast(request: Request, who: ReportsReader, wired: Wired, asked: Asks) -> Response:
    """Return messages, segments, cost and expected calls by day, hour, channel and language, and what does not fit."""
    agency = await wired.tenancy.by_id(who.agency)
    if agency is None:
        raise Problem("not-found")
    found = await wired.forecasting.months(agency, asked.months)
    kind = FORMATS[asked.format] if asked.format else _accepted(request.headers.get("accept", ""))
    forms: dict[str, Callable[[Forecast], str]] = {
        CSV: as_csv,
        SVG: lambda one: picture(one, asked.day),
        JSON: lambda one: json.dumps(one.shown(), default=plain, ensure_ascii=False),
    }
    return Response(forms[kind](found), media_type=kind)


def _accepted(accept: str) -> str:
    return next((kind for kind in (CSV, SVG) if kind in accept), JSON)
