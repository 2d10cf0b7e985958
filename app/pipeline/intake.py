"""Intake: county events come in, are kept sealed, applied in sets, and cancel what no longer fits."""

import hmac
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from app import metrics
from app.crashpoints import crashpoint
from app.db import agencies, choices, consents, county_events, member_details, members, planning
from app.db.county_events import Kept
from app.db.transaction import AWAY, Database, Session, Transaction
from app.pipeline.calendars import Almanac
from app.pipeline.ladders import Ladders
from app.pipeline.together import Together
from app.pipeline.withdrawing import withdraw_what_no_longer_fits
from app.queue import Job
from app.rules.facts import Consent, CountyEvent, Email, MemberLeft, MemberUpdated, Phone
from app.rules.folding import Applied, Tools, apply
from app.rules.merging import absorb, is_of_somebody_else
from app.rules.occasions import settle
from app.rules.placing import lacks_numbers, place_points, to_be_placed
from app.rules.record import Member, index_form
from app.rules.times import too_far_ahead
from app.rules.zones import PACIFIC

AT_ONCE = 1000
"""How many members one transaction completes."""
IN_ONE_GO = 500
"""How many events of different requests share a transaction; one request's events are never parted."""
MAY_WAIT = 10_000
"""How many events wait for a transaction before further ones are told to come again."""


@dataclass(frozen=True, slots=True)
class EventResult:
    """What became of one event: `applied`, `unchanged` (applied, nothing new), `duplicate`, `stale`, `rejected`."""

    id: str
    status: str
    problem: str = ""
    """For a rejected event: the slug of the problem (`event-conflict`, `event-from-the-future`, `own-county`)."""


@dataclass(slots=True)
class _Work:
    """One batch while it is applied."""

    session: Session
    agency: UUID
    tools: Tools
    members: dict[str, Member]
    known: dict[tuple[str, str], bytes]
    merged: list[Member]
    kept: list[Kept] = field(default_factory=list)


