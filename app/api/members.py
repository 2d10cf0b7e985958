"""`/v1/members/{member_ref}`: a member as we hold it; what is changed here becomes a county event of our own."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel

from app.api.answers import answer, moment, month, plain
from app.api.auth import MembersReader, MembersWriter, Wired
from app.api.bodies import json_body
from app.api.documents import json_request, problems
from app.api.event_data import PREFIX, Data, MemberUpdated, Nothing
from app.api.fields import printable
from app.api.problems import Fault, Problem
from app.pipeline.intake import EventResult
from app.pipeline.reporting import MemberView
from app.pipeline.tenancy import Principal
from app.rules.choices import Limits
from app.rules.facts import CountyEvent, RenewalStatus
from app.rules.folding_renewals import OPEN_STATUSES
from app.rules.record import Member, Renewal
from app.wiring import Services

router: Final = APIRouter(tags=["Members"])
SOURCE: Final = "/v1/members"
MemberRef = Annotated[str, Path(min_length=1, max_length=255, description="The `subject` of the county's events.")]
Updated = Annotated[MemberUpdated, Depends(json_body(MemberUpdated))]
DATES: Final = ("packet_mailed_on", "requested_on", "due_on", "received_on", "effective_on", "status_on")


class MemberShown(BaseModel):
    """A member with contact points, renewals, milestones, what else falls due, and what the consents say now."""

    member_ref: str
    status: str
    to_county_code: str | None
    first_name: str | None
    date_of_birth: str | None
    language_written: str | None
    language_spoken: str | None
    timezone: str | None
    zip: str | None
    representative: dict[str, str | None] | None
    phones: list[dict[str, Any]]
    emails: list[dict[str, Any]]
    channels: list[str] | None
    consents: list[dict[str, Any]]
    renewals: list[dict[str, Any]]
    milestones: list[dict[str, Any]]
    occasions: list[dict[str, Any]]
    preferences: dict[str, Any]


@router.get(
    "/v1/members/{member_ref:path}",
    response_model=MemberShown,
    responses=problems(401, 403, 404, 422),
    summary="Read a member",
)
async def get_member(member_ref: MemberRef, who: MembersReader, wired: Wired) -> Response:
    """Return a member; another agency's member is as unknown as none."""
    return answer(shown(await held(wired, who, member_ref)))


@router.put(
    "/v1/members/{member_ref:path}",
    response_model=MemberShown,
    responses=problems(400, 401, 403, 409, 413, 415, 422),
    openapi_extra=json_request(MemberUpdated),
    summary="Create or change a member",
)
async def put_member(
    request: Request, member_ref: MemberRef, who: MembersWriter, wired: Wired, updated: Updated
) -> Response:
    """Create or change a member: absent is unchanged, null is removed."""
    await say(wired, who, member_ref, type_="member.updated", data=updated, body=request.state.body)
    return answer(shown(await held(wired, who, member_ref)))


@router.delete(
    "/v1/members/{member_ref:path}",
    status_code=204,
    responses=problems(401, 403, 404, 409, 422),
    summary="Remove a member",
)
async def delete_member(member_ref: MemberRef, who: MembersWriter, wired: Wired) -> Response:
    """Remove a member: nothing more is sent, and what is planned is canceled."""
    await held(wired, who, member_ref)
    await say(wired, who, member_ref, type_="member.removed", data=Nothing(), body=b"{}")
    return Response(status_code=204)


async def held(wired: Services, who: Principal, ref: str) -> MemberView:
    """Return a member of the caller's agency; raises the problem `unknown-member`."""
    view = await wired.reporting.member(who.agency, ref)
    if view is None:
        raise Problem("unknown-member")
    return view


async def say(
    wired: Services, who: Principal, ref: str, *, type_: str, data: Data, body: bytes, source: str = SOURCE
) -> EventResult:
    """Apply an event of our own about a member, at business time; raises `newer-facts` if it comes too late."""
    if not ref.isprintable() or printable(ref) != ref:
        raise Problem("invalid-request", errors=[Fault("/path/member_ref", "a reference has no control characters")])
    event = CountyEvent(
        id=str(uuid4()), source=source, type=PREFIX + type_, time=await wired.reporting.now(), subject=ref,
        facts=data.facts(type_), payload=body,
    )  # fmt: skip
    (result,) = await wired.intake.take(who.agency, [event])
    if result.status == "stale":
        raise Problem("newer-facts")
    return result


def shown(view: MemberView) -> dict[str, Any]:
    """Return a member as it is answered."""
    member, private = view.member, view.member.private
    return {
        "member_ref": member.ref,
        "status": member.status,
        "to_county_code": member.to_county_code,
        **{name: private.get(name) for name in ("first_name", "date_of_birth", "zip")},
        **{name: getattr(member, name) for name in ("language_written", "language_spoken", "timezone", "channels")},
        "representative": _representative(private),
        "phones": _points(view, "phone", "number"),
        "emails": _points(view, "email", "address"),
        "consents": _consents(view),
        "renewals": [
            _renewal(one, gone=member.status != "active")
            for one in sorted(member.renewals.values(), key=lambda r: (r.program, r.month))
        ],
        "milestones": _milestones(member),
        "occasions": [
            {"kind": one.occasion, "program": one.program, "on": plain(one.on), "status": one.status}
            for one in sorted(member.occasions, key=lambda one: (one.on, one.occasion, one.program))
        ],
        "preferences": _preferences(view.limits),
    }


def _preferences(limits: Limits) -> dict[str, Any]:
    """Show what the person chose that narrows when, and of what, they are reminded."""
    return {
        "hours": f"{limits.hours[0]:02}:00-{limits.hours[1]:02}:00" if limits.hours else None,
        "paused_until": plain(limits.paused_until),
        "only_programs": None if limits.only_programs is None else list(limits.only_programs),
    }


def _representative(private: Mapping[str, str]) -> dict[str, str | None] | None:
    found = {name: private.get(f"representative_{name}") for name in ("first_name", "relation")}
    return found if any(found.values()) else None


def _points(view: MemberView, kind: str, name: str) -> list[dict[str, Any]]:
    return [
        {
            name: view.addresses.get(point.index),
            **({"kind": point.line_kind} if kind == "phone" else {}),
            "rank": point.rank,
            "state": point.state,
        }
        for point in view.member.points_of(kind)
    ]


def _consents(view: MemberView) -> list[dict[str, Any]]:
    found = [
        {
            "channel": channel, "address": view.addresses.get(index), "purpose": purpose, "granted": now.granted,
            "at": moment(now.at), "until": moment(now.until), "stopped": (index, str(channel)) in view.stops,
        }
        for (channel, purpose, index), now in view.member.consents.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one["channel"], one["purpose"], one["address"] or ""))


def _renewal(renewal: Renewal, *, gone: bool) -> dict[str, Any]:
    """Show a renewal; one that was ahead of a member who is gone is canceled."""
    ended = gone and renewal.status in OPEN_STATUSES
    return {
        "program": renewal.program,
        "renewal_month": month(renewal.month),
        "cycle_months": renewal.cycle_months,
        "owner": renewal.owner,
        "status": RenewalStatus.CANCELED if ended else renewal.status,
        **{name: plain(getattr(renewal, name)) for name in DATES},
    }


def _milestones(member: Member) -> list[dict[str, Any]]:
    found = sorted((*name.split(":", 1), on) for name, on in member.milestones.items())
    return [{"kind": kind, "program": program, "on": on} for kind, program, on in found]
