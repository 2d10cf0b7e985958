"""Choices: what people say on their page of how, when and of what we remind them: kept line by line, and acted on.

A phone that a family shares speaks for all who list it: the page shows the first of them and changes them all. What is
planned keeps to a choice from the same transaction on; planning then finds it a better time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from uuid_utils.compat import uuid7

from app.db import agencies, choices, consents, members, planning, safe_words
from app.db.transaction import Database, Transaction
from app.pipeline.calendars import Almanac
from app.pipeline.consent import PURPOSE, Consents, Wish
from app.pipeline.ladders import Ladders
from app.pipeline.withdrawing import withdraw_what_no_longer_fits
from app.queue import Job
from app.rules.agency import Agency
from app.rules.choices import (
    BASIS,
    BY_PAGE,
    PURPOSES,
    ChoiceFault,
    Chosen,
    Limits,
    Visit,
    Wanted,
    differences,
    in_force,
    with_the_rest,
)
from app.rules.facts import Channel, LineKind
from app.rules.record import KIND_OF, Member
from schedules.places import Place, parse_place

ORDER: Final = (Channel.SMS, Channel.VOICE, Channel.EMAIL)
WORDING: Final = "v1"
"""The consent wording that stands beside a channel to which nobody said yes yet."""
PURPOSE_WORDING: Final = "page_preferences.purpose_{purpose}"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the page shows."""

    agency: Agency
    chosen: Chosen
    offered: tuple[Channel, ...]
    proven: tuple[Channel, ...]
    """The channels of the address that the visitor has shown to hold."""
    today: date