class Intake:
    """Applies county events; one agency's events one batch at a time, so that none overtakes another."""

    def __init__(self, database: Database, *, ladders: Ladders, almanac: Almanac) -> None:
        self._database, self._ladders, self._almanac = database, ladders, almanac
        self._together = Together(self._several, most=IN_ONE_GO, room=MAY_WAIT, shared=AWAY)

    async def take(self, agency: UUID, events: Sequence[CountyEvent]) -> Sequence[EventResult]:
        """Apply one request's events, in one transaction with those of others that arrive meanwhile.

        The result is that of `apply`; raises `NotNow` if too many wait or the database is away.
        """
        return await self._together.do(agency, events, len(events))

    async def apply(self, agency: UUID, events: Sequence[CountyEvent], *, dry_run: bool = False) -> list[EventResult]:
        """Apply events in the order of their `time` and return a result for each, in the order given.

        `dry_run` says what would become of them and writes nothing.
        """
        async with self._database.transaction(agency) as tx:
            await county_events.one_at_a_time(tx.session, agency)
            work = await self._begin(tx.session, agency, events)
            results = {
                place: self._one(work, events[place])
                for place in sorted(range(len(events)), key=lambda at: _order(events[at]))
            }
            if not dry_run:
                await self._save(tx, work)
                crashpoint("intake.storing")
        crashpoint("intake.stored")
        for status, count in Counter(one.status for one in results.values() if not dry_run).items():
            metrics.EVENTS.labels(status).inc(count)
        return [results[place] for place in range(len(events))]

    async def _several(
        self, agency: UUID, requests: Sequence[Sequence[CountyEvent]]
    ) -> Sequence[Sequence[EventResult]]:  # fmt: skip
        results = iter(await self.apply(agency, [event for request in requests for event in request]))
        return [[next(results) for _ in request] for request in requests]

    async def catch_up(self) -> int:
        """Complete members held since before the service kept what falls due for them and where; return how many."""
        async with self._database.transaction(None) as tx:
            every = await agencies.every(tx.session)
        done = 0
        for agency in every:
            while people := await self._complete_some(agency.id):
                done += people
        return done

    async def _complete_some(self, agency: UUID) -> int:
        async with self._database.transaction(agency) as tx:
            await county_events.one_at_a_time(tx.session, agency)
            ids = await members.unplaced(tx.session, agency, AT_ONCE)
            people = list((await members.by_ids(tx.session, agency, ids, lock=True)).values()) if ids else []
            for member in people:
                member.touched = member.changed = True
            await _complete(_Work(tx.session, agency, await self._tools(tx.session, agency), {}, {}, []), people)
            await members.save(tx.session, agency, people)
            if people:
                await tx.enqueue(Job.PLAN, agency=str(agency))
        return len(people)

    async def _tools(self, session: Session, agency: UUID) -> Tools:
        profile = await agencies.by_id(session, agency)

        @cache  # an event's addresses are asked for by list, consent and merging
        def index(kind: str, value: str) -> bytes:
            return session.index.of(f"contact_point.{kind}", agency, index_form(kind, value))

        return Tools(
            new_id=uuid7,
            index=index,
            zone=ZoneInfo(profile.timezone if profile else PACIFIC),
            cycle=self._almanac.constants.effective_cycle,
            county=profile.county_code if profile else "",
        )

    async def _begin(self, session: Session, agency: UUID, events: Sequence[CountyEvent]) -> _Work:
        known = await county_events.known(session, agency, events)
        whole = {event.subject for event in events if isinstance(event.facts, MemberUpdated | Consent)}
        subjects = {event.subject for event in events}
        held = await members.by_refs(session, agency, subjects, lock=True, whole=whole)
        tools = await self._tools(session, agency)
        merged = await self._merge_provisional(session, agency, events, held, tools)
        return _Work(session, agency, tools, held, known, merged)

    async def _merge_provisional(
        self, session: Session, agency: UUID, events: Sequence[CountyEvent], held: dict[str, Member], tools: Tools
    ) -> list[Member]:
        """A county record with a signed-up person's address is that person's record: it takes the sign-up over.

        A first record becomes the provisional member itself; a record we hold absorbs it. Returns the absorbed.
        """
        listed = {
            tools.index("phone" if isinstance(entry, Phone) else "email", _value(entry)): event.subject
            for event in events
            if isinstance(event.facts, MemberUpdated)
            and not too_far_ahead(event.time, session.now, session.machine_now)
            for entry in _listed(event.facts)
        }
        provisional = await members.provisional_by_address(session, agency, list(listed))
        people = await members.by_ids(session, agency, list(set(provisional.values())), lock=True)
        absorbed = []
        for address, id_ in provisional.items():
            subject, person = listed[address], people.pop(id_, None)
            if person is None or (subject in held and is_of_somebody_else(held[subject], address)):
                continue
            if subject in held:
                absorb(held[subject], person, tools.new_id())
                absorbed.append(person)
            else:
                person.ref, person.ref_said, person.touched, person.changed = subject, True, True, True
                held[subject] = person
        return absorbed

    def _one(self, work: _Work, event: CountyEvent) -> EventResult:
        digest = county_events.digest(work.session, work.agency, event.payload)
        before = work.known.get((event.source, event.id))
        if before is not None:
            same = hmac.compare_digest(before, digest)
            return EventResult(event.id, "duplicate") if same else EventResult(event.id, "rejected", "event-conflict")
        if too_far_ahead(event.time, work.session.now, work.session.machine_now):
            return EventResult(event.id, "rejected", "event-from-the-future")
        if isinstance(event.facts, MemberLeft) and event.facts.to_county_code == work.tools.county:
            return EventResult(event.id, "rejected", "own-county")
        member = work.members.get(event.subject)
        if member is None:
            member = Member(uuid7(), event.subject, new=True)
            work.members[event.subject] = member
        applied = apply(event, member, work.tools)
        work.known[event.source, event.id] = digest
        stale = applied is Applied.STALE
        work.kept.append(Kept(event, member.id, "stale" if stale else "applied", digest))
        return EventResult(event.id, _WORDS[applied])

    async def _save(self, tx: Transaction, work: _Work) -> None:
        people = [*work.members.values(), *work.merged]
        await _complete(work, people)
        await members.save(work.session, work.agency, people)
        lifted = await consents.save(work.session, work.agency, people)
        await members.mark_for_planning(work.session, work.agency, list(lifted))
        for person in work.merged:
            if person.merged_into is not None:
                await choices.take_over(work.session, work.agency, gone=person.id, into=person.merged_into)
        await county_events.keep(work.session, work.agency, work.kept)
        changed = [member.id for member in people if member.changed or member.id in lifted]
        if changed:
            book = await self._ladders.book(work.session, work.agency)
            await planning.cancel_what_no_longer_fits(work.session, work.agency, changed, book.allowed)
            await withdraw_what_no_longer_fits(tx, work.agency, changed, book.allowed)
            await tx.enqueue(Job.PLAN, agency=str(work.agency))


async def _complete(work: _Work, people: Sequence[Member]) -> None:
    """Add what follows from the facts of those who changed: what falls due for them, and where they are."""
    changed = [member for member in people if member.changed]
    today = work.session.now.astimezone(work.tools.zone).date()
    for member in changed:
        settle(member, zone=work.tools.zone, today=today, new_id=work.tools.new_id)
    moved = [member for member in changed if to_be_placed(member)]
    asked = [member.id for member in moved if lacks_numbers(member)]
    opened = await member_details.numbers(work.session, work.agency, asked)
    for member in moved:
        place_points(member, opened.get(member.id, {}))


_WORDS = {Applied.CHANGED: "applied", Applied.UNCHANGED: "unchanged", Applied.STALE: "stale"}


def _order(event: CountyEvent) -> tuple[object, ...]:
    return event.time, event.source, event.id


def _listed(facts: MemberUpdated) -> list[Phone | Email]:
    lists = (facts.phones, facts.emails)
    return [entry for one in lists if isinstance(one, tuple) for entry in one]


def _value(entry: Phone | Email) -> str:
    return entry.number if isinstance(entry, Phone) else entry.address
