"""All that is held of one member and was sent to them, for the proof of one person's yes and no."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.db import choices, consents, held, members, timeline
from app.db.transaction import Database, Row, Session
from app.pipeline.proof import Proof
from app.pipeline.reporting import MemberView

ALL = 1_000_000
LINE = (
    "id", "channel", "purpose", "granted", "basis", "with_whom", "wording", "language", "source", "at", "until",
    "recorded_at", "number",
)  # fmt: skip
MESSAGE = (
    "id", "kind", "channel", "template", "version", "language", "step", "program", "renewal_month", "status", "reason",
    "created_at", "due_at", "handed_at", "ended_at", "provider",
)  # fmt: skip
ATTEMPT = ("id", "number", "state", "provider", "reason", "provider_code", "intended_at", "send_at", "withdraw_reason")
RECEIPT = ("status", "reason", "provider_code", "received_at")
CHOICE = ("id", "what", "basis", "source", "language", "at", "recorded_at", "number")
EVENT = ("id", "source", "event_id", "type", "time", "outcome", "received_at")


@dataclass(frozen=True, slots=True)
class Held:
    """A member and everything beside: each part as plain values, oldest first."""

    view: MemberView
    consents: list[dict[str, Any]] = field(repr=False)
    """The lines of the ledger, each with its number and hash in the chain."""
    messages: list[dict[str, Any]] = field(repr=False)
    """Each with its attempts, and these with their receipts."""
    replies: list[dict[str, Any]] = field(repr=False)
    """What came from one of the member's addresses; several people may share one."""
    events: list[dict[str, Any]] = field(repr=False)
    """What the county told, without the payloads."""
    choices: list[dict[str, Any]] = field(repr=False)
    """What the member chose on their page, each line with its number and hash in the chain of choices."""
    head: dict[str, Any] = field(repr=False)
    """Where the chain stands, signed."""


class MemberProof:
    """Hands out what is held of a member."""

    def __init__(self, database: Database) -> None:
        self._database, self._proof = database, Proof(database)

    async def by_ref(self, agency: UUID, ref: str) -> Held | None:
        """Return what is held of a member, by the agency's own reference."""
        async with self._database.transaction(agency) as tx:
            member = (await members.by_refs(tx.session, agency, [ref])).get(ref)
        return await self.of(agency, member.id) if member else None

    async def of(self, agency: UUID, id_: UUID) -> Held | None:
        """Return what is held of a member; every line of the ledger is linked before."""
        head = await self._proof.head(agency)
        async with self._database.transaction(agency) as tx:
            session = tx.session
            member = (await members.by_ids(session, agency, [id_])).get(id_)
            if member is None:
                return None
            addresses = await members.addresses(session, agency, id_)
            return Held(
                MemberView(
                    member, addresses, await consents.stops_of_member(session, agency, id_),
                    (await choices.held(session, agency, [id_]))[id_]),
                consents=await _consents(session, agency, id_, addresses),
                messages=await _messages(session, agency, id_, addresses),
                replies=[
                    {**row, "from": addresses[row["from"]]} for row in await held.replies(session, agency, addresses)
                ],
                events=[_named(row, EVENT) for row in await members.events(session, agency, id_)],
                choices=[
                    {**_named(row, CHOICE), "said": choices.opened(session, row), "hash": bytes(row.hash).hex()}
                    for row in await choices.lines(session, agency, [id_])
                ],
                head=head,
            )  # fmt: skip


async def _consents(
    session: Session, agency: UUID, member: UUID, addresses: Mapping[bytes, str]
) -> list[dict[str, Any]]:  # fmt: skip
    rows = await consents.of_member(session, agency, member, after=None, limit=ALL)
    return [
        {
            **_named(row, LINE),
            "address": addresses.get(bytes(row.address_index)),
            "evidence": held.evidence(session, agency, row),
            "hash": row.hash and bytes(row.hash).hex(),
        }
        for row in rows
    ]


async def _messages(
    session: Session, agency: UUID, member: UUID, addresses: Mapping[bytes, str]
) -> list[dict[str, Any]]:  # fmt: skip
    heard, tried = defaultdict[UUID, list[Any]](list), defaultdict[UUID, list[Any]](list)
    for row in await timeline.receipts(session, agency, member):
        heard[row.attempt_id].append(_named(row, RECEIPT))
    for row in await timeline.attempts(session, agency, member):
        tried[row.message_id].append({**_named(row, ATTEMPT), "receipts": heard[row.id]})
    return [
        {
            **_named(row, MESSAGE),
            "address": addresses.get(bytes(row.value_index)) if row.value_index else None,
            "attempts": tried[row.id],
        }
        for row in await held.messages(session, agency, member)
    ]


def _named(row: Row[Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
