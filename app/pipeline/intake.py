"""Intake: county events come in, are kept sealed, applied in sets, and cancel what no longer fits."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from uuid_utils.compat import uuid7

from app.db import consents, county_events, members, planning
from app.db.county_events import Kept
from app.db.transaction import Database, Session, Transaction
from app.queue import Job
from app.rules.facts import Consent, CountyEvent, Email, MemberUpdated, Phone
from app.rules.folding import Applied, Tools, apply
from app.rules.merging import absorb
from app.rules.phones import PhoneRead, read_phone
from app.rules.record import KIND_OF, Member, index_form
from app.rules.times import too_far_ahead
from app.rules.zones import zone_of_zip


@dataclass(frozen=True, slots=True)
class EventResult:
    """What became of one event: `applied`, `unchanged` (applied, nothing new), `duplicate`, `stale`, `rejected`."""

    id: str
    status: str
    problem: str = ""
    """For a rejected event: the slug of the problem (`event-conflict`, `event-from-the-future`)."""


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

    def __init__(self, database: Database, *, allowed_statuses: frozenset[str]) -> None:
        self._database, self._allowed = database, sorted(allowed_statuses)

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
        return [results[place] for place in range(len(events))]

    async def _begin(self, session: Session, agency: UUID, events: Sequence[CountyEvent]) -> _Work:
        known = await county_events.known(session, agency, events)
        held = await members.by_refs(session, agency, {event.subject for event in events}, lock=True)
        tools = Tools(
            new_id=uuid7,
            index=lambda kind, value: session.index.of(f"contact_point.{kind}", agency, index_form(kind, value)),
            zone_of_phone=zone_of_number,
            zone_of_zip=zone_of_zip,
        )
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
            if person is None:
                continue
            if subject in held:
                absorb(held[subject], person, tools.new_id())
                absorbed.append(person)
            else:
                person.ref, person.touched, person.changed = subject, True, True
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
        await members.save(work.session, work.agency, people)
        await consents.save(work.session, work.agency, people)
        await self._lift_stops(work)
        await county_events.keep(work.session, work.agency, work.kept)
        changed = [member.id for member in people if member.changed]
        if changed:
            await planning.cancel_what_no_longer_fits(work.session, work.agency, changed, self._allowed)
            await tx.enqueue(Job.PLAN, agency=str(work.agency))

    async def _lift_stops(self, work: _Work) -> None:
        """A yes that the county reports for one address by an event of its own lifts an earlier stop of it."""
        for kept in work.kept:
            facts = kept.event.facts
            if kept.outcome != "applied" or not isinstance(facts, Consent) or not _lifts(facts):
                continue
            for channel in [facts.channel] if facts.channel else KIND_OF:
                index = work.tools.index(KIND_OF[channel], facts.address or "")
                await consents.lift_stop(work.session, work.agency, index, channel, facts.at or kept.event.time)


PURPOSE = "renewal"
_WORDS = {Applied.CHANGED: "applied", Applied.UNCHANGED: "unchanged", Applied.STALE: "stale"}


def _lifts(facts: Consent) -> bool:
    """Say whether a consent is a yes to reminders for one address."""
    return facts.granted and bool(facts.address) and facts.purpose == PURPOSE


def _order(event: CountyEvent) -> tuple[object, ...]:
    return event.time, event.source, event.id


def _listed(facts: MemberUpdated) -> list[Phone | Email]:
    lists = (facts.phones, facts.emails)
    return [entry for one in lists if isinstance(one, tuple) for entry in one]


def _value(entry: Phone | Email) -> str:
    return entry.number if isinstance(entry, Phone) else entry.address


def zone_of_number(number: str) -> str | None:
    """Return the zone of a phone number, if it has only one."""
    read = read_phone(number)
    return read.zone if isinstance(read, PhoneRead) else None
