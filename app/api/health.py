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


class Alive(BaseModel):
    """All is well."""

    status: Literal["ok"]


@router.get("/healthz", response_model=Alive, summary="Does the process run?")
async def healthz() -> Response:
    """Answer; nothing else is looked at."""
    return answer({"status": "ok"})


@router.get("/readyz", response_model=Alive, responses=problems(503), summary="Can it work?")
async def readyz(wired: Wired) -> Response:
    """Say whether the database answers with the schema of this version."""
    if missing := await wired.readiness.missing():
        raise Problem("not-ready", errors=[Fault("", sentence) for sentence in missing])
    return answer({"status": "ok"})
