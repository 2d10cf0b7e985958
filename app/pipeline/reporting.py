"""Reporting: reads only. Deliveries by any axis, messages, and each member's timeline with its reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.db import cells, choices, consents, members, messages, reports
from app.db.sealed import associated
from app.db.transaction import Database, Row, Session
from app.rules.choices import Limits
from app.rules.histogram import percentile
from app.rules.record import Member
from app.rules.statuses import Status

AXES = tuple(reports.AXES)
COUNTS = tuple(str(status) for status in Status)


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """Which months (first days, both included), grouped by what, filtered how."""

    first: date
    last: date
    axes: tuple[str, ...] = ("channel",)
    channel: str | None = None
    language: str | None = None
    step: str | None = None
    template: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The rows of a report and its totals, as plain values."""

    rows: list[dict[str, Any]]
    totals: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member with contact points opened, for those who may read members."""

    member: Member
    addresses: dict[bytes, str] = field(repr=False)
    stops: set[tuple[bytes, str]] = field(repr=False)
    limits: Limits = field(default_factory=Limits)


class Reporting:
    """Answers questions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def now(self) -> datetime:
        """Return business time."""
        async with self._database.transaction(None) as tx:
            return tx.now

    async def deliveries(self, agency: UUID, asked: ReportAsked) -> Report:
        """Return the deliveries report."""
        filters = {name: getattr(asked, name) for name in ("first", "last", "channel", "language", "step", "template")}
        async with self._database.transaction(agency) as tx:
            rows, totals = await reports.deliveries(tx.session, agency, asked.axes, filters)
        return Report([_figures(row, asked.axes) for row in rows], _figures(totals, ()))

    async def roll_up(self) -> int:
        """Move what changed lately into the report's cells; return how many lines that were."""
        moved = 0
        while True:
            async with self._database.transaction(None) as tx:
                lines = await cells.roll_up(tx.session)
            moved += lines
            if lines < cells.LINES_AT_ONCE:
                return moved

    async def recounted(self, agency: UUID, month: date) -> int:
        """Return how many cells of a month's report differ from a count of its messages; there should be none."""
        async with self._database.transaction(agency) as tx:
            return await cells.differing(tx.session, agency, month)

    async def plan(self, agency: UUID, until: datetime) -> Sequence[Row[Any]]:
        """Return what is planned until a moment, by day, channel, language, status and reason."""
        async with self._database.transaction(agency) as tx:
            return await reports.plan(tx.session, agency, until)

    async def messages(
        self, agency: UUID, filters: Mapping[str, Any], *, before: tuple[datetime, UUID] | None, limit: int
    ) -> list[dict[str, Any]]:
        """Return messages, newest first, without the words and addresses."""
        async with self._database.transaction(agency) as tx:
            wanted = {**filters, "member": None}
            if filters.get("member_ref") is not None:
                found = await members.by_refs(tx.session, agency, [filters["member_ref"]])
                if not found:
                    return []
                wanted["member"] = found[filters["member_ref"]].id
            wanted.pop("member_ref", None)
            rows = await messages.listed(tx.session, agency, wanted, before=before, limit=limit)
            return [_message(tx.session, agency, row) for row in rows]

    async def message(self, agency: UUID, id_: UUID) -> dict[str, Any] | None:
        """Return one message with its attempts and receipts."""
        async with self._database.transaction(agency) as tx:
            row = await messages.one(tx.session, agency, id_)
            if row is None:
                return None
            attempts = [dict(a._mapping) for a in await messages.attempts(tx.session, agency, id_)]  # noqa: SLF001
            heard = [dict(r._mapping) for r in await messages.receipts(tx.session, agency, id_)]  # noqa: SLF001
            settled = [dict(s._mapping) for s in await messages.settlements(tx.session, agency, id_)]  # noqa: SLF001
            inner = {"attempts": attempts, "receipts": heard, "settlements": settled}
            return {**_message(tx.session, agency, row), **inner}

    async def unaccounted(self, agency: UUID) -> int:
        """Return how many reminders are missing or overdue: renewals without a row, rows past their deadline."""
        async with self._database.transaction(agency) as tx:
            return await reports.unaccounted(tx.session, agency)

    async def accepted_twice(self, agency: UUID, references: Sequence[str]) -> int:
        """Return how many messages a provider accepted more than once, by the references in its own book."""
        attempts = [attempt for one in references if (attempt := self._database.index.attempt(one)) is not None]
        async with self._database.transaction(agency) as tx:
            return await messages.attempted_twice(tx.session, agency, attempts)

    async def settle(self, agency: UUID, id_: UUID, status: str, *, reason: str, by: str) -> bool:
        """Settle an `unknown` message by a person's word; say whether there was one."""
        async with self._database.transaction(agency) as tx:
            return await messages.settle(tx.session, agency, id_, status, reason=reason, by=by)

    async def member(self, agency: UUID, ref: str) -> MemberView | None:
        """Return a member by the agency's own reference."""
        async with self._database.transaction(agency) as tx:
            member = (await members.by_refs(tx.session, agency, [ref])).get(ref)
            if member is None:
                return None
            addresses = await members.addresses(tx.session, agency, member.id)
            stops = await consents.stops_of_member(tx.session, agency, member.id)
            limits = await choices.held(tx.session, agency, [member.id])
            return MemberView(member, addresses, stops, limits[member.id])

    async def member_consents(
        self, agency: UUID, member: UUID, *, after: UUID | None = None, limit: int = 1000
    ) -> Sequence[Row[Any]]:
        """Return a member's lines of the consent ledger, oldest first."""
        async with self._database.transaction(agency) as tx:
            return await consents.of_member(tx.session, agency, member, after=after, limit=limit)


def _figures(row: Row[Any], axes: Sequence[str]) -> dict[str, Any]:
    counts = {name: int(getattr(row, name)) for name in COUNTS}
    handed = int(row.handed)
    return {
        **{axis: getattr(row, axis) for axis in axes},
        **counts,
        "total": int(row.total),
        "segments": int(row.segments),
        "cost": float(row.cost),
        "delivery_rate": round(counts["delivered"] / handed, 4) if handed else None,
        "p50_seconds": _rounded(percentile(_histogram(row), 0.5)),
        "p95_seconds": _rounded(percentile(_histogram(row), 0.95)),
    }


def _histogram(row: Row[Any]) -> list[tuple[int, int]]:
    return [(bucket, int(count)) for bucket, count in zip(row.buckets or (), row.counts or (), strict=True)]


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(float(seconds), 3)


def _message(session: Session, agency: UUID, row: Row[Any]) -> dict[str, Any]:
    ref = None
    if row.ref_sealed is not None:
        ref = session.ring.open(row.ref_sealed, associated("member.ref", agency, row.member_id))
    shown = {name: value for name, value in row._mapping.items() if name not in {"ref_sealed", "member_id"}}  # noqa: SLF001
    return {**shown, "member_ref": ref}
