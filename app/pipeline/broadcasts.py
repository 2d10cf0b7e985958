"""Broadcasts: written by one person, approved by another, then laid out for whoever agreed to their purpose.

What is counted before is drafted by the same statements that lay it out after the approval. Whether each message
may go is asked once more when it is claimed, like a reminder's, by the consent for the broadcast's own purpose.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.db import agencies, audiences, broadcasts, drafting, planning
from app.db.columns import columns
from app.db.transaction import Database, Row, Session
from app.pipeline.calendars import Almanac
from app.pipeline.pacing import pace
from app.pipeline.wording import Phrasebook, Wording
from app.queue import Job
from app.rules.agency import Agency
from app.rules.broadcasts import (
    NO_CHANNEL,
    PRIORITY,
    Audience,
    BroadcastAsked,
    BroadcastStatus,
    Mistake,
    Who,
    add_up,
    mistakes,
)
from app.rules.facts import Channel
from app.rules.record import KIND_OF
from app.rules.wording import prepare
from app.rules.wording_values import agency_words
from schedules.calendar import Calendar
from schedules.ladders.slots import refused_by
from schedules.places import parse_place

OF_SLOTS: Final = ("slot_place", "slot_channel", "slot_due", "slot_month", "slot_fits", "slot_refused")
OF_WORDS: Final = ("word_wanted", "word_channel", "word_language", "word_version")


@dataclass(frozen=True, slots=True)
class BadBroadcast:
    """A broadcast that cannot be written, field by field."""

    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True)
class SamePerson:
    """Whoever wrote a broadcast may not approve it."""


@dataclass(frozen=True, slots=True)
class NotADraft:
    """What is no draft any more, or over, cannot be approved."""


class Broadcasts:
    """Keeps broadcasts, and lays out those that were approved."""

    def __init__(self, database: Database, *, wording: Wording, almanac: Almanac) -> None:
        self._database, self._wording, self._almanac = database, wording, almanac

    async def write(self, agency: Agency, asked: BroadcastAsked, who: Who) -> dict[str, Any] | BadBroadcast:
        """Write a draft; return it with how many people it would reach, and how many not and why."""
        async with self._database.transaction(agency.id) as tx:
            session = tx.session
            book = await self._wording.book(session)
            templates = {key: book.templates[version].purpose for (key, _), version in book.versions.items()}
            offered = [channel for channel in Channel if agency.sender(channel)]
            wrong = mistakes(asked, templates=templates, offered=offered, now=tx.now)
            wrong = wrong or _shut(self._almanac.calendar_of(agency), asked, asked.channels or offered, tx.now)
            if wrong:
                return BadBroadcast(tuple(wrong))
            starts_at, deadline_at = asked.span(tx.now)
            values: dict[str, Any] = {
                "template": asked.template, "purpose": templates[asked.template], "starts_at": starts_at,
                "deadline_at": deadline_at, "channels": [str(channel) for channel in asked.channels or offered],
            }  # fmt: skip
            audience = _plain(asked.audience)
            counts = await self._draft(session, agency, _Plan(tx.now, audience=audience, **values))
            id_ = await broadcasts.add(session, agency.id, values, who, audience=audience, counts=counts)
            return await self._shown(session, agency, id_)

    async def approve(self, agency: UUID, id_: UUID, who: Who) -> dict[str, Any] | SamePerson | NotADraft | None:
        """Approve another person's draft and have it laid out; None if there is no such broadcast."""
        async with self._database.transaction(agency) as tx:
            row = await broadcasts.one(tx.session, agency, id_, lock=True)
            if row is None:
                return None
            if who.is_same_as(Who(row.written_by, row.written_key)):
                return SamePerson()
            if row.status != BroadcastStatus.DRAFT or row.deadline_at <= tx.now:
                return NotADraft()
            await broadcasts.approve(tx.session, agency, id_, who)
            await tx.enqueue(Job.PLAN, agency=str(agency))
            return await self._shown(tx.session, await agencies.by_id(tx.session, agency), id_)

    async def cancel(self, agency: UUID, id_: UUID, who: Who) -> dict[str, Any] | None:
        """Cancel a broadcast: what has not left stays here, what a provider holds for later is withdrawn there."""
        async with self._database.transaction(agency) as tx:
            if await broadcasts.one(tx.session, agency, id_, lock=True) is None:
                return None
            if await broadcasts.cancel(tx.session, agency, id_, who):
                await tx.enqueue(Job.WITHDRAW)
            return await self._shown(tx.session, await agencies.by_id(tx.session, agency), id_)

    async def one(self, agency: UUID, id_: UUID) -> dict[str, Any] | None:
        """Return a broadcast with how far it has come; None if there is no such one."""
        async with self._database.transaction(agency) as tx:
            if await broadcasts.one(tx.session, agency, id_) is None:
                return None
            return await self._shown(tx.session, await agencies.by_id(tx.session, agency), id_)

    async def every(self, agency: UUID, *, before: UUID | None = None, limit: int = 1000) -> list[dict[str, Any]]:
        """Return an agency's broadcasts, the newest first."""
        async with self._database.transaction(agency) as tx:
            return [_told(row) for row in await broadcasts.listed(tx.session, agency, before=before, limit=limit)]

    async def plan(self, agency: UUID) -> int:
        """Lay out what was approved for an agency; return how many messages that added."""
        added = 0
        while (some := await self._plan_next(agency)) is not None:
            added += some
        return added

    async def _plan_next(self, agency_id: UUID) -> int | None:
        """Lay out one broadcast; None when none waits."""
        async with self._database.transaction(agency_id) as tx:
            session = tx.session
            await planning.one_planner(session, agency_id)
            row = await broadcasts.next_approved(session, agency_id)
            agency = await agencies.by_id(session, agency_id) if row else None
            if row is None or agency is None:
                return None
            counts = await self._draft(session, agency, _plan_of(row))
            await pace(session, agency, self._almanac.calendar_of(agency))
            added = await broadcasts.add_messages(session, agency_id, row)
            await broadcasts.planned(session, agency_id, row.id, counts)
            await tx.enqueue(Job.DISPATCH)
        return added

    async def _draft(self, session: Session, agency: Agency, asked: "_Plan") -> dict[str, Any]:
        """Draft a broadcast's messages, write none; return how many people hear it, and how many not and why."""
        await drafting.begin(session)
        await audiences.gather(session, _values(agency, asked))
        places, wanted = await audiences.met(session)
        book = await self._wording.book(session)
        calendar = self._almanac.calendar_of(agency)
        await audiences.fill(session, {
            "period": asked.written_at.astimezone(UTC).date().replace(day=1), "template": asked.template,
            "priority": PRIORITY, "deadline": asked.deadline_at,
            **columns(OF_SLOTS, [_slot(calendar, *one, asked, session.now) for one in places]),
            **columns(OF_WORDS, _words(book, asked.template, wanted)),
        })  # fmt: skip
        return add_up(*await audiences.counts(session))

    async def _shown(self, session: Session, agency: Agency | None, id_: UUID) -> dict[str, Any]:
        row = await broadcasts.one(session, agency.id, id_) if agency else None
        if row is None or agency is None:
            return {}
        progress = [dict(one._mapping) for one in await broadcasts.progress(session, agency.id, id_)]  # noqa: SLF001
        words = _readable(await self._wording.book(session), row, agency)
        return {**_told(row), "words": words, "progress": progress}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be laid out."""

    written_at: datetime
    template: str
    purpose: str
    audience: Mapping[str, Sequence[Any]]
    channels: Sequence[str]
    starts_at: datetime
    deadline_at: datetime


def _plan_of(row: Row[Any]) -> _Plan:
    return _Plan(row.written_at, row.template, row.purpose, row.audience, row.channels, row.starts_at, row.deadline_at)


def _values(agency: Agency, asked: _Plan) -> dict[str, Any]:
    """Return what the statements ask for that find the audience; None narrows nothing."""
    said = asked.audience
    narrowing = {name: list(said[name]) or None for name in ("languages", "programs", "statuses", "zones", "states")}
    channels = [Channel(channel) for channel in asked.channels]
    return {
        **narrowing, "months": [date.fromisoformat(day) for day in said["renewal_months"]] or None,
        "chosen": list(said["channels"]) or None, "agency": agency.id, "agency_zone": agency.timezone,
        "purpose": asked.purpose, "kind_channel": [str(channel) for channel in channels],
        "kind": [KIND_OF[channel] for channel in channels],
        "kind_refused": [None if agency.sender(channel) else "no_sender" for channel in channels],
    }  # fmt: skip


def _shut(calendar: Calendar, asked: BroadcastAsked, channels: Sequence[Channel], now: datetime) -> list[Mistake]:
    """Return what is wrong where the agency's own clock lets nothing out between start and deadline."""
    starts, deadline = asked.span(now)
    place = parse_place(f"{calendar.hours.zone};")
    found = [calendar.next_opening(place, channel, starts) for channel in channels]
    if not channels or any(one is not None and one.opens_at < deadline for one in found):
        return []
    return [Mistake("deadline_at", "nothing may go out between the start and this time; give a longer time")]


