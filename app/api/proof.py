"""Proof over HTTP: all that is held of one member, and the consent ledger with its chain for an auditor."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel

from app.api.answers import answer, plain
from app.api.auth import Admin, MembersReader, Wired
from app.api.documents import problems
from app.api.fields import Day
from app.api.members import MemberRef, shown
from app.api.problems import Problem

router: Final = APIRouter(tags=["Proof"])
NDJSON: Final = "application/x-ndjson"
From = Annotated[Day | None, Query(alias="from", description="The first day (UTC) on which lines were recorded.")]
Until = Annotated[Day | None, Query(alias="to", description="The last of these days.")]


class MemberExport(BaseModel):
    """A member and everything that is held beside and was sent; the head proves the hashes of the consents."""

    member: dict[str, Any]
    consents: list[dict[str, Any]]
    choices: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    replies: list[dict[str, Any]]
    events: list[dict[str, Any]]
    ledger: dict[str, Any]


class SignedHead(BaseModel):
    """Where the chain of the agency's ledger stands, with the signature (Ed25519) and the key to check it by."""

    head: dict[str, Any]
    signature: str
    public_key: str


@router.get(
    "/v1/members/{member_ref:path}/export",
    response_model=MemberExport,
    responses=problems(401, 403, 404, 422),
    summary="Export all that is held of a member",
)
async def get_member_export(member_ref: MemberRef, who: MembersReader, wired: Wired) -> Response:
    """Return a member with every consent and its place in the chain, every message with its attempts and receipts."""
    found = await wired.member_proof.by_ref(who.agency, member_ref)
    if found is None:
        raise Problem("unknown-member")
    parts = {name: _plain(getattr(found, name)) for name in ("consents", "choices", "messages", "replies", "events")}
    return answer({"member": shown(found.view), **parts, "ledger": found.head})


@router.get(
    "/v1/ledger/head", response_model=SignedHead, responses=problems(401, 403), summary="Read the ledger's signed head"
)
async def get_head(who: Admin, wired: Wired) -> Response:
    """Return the number and hash of the last line, signed: kept elsewhere it proves later that nothing changed."""
    return answer(await wired.proof.head(who.agency))


@router.get(
    "/v1/ledger/export",
    response_class=StreamingResponse,
    responses={200: {"content": {NDJSON: {"schema": {"type": "string"}}}}, **problems(401, 403, 422)},
    summary="Export the consent ledger",
)
async def get_ledger(who: Admin, wired: Wired, first: From = None, last: Until = None) -> Response:
    """Return the ledger line by line (NDJSON), each with its hash, and the signed head (`docs/ledger.md`)."""
    lines = wired.proof.export(who.agency, first, last)
    begun = await anext(lines)  # what goes wrong before the first line is a problem, not half a file
    head = {"Content-Disposition": 'attachment; filename="ledger.ndjson"'}
    return StreamingResponse(_written(begun, lines), media_type=NDJSON, headers=head)


async def _written(begun: Mapping[str, Any], lines: AsyncIterator[Mapping[str, Any]]) -> AsyncIterator[str]:
    yield json.dumps(begun) + "\n"
    async for line in lines:
        yield json.dumps(line) + "\n"


def _plain(value: Any) -> Any:  # noqa: ANN401  (whatever is held)
    """Return a value as JSON has it, down to the last one."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else plain(value)
