"""Switches at work: set, listed and lifted by people; asked by every claim before anything leaves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.db import agencies, switches
from app.db.transaction import Database, Row, Session, Transaction
from app.pipeline.ladders import Ladders
from app.pipeline.lanes import Lane
from app.pipeline.loads import limits_of
from app.queue import Job
from app.rules.agency import Agency
from app.rules.switches import REASONS, Mistake, SwitchAsked, SwitchKind, mistakes

AT_ONCE = 10_000
"""How many messages one transaction of a stop cancels; what is claimed meanwhile is stopped by its claim."""
STOPPED = REASONS[SwitchKind.STOP]


@dataclass(frozen=True, slots=True)
class BadSwitch:
    """A switch that cannot be set, field by field."""

    mistakes: tuple[Mistake, ...]


class Switches:
    """Sets and lifts switches."""

    def __init__(self, database: Database, *, ladders: Ladders) -> None:
        self._database, self._ladders = database, ladders

    async def set(self, agency: Agency, asked: SwitchAsked, by: str) -> dict[str, Any] | BadSwitch:
        """Set a switch; return it with what it changes, by step and channel."""
        async with self._database.transaction(agency.id) as tx:
            wrong = await self._mistakes(tx.session, agency, asked)
            if wrong:
                return BadSwitch(tuple(wrong))
            await switches.changing(tx.session, agency.id)
            id_ = await switches.add(tx.session, agency.id, asked, by)
            withdrawn = await switches.withdraw(tx.session, agency.id, id_, asked.kind)
            if withdrawn:
                await tx.enqueue(Job.WITHDRAW)
        if asked.kind is SwitchKind.STOP:
            await self._cancel(agency.id, id_)
        return await self._told(agency.id, id_, withdrawn=withdrawn)

    async def lift(self, agency: UUID, id_: UUID, by: str) -> dict[str, Any] | None:
        """Lift a switch: what it held is due at once, or spread as if it were planned today where the agency is paced.

        What it withdrew from a provider waits for its own time.
        What a stop canceled stays canceled; only what is planned from now on goes out again.
        """
        async with self._database.transaction(agency) as tx:
            if await switches.one(tx.session, agency, id_) is None:
                return None
            await switches.changing(tx.session, agency)
            lifted = await switches.lift(tx.session, agency, id_, by)
            let_go = await self._let_go(tx, agency, id_) if lifted else 0
            after = await switches.one(tx.session, agency, id_)
        return {**_plain(after), "resumed": let_go}

    @staticmethod
    async def _let_go(tx: Transaction, agency: UUID, id_: UUID) -> int:
        held_by = await agencies.by_id(tx.session, agency)
        paced = held_by is not None and bool(limits_of(held_by))
        if paced:
            await tx.enqueue(Job.PLAN, agency=str(agency))
        return await switches.let_go(tx.session, agency, id_, paced=paced)

    async def one(self, agency: UUID, id_: UUID) -> dict[str, Any] | None:
        """Return a switch."""
        async with self._database.transaction(agency) as tx:
            row = await switches.one(tx.session, agency, id_)
        return _plain(row) if row is not None else None

    async def every(
        self, agency: UUID, *, over: bool = False, before: UUID | None = None, limit: int = 1000
    ) -> list[dict[str, Any]]:
        """Return an agency's switches in force, the newest first; with `over` the others too."""
        async with self._database.transaction(agency) as tx:
            rows = await switches.listed(tx.session, agency, over=over, before=before, limit=limit)
        return [_plain(row) for row in rows]

    async def reminders(self, agency: UUID, id_: UUID, *, after: UUID | None, limit: int) -> list[dict[str, Any]]:
        """Return the reminders that a switch changes, from a cursor on: never words, addresses or names."""
        async with self._database.transaction(agency) as tx:
            rows = await switches.reminders(tx.session, agency, id_, after=after, limit=limit)
        return [_plain(row) for row in rows]

    async def _mistakes(self, session: Session, agency: Agency, asked: SwitchAsked) -> list[Mistake]:
        ladders = (await self._ladders.book(session, agency.id)).ladders
        programs = {program for ladder in ladders for program in ladder.programs}
        if asked.scope.program is not None and asked.scope.program not in programs:
            programs |= await switches.programs(session, agency.id)
        names = [ladder.name for ladder in ladders]
        return mistakes(asked, county=agency.county_code, ladders=names, programs=programs, now=session.now)

    async def _cancel(self, agency: UUID, id_: UUID) -> None:
        some = AT_ONCE
        while some == AT_ONCE:
            async with self._database.transaction(agency) as tx:
                some = await switches.cancel(tx.session, agency, id_, AT_ONCE)
                if some < AT_ONCE:
                    await tx.enqueue(Job.PLAN, agency=str(agency))

    async def _told(self, agency: UUID, id_: UUID, *, withdrawn: int) -> dict[str, Any]:
        async with self._database.transaction(agency) as tx:
            rows = await switches.counts(tx.session, agency, id_)
            by = [{"step": row.step, "channel": row.channel, "count": int(row.n)} for row in rows]
            total = sum(row["count"] for row in by)
            await switches.keep_count(tx.session, agency, id_, total)
            row = await switches.one(tx.session, agency, id_)
        return {**_plain(row), "changed": {"total": total, "withdrawn": withdrawn, "by": by}}


async def hold_back(
    session: Session, lane: Lane, due: list[Row[Any]], at: datetime
) -> tuple[list[Row[Any]], list[Row[Any]]]:
    """Part what may leave at a moment from what a switch stops; what one holds is put off to its end."""
    if not due or not await switches.any_in_force(session, lane.agency.id, lane.channel, at):
        return due, []
    found = {one.id: one for one in await switches.held_now(session, lane.agency.id, [row.id for row in due], at)}
    await switches.hold(session, [one for one in found.values() if one.reason != STOPPED])
    stopped = [row for row in due if row.id in found and found[row.id].reason == STOPPED]
    return [row for row in due if row.id not in found], stopped


def _plain(row: Row[Any] | None) -> dict[str, Any]:
    return dict(row._mapping) if row is not None else {}  # noqa: SLF001