class Choices:
    """Shows and keeps what people choose."""

    def __init__(self, database: Database, *, consents: Consents, ladders: Ladders, almanac: Almanac) -> None:
        self._database, self._consents, self._ladders, self._almanac = database, consents, ladders, almanac

    async def standing(self, visit: Visit) -> Standing | None:
        """Return what is chosen now; None where nobody has the address any more."""
        async with self._database.transaction(visit.agency) as tx:
            found = await self._known(tx, visit, lock=False)
            return None if found is None else found.standing

    async def save(
        self, visit: Visit, wanted: Wanted, language: str, *, worded: Mapping[Channel, str] | None = None
    ) -> ChoiceFault | None:
        """Keep what is wanted; return why not, if it cannot be.

        `worded` are the languages in which the consent wordings were shown.
        """

        async def work(tx: Transaction) -> ChoiceFault | None:
            return await self._save(tx, visit, wanted, language, worded or {})

        return await self._database.repeated(visit.agency, work)

    async def stop(self, visit: Visit, language: str) -> None:
        """Stop all that goes to the address."""

        async def work(tx: Transaction) -> None:
            wish = Wish(visit.index, _of_kind(visit.kind), granted=False, basis=BASIS, language=language)
            await self._consents.write(tx, visit.agency, wish)

        await self._database.repeated(visit.agency, work)

    async def _known(self, tx: Transaction, visit: Visit, *, lock: bool) -> "_Known | None":
        session = tx.session
        agency = await agencies.by_id(session, visit.agency)
        ids = await members.ids_by_address(session, visit.agency, visit.index)
        people = list((await members.by_ids(session, visit.agency, ids, lock=lock)).values())
        if agency is None or not people:
            return None
        limits = await choices.held(session, agency.id, [one.id for one in people])
        stopped = await consents.stopped_on(session, agency.id, visit.index)
        return _Known(agency, visit, people, limits, stopped, tx.now)

    async def _save(
        self, tx: Transaction, visit: Visit, wanted: Wanted, language: str, worded: Mapping[Channel, str]
    ) -> ChoiceFault | None:
        known = await self._known(tx, visit, lock=True)
        if known is None:
            return None
        standing, now = known.standing, wanted.chosen  # before anything is set
        shown = standing.chosen
        changes = list(differences(shown, wanted))
        if now.limits.hours != shown.limits.hours and not self._leaves_time(known, now, tx.now):
            return ChoiceFault.HOURS
        if changes:
            await _keep(tx, known, wanted, changes, language)
        await self._tell_ledger(tx, known.visit, standing, now, language=language, worded=worded)
        if changes:
            await self._act(tx, known)
        return None

    def _leaves_time(self, known: "_Known", now: Chosen, at: datetime) -> bool:
        """Say whether hours leave a moment for each channel that is wanted."""
        calendar = self._almanac.calendar_of(known.agency)
        place = replace(known.place, hours=now.limits.hours)
        return all(calendar.next_opening(place, channel, at) is not None for channel in now.channels)

    async def _tell_ledger(
        self, tx: Transaction, visit: Visit, standing: Standing, now: Chosen, *,
        language: str, worded: Mapping[Channel, str],
    ) -> None:  # fmt: skip
        """Write each yes and no to the address that is proven into the consent ledger."""
        shown, said = standing.chosen, Wish(visit.index, (), granted=False, basis=BASIS, evidence=f"choice {uuid7()}")
        wanted = tuple(channel for channel in standing.proven if channel in now.channels)
        for channel in standing.proven:
            granted = channel in now.channels
            if granted != (channel in shown.channels):
                wish = replace(said, channels=(channel,), granted=granted, language=worded.get(channel, language))
                await self._consents.write(tx, visit.agency, replace(wish, wording=WORDING if granted else None))
        for purpose in sorted(now.purposes ^ shown.purposes):
            wish = replace(
                said, channels=wanted if purpose in now.purposes else standing.proven, purpose=purpose,
                granted=purpose in now.purposes, wording=PURPOSE_WORDING.format(purpose=purpose), language=language,
            )  # fmt: skip
            await self._consents.write(tx, visit.agency, wish)

    async def _act(self, tx: Transaction, known: "_Known") -> None:
        """Cancel, withdraw and plan anew, so that nothing goes out against a choice."""
        session, agency, ids = tx.session, known.agency, known.ids
        await choices.act(session, agency.id, ids, zone=agency.timezone)
        book = await self._ladders.book(session, agency.id)
        await planning.cancel_what_no_longer_fits(session, agency.id, ids, book.allowed)
        await withdraw_what_no_longer_fits(tx, agency.id, ids, book.allowed)
        await tx.enqueue(Job.PLAN, agency=str(agency.id))


@dataclass(frozen=True, slots=True)
class _Known:
    """What is held of those who list an address."""

    agency: Agency
    visit: Visit
    people: Sequence[Member]
    limits: Mapping[UUID, Limits]
    stopped: frozenset[Channel]
    now: datetime

    @property
    def ids(self) -> list[UUID]:
        """Who they are."""
        return [one.id for one in self.people]

    @property
    def place(self) -> Place:
        """Where the first of them may be."""
        point = self.people[0].points[self.visit.index]
        return parse_place(point.place or f"{point.zone or self.agency.timezone};")

    @property
    def offered(self) -> tuple[Channel, ...]:
        """The channels that lead to one of them."""
        return tuple(one for one in ORDER if self.agency.sender(one) and any(map(_reaches(one), self.people)))

    @property
    def proven(self) -> tuple[Channel, ...]:
        """The channels that lead to the visitor's address."""
        point = self.people[0].points[self.visit.index]
        return tuple(one for one in self.offered if KIND_OF[one] == self.visit.kind and _takes(point.line_kind, one))

    @property
    def standing(self) -> Standing:
        """What the page shows of them: the first one's."""
        first, limits = self.people[0], self.limits[self.people[0].id]
        today = self.agency.day(self.now)
        purposes = {one for one in PURPOSES if any(self._said_yes(channel, one) for channel in self.proven)}
        chosen = Chosen(
            self._channels(first), first.language_written, first.language_spoken, in_force(limits, today),
            frozenset(purposes),
        )  # fmt: skip
        return Standing(self.agency, chosen, self.offered, self.proven, today)

    def _channels(self, first: Member) -> tuple[Channel, ...]:
        listed = [*map(Channel, first.channels)] if first.channels is not None else ORDER
        return tuple(one for one in listed if one in self.offered and self._said_yes(one, PURPOSE))

    def _said_yes(self, channel: Channel, purpose: str) -> bool:
        """Say whether there is a yes that holds; where the address is the visitor's, for it."""
        first, own = self.people[0], KIND_OF[channel] == self.visit.kind
        if own and channel in self.stopped:
            return False
        held = (
            said
            for (to, of, index), said in first.consents.items()
            if (to, of) == (channel, purpose) and (index == self.visit.index or not own)
        )
        return any(said.granted and (said.until is None or said.until > self.now) for said in held)


