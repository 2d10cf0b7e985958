"""Telling a member's timeline: the past as it is kept, the future by the rules that send; nothing is written."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from app.db import agencies, consents, drafting, members, timeline
from app.db.transaction import Database, Row, Session, Transaction
from app.pipeline.drafting import Drafting
from app.pipeline.laying_out import Rules
from app.pipeline.timeline.entries import Drafted, Known, Tries, of_consent, of_event, of_messages
from app.pipeline.timeline.silence import silent
from app.rules.agency import Agency
from app.rules.explaining.cycles import Foreseen, foreseen
from app.rules.explaining.known import known
from app.rules.record import Member
from schedules.ladders.model import Anchor, Offset
from schedules.months import add_months, month_of

MONTHS_AHEAD: Final = 13
"""A year, and the month in which the next one begins."""
MONTHS_BEFORE: Final = 6
"""So long before its month a renewal's first step may begin."""
LINES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Told:
    """A member's timeline in the order of time, at its end what is not said; what is known, and when this was so."""

    entries: list[dict[str, Any]]
    known: list[str]
    now: datetime


class Timeline:
    """Tells what was, what will be and what will not, and why."""

    def __init__(self, database: Database, *, drafting: Drafting) -> None:
        self._database, self._drafting = database, drafting

    async def of(self, agency: UUID, ref: str) -> Told | None:
        """Return the timeline of a member by the agency's own reference."""
        async with self._database.transaction(agency) as tx:
            member = (await members.by_refs(tx.session, agency, [ref])).get(ref)
            owner = await agencies.by_id(tx.session, agency)
            if member is None or owner is None:
                return None
            return Told(await self._entries(tx, owner, member), known(member), tx.now)

    async def _entries(self, tx: Transaction, agency: Agency, member: Member) -> list[dict[str, Any]]:
        said = [of_event(row) for row in await members.events(tx.session, agency.id, member.id)]
        lines = await consents.of_member(tx.session, agency.id, member.id, after=None, limit=LINES)
        rows = await timeline.messages(tx.session, agency.id, member.id)
        tries = await _tries(tx.session, agency.id, member.id)
        rules = await self._drafting.rules(tx.session, agency)
        drafted = await self._draft(tx.session, agency, member, rules)
        facts = Known(agency, member, rules, tx.now, tries, drafted.near)
        entries = _in_order([*said, *map(of_consent, lines), *of_messages(facts, rows, drafted)])
        last = max([tx.now, *(entry["at"] for entry in entries)])
        return entries + _in_order([{**entry, "at": last} for entry in silent(facts, rows, drafted)])

    async def _draft(self, session: Session, agency: Agency, member: Member, rules: Rules) -> Drafted:
        """Work out what is to come for one member, the next renewals included."""
        today = rules.day(session.now)
        last = Offset(Anchor.ON, months=MONTHS_AHEAD).day(today, {})
        until = datetime.combine(last, time(), ZoneInfo(agency.timezone))
        await drafting.begin(session)
        await timeline.choose(session, agency.id, member.id)
        values = await self._drafting.gather(session, agency, rules, until, foreseen=True)
        next_ones = _next_ones(member, rules, today, last)
        await timeline.foresee(session, member.id, member.status, next_ones)
        await self._drafting.lay_out(session, rules, values, until)
        return Drafted(
            await timeline.drafted(session, agency.id), await timeline.occasions(session),
            await timeline.reach(session), await timeline.near(session, member.id),
            {one.id: one for one in next_ones},
        )  # fmt: skip


def _in_order(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(entries, key=lambda entry: (entry["at"], entry["what"], entry["summary"]))


def _next_ones(member: Member, rules: Rules, today: date, last: date) -> list[Foreseen]:
    return foreseen(
        member.renewals.values(), since=month_of(today), until=add_months(month_of(last), MONTHS_BEFORE),
        cycle=rules.constants.effective_cycle, new_id=uuid7,
    )  # fmt: skip


async def _tries(session: Session, agency: UUID, member: UUID) -> Tries:
    """Return every try of each message, with what the provider said of it."""
    heard: dict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in await timeline.receipts(session, agency, member):
        heard[row.attempt_id].append(row)
    found: dict[UUID, list[tuple[Row[Any], Sequence[Row[Any]]]]] = defaultdict(list)
    for row in await timeline.attempts(session, agency, member):
        found[row.message_id].append((row, heard[row.id]))
    told: Mapping[UUID, Sequence[tuple[Row[Any], Sequence[Row[Any]]]]] = found
    return told