def _slot(calendar: Calendar, place: str, channel: str, asked: _Plan, now: datetime) -> tuple[Any, ...]:
    """Return when a broadcast is due at a place; who cannot be reached is counted as if by text."""
    starts = max(asked.starts_at, now)
    by = Channel.SMS if channel == NO_CHANNEL else channel
    where = parse_place(place)
    opening = calendar.next_opening(where, by, starts)
    fits = opening is not None and opening.opens_at < asked.deadline_at
    refused = None if fits else refused_by(where, by, starts, asked.deadline_at, calendar=calendar)
    due = opening.opens_at if opening is not None and fits else starts
    return place, channel, due, due.astimezone(ZoneInfo(calendar.hours.zone)).date().replace(day=1), fits, refused


def _words(book: Phrasebook, template: str, wanted: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return the version in which each reader gets the template, none where it may not be sent.

    A channel without words for it has no row.
    """
    found = []
    for language in wanted:
        for channel in Channel:
            try:
                own, version = book.version(template, channel, language)
            except KeyError:
                continue
            found.append((language, str(channel), own, version if book.may_send(version) else None))
    return found


def _readable(book: Phrasebook, row: Row[Any], agency: Agency) -> list[dict[str, Any]]:
    """Return the words that whoever approves it should read: each language that it goes out in, with the agency's own.

    What differs from message to message stays a mark.
    """
    shared = agency_words(agency)
    languages = sorted({one["language"] for one in row.counts["reached"]})
    held = [(language, book.versions.get((row.template, language))) for language in languages]
    found = [(language, book.templates[version]) for language, version in held if version is not None]
    return [
        {
            "language": language,
            "review": str(template.review),
            "text": prepare(template.sms, shared).source if template.sms else "",
        }
        for language, template in found
    ]


def _told(row: Row[Any]) -> dict[str, Any]:
    """Return a broadcast as plain values; keys are not told."""
    hidden = {"written_key", "approved_key"}
    return {name: value for name, value in row._mapping.items() if name not in hidden}  # noqa: SLF001


def _plain(audience: Audience) -> dict[str, list[str]]:
    return {
        name: [str(value) for value in several] for name, several in asdict(audience).items() if name != "zip_prefixes"
    }
