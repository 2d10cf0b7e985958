"""Events about one member for the folding tests, and what is held of the member after them."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from app.rules.facts import (
    UNCHANGED,
    Channel,
    Consent,
    CountyEvent,
    Email,
    Facts,
    LineKind,
    MemberLeft,
    MemberUpdated,
    MilestoneSet,
    Phone,
    RenewalChanged,
    RenewalDue,
    RenewalStatus,
    Representative,
)
from app.rules.folding import Applied, Tools, apply
from app.rules.folding_renewals import DATE_OF, OPEN_STATUSES
from app.rules.occasions import occasions_of
from app.rules.record import Member

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
NUMBERS = ("+17145550001", "+17145550002", "+12125550003")
ADDRESSES = ("ana@example.org", "ben@example.org")
HOURS = 12
SHORT_CYCLES_FROM = date(2027, 3, 1)
"""From when on a cycle of six months holds, in these tests amid the months that are due."""
TOOLS = Tools(
    new_id=uuid4,
    index=lambda kind, value: f"{kind} {value}".encode(),
    zone=ZoneInfo("America/Los_Angeles"),
    cycle=lambda months, due: months if due >= SHORT_CYCLES_FROM else max(months, 12),
)


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


def month(number: int) -> date:
    return date(2027, 1 + number, 1)


def due_month(hour: int) -> date:
    """The month that is due as the county sees it at an hour: it moves on and never back."""
    return month(hour // 4)


def event(hour: int, facts: Facts, id_: str = "") -> CountyEvent:
    return CountyEvent(id_ or uuid4().hex, "/test", "test", at(hour), "M-1", facts)


def in_time(one: CountyEvent) -> tuple[object, ...]:
    return one.time, one.source, one.id


def told(*events: CountyEvent, member: Member | None = None) -> Member:
    """Return the member after events in the order given, each in a transaction of its own."""
    member = member or Member(uuid4(), "M-1", new=True)
    for one in events:
        apply_one(one, member)
    return member


def apply_one(one: CountyEvent, member: Member) -> Applied:
    applied = apply(one, member, TOOLS)
    saved(member)
    return applied


def saved(member: Member) -> None:
    """Forget what only one transaction knows."""
    member.new = member.changed = member.touched = False
    member.lines, member.consents_set = [], set()


def in_batches(batches: Sequence[Sequence[CountyEvent]]) -> Member:
    """Return the member after batches, each sorted as intake sorts it."""
    member = Member(uuid4(), "M-1", new=True)
    for batch in batches:
        for one in sorted(batch, key=in_time):
            apply(one, member, TOOLS)
        saved(member)
    return member


def view(member: Member) -> dict[str, Any]:
    """Return what decides what the member hears; a canceled renewal is as good as none."""
    return {
        "status": (member.status, member.to_county_code),
        "private": member.private,
        "languages": (member.language_written, member.language_spoken, member.timezone, member.channels),
        "milestones": member.milestones,
        "points": {p.index: (p.rank, p.line_kind) for p in member.points.values() if p.listed},
        "consents": {key: (held.granted, held.until) for key, held in member.consents.items()},
        "renewals": {
            key: (renewal.status, renewal.cycle_months, renewal.cycle, renewal.owner)
            for key, renewal in member.renewals.items()
            if renewal.status != RenewalStatus.CANCELED
        },
        "occasions": occasions_of(member, TOOLS.zone),
    }


def days(member: Member) -> dict[Any, tuple[date | None, ...]]:
    """Return what the steps of each renewal are counted from, where the county said how it stands."""
    return {
        key: (
            renewal.status_on,
            getattr(renewal, DATE_OF[renewal.status]) if renewal.status in DATE_OF else None,
            renewal.due_on if renewal.status in OPEN_STATUSES else None,
        )
        for key, renewal in member.renewals.items()
        if renewal.status in STATUSES
    }


# --- any event --------------------------------------------------------------------------------

STATUSES = sorted(set(RenewalStatus) - {"unknown", "upcoming", "cure_expired", "canceled"})
OWNERS, CYCLES = (None, "county", "ssa"), (None, 6, 12)


class Chance(random.Random):
    """Makes facts up; the same ones in each run."""

    def maybe(self, *values: Any) -> Any:
        return self.choice([UNCHANGED, None, *values])

    def moment(self) -> datetime | None:
        return self.choice([None, at(self.randint(-5, HOURS))])

    def some(self, values: Sequence[str], make: Callable[[str], Any]) -> Any:
        return self.maybe(tuple(make(value) for value in self.sample(values, self.randint(0, len(values)))))

    def consents(self, phones: object, emails: object) -> tuple[Consent, ...]:
        """What a list says of consent is about the points listed beside it, so there must be such a list."""
        channels = [Channel.SMS, Channel.VOICE] if phones is not UNCHANGED else []
        channels += [Channel.EMAIL] if emails is not UNCHANGED else []
        return tuple(
            Consent(channel, self.random() < 0.5, at=self.moment(), until=self.moment())
            for channel in self.sample(channels, self.randint(0, len(channels)))
        )

    def update(self, hour: int) -> MemberUpdated:
        phones = self.some(NUMBERS, lambda number: Phone(number, self.choice([*LineKind]), self.randint(1, 3)))
        emails = self.some(ADDRESSES, lambda address: Email(address, self.randint(1, 2)))
        languages = self.choice([(UNCHANGED, UNCHANGED), ("es", "ko"), ("ko", None)])
        return MemberUpdated(
            first_name=self.maybe("Ana", "Ben"),
            date_of_birth=self.maybe(date(1970, 1, 1), date(2008, 2, 29), date(2006, 5, 3)),
            language_written=languages[0],
            language_spoken=languages[1],
            timezone=self.maybe("America/Denver", "America/Los_Angeles"),
            zip=self.choice([UNCHANGED, "90001", "10001"]),
            representative=self.maybe(Representative("Eva", "mother")),
            phones=phones,
            emails=emails,
            channels=self.maybe((Channel.SMS,), (Channel.EMAIL, Channel.VOICE), ()),
            consents=self.consents(phones, emails),
            renewals=(self.due(hour),) if self.random() < 0.5 else (),
        )

    def due(self, hour: int) -> RenewalDue:
        return RenewalDue(self.program(), due_month(hour), self.choice(CYCLES), self.choice(OWNERS))

    def program(self) -> str:
        return self.choice(["medi_cal", "medi_cal", "medi_cal", "ccs"])

    def day(self) -> date | None:
        return self.choice([None, date(2027, 2, self.randint(1, 28))])

    def left(self, _: int) -> MemberLeft:
        return self.choice([MemberLeft("moved", "01"), MemberLeft("moved", "19"), MemberLeft("removed")])

    def died(self, _: int) -> MemberLeft:
        return MemberLeft("deceased")

    def status(self, hour: int) -> RenewalChanged:
        status = self.choice(STATUSES)
        dates = {name: self.day() for name in ("due_on", DATE_OF.get(status, "due_on"))}
        return RenewalChanged(self.program(), month(self.randint(0, hour // 4)), status, **dates)

    def renewed(self, hour: int) -> RenewalChanged:
        status = self.choice([RenewalStatus.RENEWED, RenewalStatus.AUTO_RENEWED])
        return replace(self.status(hour), status=status, next_renewal_month=due_month(hour))

    def upcoming(self, hour: int) -> RenewalChanged:
        due = self.due(hour)
        return RenewalChanged(
            due.program, due.renewal_month, RenewalStatus.UPCOMING, cycle_months=due.cycle_months, owner=due.owner
        )

    def milestone(self, _: int) -> MilestoneSet:
        kind = self.choice(["work_notice", "annual_care_plan", "continuity_end", "age_out_21", "age_out_26", "wedding"])
        return MilestoneSet(kind, self.program(), self.choice([None, month(0), month(1)]))

    def consent(self, _: int) -> Consent:
        granted, until = self.random() < 0.5, self.moment()
        return Consent(self.choice([None, *Channel]), granted, until=until, address=self.choice([*NUMBERS, *ADDRESSES]))

    def event(self, number: int) -> CountyEvent:
        hour = self.randint(0, HOURS)
        kinds = [
            *([self.update] * 5), *([self.status] * 3), self.renewed, self.upcoming, *([self.consent] * 2),
            self.left, self.died, *([self.milestone] * 2),
        ]  # fmt: skip
        return event(hour, self.choice(kinds)(hour), id_=f"{number:03}")


CHANCE = Chance(2026)
EVENTS = [CHANCE.event(number) for number in range(400)]


def itself(one: CountyEvent) -> object:
    return one.id


def statement(one: CountyEvent) -> object:
    """What an event says of a month; events that say the same are one statement."""
    facts = one.facts
    return (facts.program, facts.renewal_month, facts.status) if isinstance(facts, RenewalChanged) else one.id


@st.composite
def batched(
    draw: st.DrawFn, once: Callable[[CountyEvent], object] = itself
) -> tuple[list[CountyEvent], list[list[CountyEvent]]]:
    """A set of events in the order of time, and the same in some other order and in batches."""
    some = draw(st.lists(st.sampled_from(EVENTS), min_size=2, max_size=7, unique_by=once))
    shuffled = draw(st.permutations(some))
    ends = sorted({*draw(st.sets(st.integers(1, len(some)), max_size=3)), len(some)})
    batches = [list(shuffled[begin:end]) for begin, end in zip([0, *ends], ends, strict=False)]
    return sorted(some, key=in_time), batches
