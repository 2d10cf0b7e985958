"""A planner of plain loops: over members, occasions, steps and channels, one after the other, by the pure rules.

It knows no SQL, no sets and no chunks, and is slow; what it says has to stand in the table of messages.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.pipeline.laying_out import Rules
from app.rules.facts import Channel
from app.rules.record import KIND_OF
from schedules.ladders.model import OF_EVERYBODY, Ladder, Policy, Step
from schedules.ladders.slots import Slot, slots
from schedules.months import add_months
from schedules.places import parse_place

CHANNELS = ("sms", "email", "voice")
EVERY = ("sms", "email", "voice")


@dataclass(frozen=True)
class Point:
    """A phone number or an e-mail address."""

    id: UUID
    kind: str
    address: str
    rank: int
    line_kind: str = "mobile"
    zone: str | None = None
    place: str | None = None
    state: str = "active"


@dataclass(frozen=True)
class Due:
    """Something that falls due."""

    id: UUID
    occasion: str
    program: str
    month: date
    status: str
    owner: str = "county"
    cycle: int = 12
    days: dict[str, date] = field(default_factory=dict)
    """By anchor, what the county said."""

    def anchor(self, name: str, rfi_days: int) -> date | None:
        """Return the day of an anchor."""
        if name == "renewal_month":
            return self.month
        asked = self.days.get("requested_on") if self.status == "information_requested" else None
        last = add_months(self.month, 1) - timedelta(days=1)
        implied = (asked + timedelta(days=rfi_days) if asked else last) if name == "due_on" else None
        return self.days.get(name) or implied


@dataclass(frozen=True)
class Person:
    """A member."""

    id: UUID
    status: str
    timezone: str | None
    written: str | None
    spoken: str | None
    channels: tuple[str, ...] | None
    points: tuple[Point, ...]
    said: dict[tuple[str, str], tuple[bool, datetime | None]]
    """(channel, address): yes or no, and until when."""
    dues: tuple[Due, ...]


CROWDED = {"sms": "asked_too_often", "email": "asked_too_often", "voice": "called_often"}
"""Why a message finds no day of its own."""


@dataclass(frozen=True)
class Row:
    """A message that there must be."""

    member: UUID
    renewal: UUID
    ladder: str
    step: str
    channel: str
    status: str
    reason: str | None
    template: str
    due_at: datetime
    deadline_at: datetime
    language: str | None = None
    point: UUID | None = None
    place: str = ""
    zone: str = ""
    about_on: date | None = None
    led_by: tuple[UUID, str] | None = None
    """The member and step whose message says it."""
    address: str = ""
    anchor_on: date = date.min
    starts_on: date = date.min
    priority: int = 5
    in_order: int = 0


@dataclass(frozen=True)
class Oracle:
    """Plans an agency's people from nothing."""

    rules: Rules
    senders: frozenset[str]
    stopped: frozenset[tuple[str, str]]
    """(channel, address)."""
    now: datetime
    until: date
    slots: dict[Any, Slot] = field(default_factory=dict)
    """Those that were computed."""

    def plan(self, people: list[Person]) -> list[Row]:
        """Return every message that there must be."""
        rows = [row for person in people for due in person.dues for row in self._asked(person, due)]
        return self._spread(self._bundled(self._by_policy(rows)))

    def _asked(self, person: Person, due: Due) -> list[Row]:
        return [
            row
            for ladder in self.rules.book.ladders
            for step in ladder.steps
            if self._is_about(ladder, step, due)
            for row in self._of_step(person, due, ladder, step)
        ]

    def _is_about(self, ladder: Ladder, step: Step, due: Due) -> bool:
        fits = ladder.occasion == due.occasion and (not ladder.programs or due.program in ladder.programs)
        asks = due.cycle in step.cycles and (due.owner in step.owners or "county" in step.owners)
        return fits and asks and due.status != "canceled"

    def _of_step(self, person: Person, due: Due, ladder: Ladder, step: Step) -> list[Row]:
        rfi = self.rules.constants.value("rfi_days", self._today())
        anchor = due.anchor(step.anchor, rfi)
        may = due.owner in step.owners and due.status in step.statuses
        if anchor is None or not (may or step.anchor in OF_EVERYBODY):
            return []
        if step.starts.day(anchor, self.rules.constants.on(anchor)) > self.until:
            return []
        shown = due.anchor(step.shows.anchor, rfi) if step.shows else None
        about = step.shows.day(shown, self.rules.constants.on(shown)) if step.shows and shown else None
        channels = [one for one in CHANNELS if any(point.kind == KIND_OF[Channel(one)] for point in person.points)]
        of_member = self._refused_for(person, due, may=may)
        rows = [
            self._row(person, due, ladder, step, channel, anchor, about, of_member) for channel in channels or ["none"]
        ]
        return [row for row in rows if not self._was_over(row)]

    def _was_over(self, row: Row) -> bool:
        """Say whether the days of a step were over before its agency brought it."""
        brought_at = self.rules.book.since.get(row.step)
        return brought_at is not None and row.deadline_at <= min(brought_at, self.now)

    def _row(  # noqa: PLR0917  (all that a row depends on)
        self, person: Person, due: Due, ladder: Ladder, step: Step, channel: str, anchor: date, about: date | None,
        of_member: str | None,
    ) -> Row:  # fmt: skip
        home = self.rules.calendar.hours.zone
        point, of_point = self._best(person, channel)
        zone = person.timezone or (point and point.zone) or home if point else home
        place = (point and point.place) or f"{zone};"
        slot = self._slot(step, anchor, place, "sms" if channel == "none" else channel)
        template = step.words(due.status)
        reason = of_member or of_point
        status = "skipped" if reason else "planned" if slot.fits else "expired"
        order = person.channels or EVERY
        return Row(
            person.id, due.id, ladder.name, step.key, channel, status,
            reason or (None if slot.fits else "deadline_passed"), template, slot.due_at, slot.deadline_at,
            self._language(person, template, channel), point and point.id, place, zone, about,
            address=point.address if point else "", anchor_on=anchor, priority=step.priority,
            starts_on=step.starts.day(anchor, self.rules.constants.on(anchor)),
            in_order=order.index(channel) if channel in order else 99,
        )  # fmt: skip

    def _slot(self, step: Step, anchor: date, place: str, channel: str) -> Slot:
        key = (step.key, anchor, place, channel)
        if key not in self.slots:
            [self.slots[key]] = slots(
                step, [anchor], [parse_place(place)], [channel], calendar=self.rules.calendar,
                constants=self.rules.constants, now=self.now,
            )  # fmt: skip
        return self.slots[key]

    def _language(self, person: Person, template: str, channel: str) -> str | None:
        if channel == "none":
            return None
        first, second = (person.spoken, person.written) if channel == "voice" else (person.written, person.spoken)
        return self.rules.phrases.version(template, Channel(channel), first or second or "en")[0]

    def _refused_for(self, person: Person, due: Due, *, may: bool) -> str | None:
        if person.status != "active" and not (person.status == "moved" and due.occasion == "moved_county"):
            return f"member_{person.status}"
        return None if may else "ssa_renews" if due.owner == "ssa" else due.status

    def _best(self, person: Person, channel: str) -> tuple[Point | None, str | None]:
        if channel == "none":
            return None, "no_contact_point"
        of_kind = [point for point in person.points if point.kind == KIND_OF[Channel(channel)]]
        judged = [(self._refused_at(person, channel, point), point) for point in of_kind]
        reason, point = min(judged, key=lambda one: (one[0] is not None, one[1].rank, one[1].id))
        return point, reason or (None if channel in self.senders else "no_sender")

    def _refused_at(self, person: Person, channel: str, point: Point) -> str | None:
        granted, until = person.said.get((channel, point.address), (None, None))
        checks = [
            (point.state != "active", f"contact_{point.state}"),
            (channel == "sms" and point.line_kind == "landline", "landline"),
            (channel not in (EVERY if person.channels is None else person.channels), "channel_not_chosen"),
            ((channel, point.address) in self.stopped, "opted_out"),
            (granted is None, "no_consent"),
            (granted is False, "opted_out"),
            (until is not None and until <= self.now, "consent_expired"),
        ]
        return next((reason for refused, reason in checks if refused), None)

    def _by_policy(self, rows: list[Row]) -> list[Row]:
        policies = {step.key: step for _, step in self.rules.steps}
        going = defaultdict[Any, list[Row]](list)
        for row in rows:
            if row.status == "planned":
                going[row.renewal, row.step].append(row)
        found = []
        for row in rows:
            step = policies[row.step]
            before = sorted(going[row.renewal, row.step], key=lambda one: one.in_order)
            place = before.index(row) if row in before else 0
            if place and step.policy is Policy.FIRST:
                found.append(replace(row, status="skipped", reason="first_channel"))
            elif place and step.policy is Policy.FALLBACK:
                waits = before[0].due_at + timedelta(days=place * step.fallback_days)
                found.append(replace(row, due_at=max(row.due_at, waits)))
            else:
                found.append(row)
        return found

    def _bundled(self, rows: list[Row]) -> list[Row]:
        alike = defaultdict[Any, list[Row]](list)
        for row in rows:
            if row.status == "planned":
                alike[self._says(row)].append(row)
        leads = {id(row): min(same, key=lambda one: one.member) for same in alike.values() for row in same}
        return [
            row if leads.get(id(row), row) is row else replace(
                row, status="skipped", reason="household", led_by=(leads[id(row)].member, row.step))
            for row in rows
        ]  # fmt: skip

    @staticmethod
    def _says(row: Row) -> tuple[Any, ...]:
        """Return what makes two messages to one address the same."""
        return row.channel, row.address, row.language, row.step, row.anchor_on, row.template, row.about_on

    def _spread(self, rows: list[Row]) -> list[Row]:
        known = self.rules.constants.on(self._today())
        taken = defaultdict[Any, list[tuple[date, Row]]](list)
        moved = {}
        for row in sorted((row for row in rows if row.status == "planned"), key=self._turn):
            days = taken[row.channel, row.address]
            turn = self._next_turn(row, days, known[f"{row.channel}_cap_30_days"])
            if turn is None:
                moved[id(row)] = replace(row, status="expired", reason=CROWDED[row.channel])
            else:
                moved[id(row)] = replace(row, due_at=turn)
                days.append((turn.astimezone(ZoneInfo(row.zone)).date(), row))
        spread = [moved.get(id(row), row) for row in rows]
        gone = {(row.member, row.step, row.channel) for row in moved.values() if row.status == "expired"}
        return [
            replace(row, status="expired", reason=CROWDED[row.channel], led_by=None)
            if row.led_by and (*row.led_by, row.channel) in gone else row
            for row in spread
        ]  # fmt: skip

    def _turn(self, row: Row) -> tuple[Any, ...]:
        return max(row.starts_on, self._today()), row.priority, row.due_at, row.member, row.step, row.renewal

    def _next_turn(self, row: Row, taken: list[tuple[date, Row]], cap: int) -> datetime | None:
        first = row.due_at.astimezone(UTC).date() - timedelta(days=2)
        last = row.deadline_at.astimezone(UTC).date() + timedelta(days=2)
        for opening in self.rules.calendar.openings(parse_place(row.place), row.channel, first, last):
            at = max(opening.opens_at, row.due_at)
            day = at.astimezone(ZoneInfo(row.zone)).date()
            if at < min(opening.closes_at, row.deadline_at) and self._is_free(day, row, taken, cap):
                return at
        return None

    def _is_free(self, day: date, row: Row, taken: list[tuple[date, Row]], cap: int) -> bool:
        if any(day == other for other, _ in taken):
            return False
        own = [other for other, one in taken if (one.member, one.ladder) == (row.member, row.ladder)]
        if any(abs((day - other).days) < 3 for other in own):
            return False
        days = [*(other for other, _ in taken), day]
        windows = [begin for begin in days if timedelta() <= day - begin < timedelta(days=30)]
        return all(sum(0 <= (one - begin).days < 30 for one in days) <= cap for begin in windows)

    def _today(self) -> date:
        return self.rules.day(self.now)
