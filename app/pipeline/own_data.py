"""A member's own export: everything held about an address and sent to it, for whoever has shown to hold it.

Nothing of the case is in it, no month and no status: a code proves that somebody holds a phone, and no more (M-4).
Where several people share the address, only what is said of the address itself is told.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from app.db import agencies, choices, members, own_data
from app.db.choices import opened
from app.db.transaction import Database, Row
from app.rules.agency import Agency
from app.rules.choices import OWN_WORD, Limits, Visit, masked
from app.rules.record import Member, Point

IN_USE: Final = "active"
KINDS: Final = {"reminder": "reminder", "code": "code", "reply": "answer"}
"""How a message of a kind is called here; any other is just a message."""
OTHER: Final = "other"
STATUSES: Final = {
    "sending": "sent", "sent": "sent", "delivered": "delivered", "undelivered": "undelivered", "unknown": "unknown",
}  # fmt: skip
NOT_SENT: Final = "not_sent"
GROUNDS: Final = {"member": "opt_in", "county": "county", "provider": "carrier", "staff": "staff"}
"""By who says it, the words for why we may, or may not; what a member said without a sign-up is `member`."""
BY_SIGNING_UP: Final = frozenset({"opt_in", "text_join", "call_join", "call_to_us"})


@dataclass(frozen=True, slots=True)
class Mine:
    """All that is held about an address."""

    agency: Agency
    address: str = field(repr=False)
    made_at: datetime
    points: list[dict[str, str]] = field(repr=False)
    languages: dict[str, str | None]
    helper: dict[str, str] | None = field(repr=False)
    limits: Limits
    channels: list[str] | None
    choices: list[dict[str, Any]] = field(repr=False)
    consents: list[dict[str, Any]] = field(repr=False)
    messages: list[dict[str, Any]] = field(repr=False)
    replies: list[dict[str, Any]] = field(repr=False)


class OwnData:
    """Gathers what is held about an address."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, visit: Visit) -> Mine | None:
        """Return what is held; None where nobody has the address any more."""
        async with self._database.transaction(visit.agency) as tx:
            session, id_ = tx.session, visit.agency
            agency = await agencies.by_id(session, id_)
            ids = await members.ids_by_address(session, id_, visit.index)
            people = list((await members.by_ids(session, id_, ids)).values())
            if agency is None or not people:
                return None
            alone = people[0] if len(people) == 1 else None
            values = await members.addresses(session, id_, alone.id) if alone else {visit.index: visit.address}
            limits = await choices.held(session, id_, [people[0].id])
            return Mine(
                agency, visit.address, tx.now, _points(people[0], values, visit),
                {"read": people[0].language_written, "speak": people[0].language_spoken}, _helper(alone),
                limits[people[0].id], people[0].channels,
                [_choice(row, opened(session, row)) for row in await own_data.choices(session, id_, visit.index)],
                [_consent(row) for row in await own_data.consents(session, id_, visit.index)],
                [_message(row) for row in await own_data.messages(session, id_, visit.index)],
                [_reply(*one) for one in await own_data.replies(session, id_, visit.index)],
            )  # fmt: skip


def _points(first: Member, values: dict[bytes, str], visit: Visit) -> list[dict[str, str]]:
    """Return the contact points whose addresses were opened: the proven one plainly, the others masked."""
    found = [point for kind in ("phone", "email") for point in first.points_of(kind) if point.index in values]
    return [
        {
            "kind": point.kind,
            "address": visit.address if point.index == visit.index else masked(point.kind, values[point.index]),
            "state": _state(point),
        }
        for point in found
    ]


def _state(point: Point) -> str:
    return point.state if point.state == IN_USE else "failed"


def _helper(alone: Member | None) -> dict[str, str] | None:
    """Return who helps, where the person said so and shares the address with nobody."""
    if alone is None or "representative" not in alone.stamps or alone.stamps["representative"][1] not in OWN_WORD:
        return None
    name, relation = (alone.private.get(f"representative_{part}", "") for part in ("first_name", "relation"))
    return {"first_name": name, "relation": relation} if name else None


def _choice(row: Row[Any], said: str) -> dict[str, Any]:
    return {"at": row.at, "what": row.what, "said": said}


def _consent(row: Row[Any]) -> dict[str, Any]:
    ground = GROUNDS.get(row.source, row.source)
    if row.source == "member" and row.basis not in BY_SIGNING_UP:
        ground = "member"
    return {
        "at": row.at, "channel": row.channel, "purpose": row.purpose, "granted": row.granted, "ground": ground,
        "basis": row.basis, "with_whom": row.with_whom, "wording": row.wording, "language": row.language,
        "until": row.until,
    }  # fmt: skip


def _message(row: Row[Any]) -> dict[str, Any]:
    return {
        "at": row.handed_at, "channel": row.channel, "what": KINDS.get(row.kind, OTHER), "language": row.language,
        "status": STATUSES.get(row.status, NOT_SENT),
    }  # fmt: skip


def _reply(row: Row[Any], said: str) -> dict[str, Any]:
    return {"at": row.received_at, "said": said}
