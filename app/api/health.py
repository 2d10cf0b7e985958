"""`/healthz` says that the process runs, `/readyz` that it can work."""

from typing import Final, Literal

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel

from app.api.answers import answer
from app.api.auth import Wired
from app.api.documents import problems
from app.api.problems import Fault, Problem

router: Final = APIRouter(tags=["Operation"])


class Ready(BaseModel):
    """All is well."""

    status: Literal["ok"]


class Alive(Ready):
    """The process runs; `alarms` are sentences about stages that have been silent for too long."""

    alarms: list[str]


@router.get("/healthz", response_model=Alive, summary="Does the process run?")
async def healthz(wired: Wired) -> Response:
    """Answer, whatever else is wrong, and say which stages are silent."""
    return answer({"status": "ok", "alarms": await wired.heartbeats.alarms()})


@router.get("/readyz", response_model=Ready, responses=problems(503), summary="Can it work?")
async def readyz(wired: Wired) -> Response:
    """Say whether the database answers with the schema of this version."""
    if missing := await wired.readiness.missing():
        raise Problem("not-ready", errors=[Fault("", sentence) for sentence in missing])
    return answer({"status": "ok"})
