"""`/sandbox/clock`: business time, read and moved. Only in sandbox mode."""

import asyncio
from typing import Annotated, Final, Self

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.api.answers import answer, moment
from app.api.auth import Wired
from app.api.bodies import json_body
from app.api.documents import json_request, problems
from app.api.fields import FIRST_MOMENT, LAST_MOMENT, MOMENT_RANGE_REASON, wrong
from app.api.problems import Fault, Problem
from app.pipeline.passage import Passage
from app.wiring import Services
from schedules.moments import HOW_TO_WRITE, parse_moment

router: Final = APIRouter(tags=["Sandbox"])
ONE_AT_A_TIME: Final = asyncio.Lock()
Written = Annotated[str | None, Field(default=None, max_length=64, description=f"Where to: {HOW_TO_WRITE}.")]


class Move(BaseModel):
    """Where business time is to go; the three names mean the same."""

    model_config = ConfigDict(extra="forbid")
    to: Written
    move: Written
    now: Written

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(given is not None for given in (self.to, self.move, self.now)) != 1:
            raise wrong("give `to`, a duration such as P1D or a time")
        return self


class ClockShown(BaseModel):
    """Business time."""

    now: str


Asked = Annotated[Move, Depends(json_body(Move))]


@router.get("/sandbox/clock", response_model=ClockShown, responses=problems(404), summary="Read the sandbox's clock")
async def get_clock(wired: Wired) -> Response:
    """Return business time."""
    return answer({"now": moment(await _passage(wired).now())})


@router.post(
    "/sandbox/clock",
    response_model=ClockShown,
    responses=problems(400, 404, 413, 415, 422),
    openapi_extra=json_request(Move),
    summary="Move the sandbox's clock",
)
async def move_clock(wired: Wired, asked: Asked) -> Response:
    """Move business time; answers when everything due by then was handed on."""
    passage = _passage(wired)
    async with ONE_AT_A_TIME:
        try:
            target = parse_moment(asked.to or asked.move or asked.now or "", await passage.now())
        except ValueError:
            raise Problem("invalid-request", errors=[Fault("/to", HOW_TO_WRITE)]) from None
        if not FIRST_MOMENT <= target.year < LAST_MOMENT:
            raise Problem("invalid-request", errors=[Fault("/to", MOMENT_RANGE_REASON)])
        return answer({"now": moment(await passage.move(target))})


@router.get("/sandbox", include_in_schema=False)
async def to_the_phones() -> Response:
    """Go to the phones, inboxes and calls."""
    return RedirectResponse("/sandbox/", 303)


def _passage(wired: Services) -> Passage:
    if wired.passage is None:
        raise Problem("not-found")
    return wired.passage