async def _keep(
    tx: Transaction, known: _Known, wanted: Wanted, changes: Sequence[tuple[str, str]], language: str
) -> None:
    """Set what is to be changed at everybody who lists the address, and write a line for each."""
    session, agency, changed = tx.session, known.agency.id, {what for what, _ in changes}
    for person in known.people:
        _set(person, wanted, changed, known.offered, tx.now)
    await members.save(session, agency, known.people)
    if changed & {"hours", "paused_until", "programs"}:
        for id_ in known.ids:
            await choices.put(session, agency, [id_], _narrowed(known.limits[id_], wanted.chosen.limits, changed))
    if wanted.word is not None:
        await safe_words.put(session, agency, known.ids, wanted.word)
    await choices.append(session, agency, list(_lines(known, changes, language)))


def _lines(known: _Known, changes: Sequence[tuple[str, str]], language: str) -> Iterable[choices.Line]:
    for id_ in known.ids:
        for what, said in changes:
            yield choices.Line(id_, known.visit.index, what, said, BASIS, language)


def _narrowed(held: Limits, wanted: Limits, changed: set[str]) -> Limits:
    """Return one person's limits with those that were changed on the page."""
    return Limits(
        wanted.hours if "hours" in changed else held.hours,
        wanted.paused_until if "paused_until" in changed else held.paused_until,
        wanted.only_programs if "programs" in changed else held.only_programs,
    )


def _set(person: Member, wanted: Wanted, changed: set[str], offered: Sequence[Channel], now: datetime) -> None:
    """Set what a county could say, too: with a stamp of the person's own, against which its feed does not count."""
    stamp = (now, BY_PAGE, str(uuid7()))
    chosen = wanted.chosen
    if "channels" in changed:
        person.channels = with_the_rest(chosen.channels, person.channels, offered)
        person.stamps["channels"] = stamp
    for what, value in (("language_written", chosen.read), ("language_spoken", chosen.speak)):
        if what in changed:
            setattr(person, what, value)
            person.stamps["languages"] = stamp
    if wanted.helper is not None:
        _helped(person, wanted.helper.first_name, wanted.helper.relation)
        person.stamps["representative"] = stamp
    person.touched = person.changed = True


def _helped(person: Member, name: str | None, relation: str | None) -> None:
    facts: dict[str, Any] = {"representative_first_name": name, "representative_relation": relation}
    person.private = {**{key: held for key, held in person.private.items() if key not in facts}}
    person.private.update({key: value for key, value in facts.items() if value})
    person.private_said = True


def _reaches(channel: Channel) -> Any:  # noqa: ANN401
    def reaches(person: Member) -> bool:
        points = person.points_of(KIND_OF[channel])
        return any(one.state == "active" and _takes(one.line_kind, channel) for one in points)

    return reaches


def _takes(line_kind: LineKind, channel: Channel) -> bool:
    return channel is not Channel.SMS or line_kind != LineKind.LANDLINE


def _of_kind(kind: str) -> tuple[Channel, ...]:
    return tuple(channel for channel in ORDER if KIND_OF[channel] == kind)
