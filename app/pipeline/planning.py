"""Planning: adds the reminders that ladder, status and consent ask for; in sets, and again without harm."""

from datetime import date, datetime
from typing import Any, NoReturn
from uuid import UUID
from zoneinfo import ZoneInfo

from app.db import agencies, planning, reports
from app.db.transaction import Database, Session
from app.pipeline.wording import Phrasebook, Wording
from app.queue import Job
from app.rules.agency import Agency
from app.rules.facts import Channel
from app.rules.record import KIND_OF
from app.rules.wording import NOTHING, fill
from app.rules.wording_checks import Measure, sample_words
from app.rules.wording_values import agency_words
from schedules.ladders import Ladder, Slot, Step, slots

CHUNK = 20_000
"""How many renewals one transaction plans."""


class Planning:
    """Plans the renewals that are marked to be planned, agency by agency."""

    def __init__(self, database: Database, *, ladder: Ladder, wording: Wording, measure: Measure) -> None:
        self._database, self._ladder, self._wording = database, ladder, wording
        self._measure = measure

    async def waiting(self) -> int:
        """Plan whatever waits, for all agencies; return how many rows that added."""
        async with self._database.transaction(None) as tx:
            waiting = await planning.agencies_waiting(tx.session)
        return sum([await self.agency(agency) for agency in waiting])

    async def agency(self, agency: UUID) -> int:
        """Plan what waits for one agency, a chunk a transaction."""
        added = 0
        while (chunk := await self._chunk(agency)) is not None:
            added += chunk
        return added

    async def preview(self, agency: Agency, until: datetime) -> list[dict[str, Any]]:
        """Return what would be sent until a moment, with segments and cost; plans in a transaction it takes back."""
        found: list[dict[str, Any]] = []
        try:
            async with self._database.transaction(agency.id) as tx:
                while await self._plan_some(tx.session, agency.id) is not None:
                    pass
                book = await self._wording.book(tx.session)
                found = [
                    self._costed(dict(row._mapping), agency, book)  # noqa: SLF001
                    for row in await reports.plan(tx.session, agency.id, until)
                ]
                take_back()
        except _OnlyLookedError:
            pass
        return found

    async def _chunk(self, agency_id: UUID) -> int | None:
        async with self._database.transaction(agency_id) as tx:
            added = await self._plan_some(tx.session, agency_id)
            if added is not None:
                await tx.enqueue(Job.DISPATCH)
        return added

    async def _plan_some(self, session: Session, agency_id: UUID) -> int | None:
        """Plan a chunk of what waits; None when nothing waits."""
        await planning.one_planner(session, agency_id)
        renewals = await planning.take(session, agency_id, CHUNK)
        agency = await agencies.by_id(session, agency_id)
        if not renewals or agency is None:
            return None
        book, added = await self._wording.book(session), 0
        for step in self._ladder.steps:
            values = await self._values(session, agency, step, renewals)
            values |= await self._words(session, agency_id, step, renewals, book)
            added += await planning.plan(session, values)
        return added

    def _costed(self, row: dict[str, Any], agency: Agency, book: Phrasebook) -> dict[str, Any]:
        """Add to a row of the plan how many text segments it takes, which character makes them short, and its cost."""
        messages, segments, forced_by = row.pop("n"), 0, ""
        if row["status"] == "planned" and row["channel"] == Channel.SMS:
            template = book.template(self._ladder.steps[0].template, row["language"])
            words = {**sample_words(row["language"]), **agency_words(agency)}
            size = self._measure(fill(template.sms or NOTHING, words))
            segments, forced_by = messages * max(size.count, 1), size.cause
        price = {"sms": agency.prices["sms_segment"] * segments, "voice": agency.prices["call_minute"] * messages,
                 "email": agency.prices["email"] * messages}  # fmt: skip
        cost = price.get(row["channel"], 0.0) if row["status"] == "planned" else 0.0
        return {**row, "messages": messages, "segments": segments, "forced_by": forced_by, "cost": round(cost, 4)}

    async def _values(self, session: Session, agency: Agency, step: Step, renewals: list[UUID]) -> dict[str, Any]:
        """Return the small tables that SQL joins: when (zone x channel x month), and which channels there are."""
        months, zones = await planning.months_and_zones(session, agency.id, renewals)
        table = slot_table(step, agency, zones=zones, months=months, now=session.now)
        return {
            "agency": agency.id,
            "agency_zone": agency.timezone,
            "renewals": renewals,
            "program": self._ladder.program,
            "step": step.key,
            "template": step.template,
            "allowed": sorted(step.allowed_statuses),
            "now": session.now,
            "kind_channels": [str(channel) for channel in Channel],
            "kinds": [KIND_OF[channel] for channel in Channel],
            "kind_refused": [None if agency.sender(channel) else "no_sender" for channel in Channel],
            "slot_zones": [slot.zone for slot in table],
            "slot_channels": [slot.channel for slot in table],
            "slot_renewal_months": [slot.renewal_month for slot in table],
            "slot_first_due": [slot.first_due_at for slot in table],
            "slot_due": [slot.due_at for slot in table],
            "slot_deadline": [slot.deadline_at for slot in table],
            "slot_months": [slot.month for slot in table],
            "slot_fits": [slot.fits for slot in table],
        }

    async def _words(
        self, session: Session, agency: UUID, step: Step, renewals: list[UUID], book: Phrasebook
    ) -> dict[str, Any]:
        """Return the language table: who wants which language reads which version."""
        wanted = {"en", *await planning.languages(session, agency, renewals)}
        found = {language: book.version(step.template, Channel.SMS, language) for language in sorted(wanted)}
        return {
            "word_wanted": list(found),
            "word_language": [language for language, _ in found.values()],
            "word_version": [version for _, version in found.values()],
        }


class _OnlyLookedError(Exception):
    """Takes a preview's transaction back."""


def take_back() -> NoReturn:
    """End the transaction without keeping anything of it."""
    raise _OnlyLookedError


def slot_table(step: Step, agency: Agency, *, zones: list[str], months: list[date], now: datetime) -> list[Slot]:
    """Return when a step is due and by when, for each zone, channel and renewal month."""
    return slots(
        step,
        channels=[str(channel) for channel in Channel],
        zones=[ZoneInfo(zone) for zone in sorted({*zones, agency.timezone})],
        months=months,
        now=now,
        agency_zone=ZoneInfo(agency.timezone),
    )
