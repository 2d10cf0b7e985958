"""The planner in SQL against a planner of a few dozen plain lines, over generated members."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.db import planning
from app.rules.facts import (
    Channel,
    Consent,
    Email,
    LineKind,
    MemberLeft,
    MemberUpdated,
    Phone,
    RenewalChanged,
    RenewalDue,
    RenewalStatus,
)
from tests.app.pipeline.world import SMS, VOICE, a_member, an_event

HOURS = {"sms": (9, 20, range(7)), "email": (9, 20, range(7)), "voice": (10, 19, range(6))}
ZONES = {"+1714": "America/Los_Angeles", "+1212": "America/New_York", "+1808": "Pacific/Honolulu"}
ZIPS = {"60601": "America/Chicago", "85001": "America/Phoenix", None: None}
SHIPPED = {
    "en": "en",
    "es": "es",
    "vi": "vi",
    "ko": "ko",
    "zh-Hans": "zh-Hans",
    "yue": "zh-Hant",
    "fa": "en",
    None: "en",
}
MONTHS = [date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1), date(2027, 10, 1)]
OPEN = {"unknown", "upcoming", "packet_mailed", "information_requested", "restored"}
MOMENTS = [
    datetime(2026, 11, 2, 20, 0, tzinfo=UTC),
    datetime(2026, 11, 14, 23, 30, tzinfo=UTC),  # a Saturday, hours before a deadline
    datetime(2026, 12, 6, 3, 30, tzinfo=UTC),  # a Saturday evening, in some zones a Sunday
    datetime(2027, 1, 15, 6, 30, tzinfo=UTC),  # in the last hours of a deadline in the west, past it in the east
]


@dataclass
class Person:
    """What is true of one generated member, in the oracle's own words."""

    ref: str
    zone: str | None
    zip: str | None
    written: str | None
    spoken: str | None
    month: date
    status: str
    owner: str
    left: str | None
    chosen: tuple[Channel, ...] | None
    phones: list[tuple[str, LineKind]]
    emails: list[str]
    said: dict[tuple[str, str], tuple[bool, datetime | None]] = field(default_factory=dict)
    """(channel, address) → yes or no, and until when."""


def a_person(chance: random.Random, at: int, now: datetime) -> Person:
    def some(values, empty):
        return None if chance.random() < empty else chance.choice(values)

    phones = [
        (f"{chance.choice(list(ZONES))}555{at:03}{n}", chance.choice(list(LineKind)))
        for n in range(chance.choice((0, 1, 1, 2)))
    ]
    emails = [f"p{at}.{n}@example.org" for n in range(chance.choice((0, 1, 1, 2)))]
    chosen = some([(SMS,), (Channel.EMAIL, VOICE), tuple(Channel), ()], 0.6)
    person = Person(
        f"M-{at}", some(["America/Denver", "Pacific/Honolulu"], 0.7), some(["60601", "85001"], 0.7),
        some(["en", "es", "vi", "zh-Hans", "fa"], 0.2), some(["en", "ko", "yue"], 0.5), chance.choice(MONTHS),
        chance.choice([*OPEN, *OPEN, "renewed", "form_received", "ineligible"]),
        chance.choice(["county"] * 5 + ["ssa"]), some(["moved", "deceased", "removed"], 0.9), chosen, phones, emails,
    )  # fmt: skip
    for channel in Channel:
        for address in emails if channel is Channel.EMAIL else [number for number, _ in phones]:
            answer = chance.choice([None, True, True, True, False])
            if answer is not None:
                until = some([now - timedelta(days=1), now + timedelta(days=900)], 0.7) if answer else None
                person.said[channel, address] = (answer, until)
    return person


def events(person: Person):
    yield MemberUpdated(
        timezone=person.zone, zip=person.zip, language_written=person.written, language_spoken=person.spoken,
        phones=tuple(Phone(number, kind, rank) for rank, (number, kind) in enumerate(person.phones, 1)),
        emails=tuple(Email(address, rank) for rank, address in enumerate(person.emails, 1)),
        channels=person.chosen, renewals=(RenewalDue("medi_cal", person.month, 12, person.owner),),
    )  # fmt: skip
    yield RenewalChanged("medi_cal", person.month, RenewalStatus(person.status))
    for (channel, address), (answer, until) in person.said.items():
        yield Consent(Channel(channel), granted=answer, address=address, until=until)
    if person.left:
        yield MemberLeft(person.left)


# --- the oracle -------------------------------------------------------------------------------


def refusal(person: Person, channel: str, point: tuple[str, str], stopped: set[str], now: datetime) -> str | None:
    address, kind = point
    answer, until = person.said.get((channel, address), (None, None))
    checks = [
        (person.left is not None, f"member_{person.left}"),
        (person.owner == "ssa", "ssa_renews"),
        (person.status not in OPEN, person.status),
        (channel == "sms" and kind == "landline", "landline"),
        (person.chosen is not None and channel not in person.chosen, "channel_not_chosen"),
        (channel != "email" and address in stopped, "opted_out"),
        (answer is None, "no_consent"),
        (answer is False, "opted_out"),
        (until is not None and until <= now, "consent_expired"),
    ]
    return next((reason for refused, reason in checks if refused), None)


def first_allowed(channel: str, zone: ZoneInfo, at: datetime) -> datetime:
    opens, closes, weekdays = HOURS[channel]
    day = at.astimezone(zone).date()
    while True:
        begin, end = (datetime.combine(day, time(hour), zone).astimezone(UTC) for hour in (opens, closes))
        if day.weekday() in weekdays and at < end:
            return max(at, begin)
        day += timedelta(days=1)


def months_before(month: date, count: int) -> date:
    at = month.year * 12 + month.month - 1 - count
    return date(at // 12, at % 12 + 1, 1)


def expected(person: Person, stopped: set[str], now: datetime):
    """Yield (member, channel, status, reason, due, language) for each row there must be."""
    for channel in map(str, Channel):
        if channel == "email":
            points = [(address, "", None) for address in person.emails]
        else:
            points = [(number, str(kind), ZONES[number[:5]]) for number, kind in person.phones]
        if not points:
            continue
        found = [(refusal(person, channel, (address, kind), stopped, now), zone) for address, kind, zone in points]
        reason, zone = next((one for one in found if one[0] is None), found[0])
        place = ZoneInfo(person.zone or ZIPS[person.zip] or zone or "America/Los_Angeles")
        first = datetime.combine(months_before(person.month, 2), time(), place)
        due = first_allowed(channel, place, max(first.astimezone(UTC), now))
        deadline = datetime.combine(months_before(person.month, 1).replace(day=15), time(), place)
        late = None if due < deadline else "deadline_passed"
        status = "skipped" if reason else "expired" if late else "planned"
        wanted = (person.spoken or person.written) if channel == "voice" else (person.written or person.spoken)
        yield person.ref, channel, status, reason or late, due, SHIPPED[wanted]
    if not person.phones and not person.emails:
        case = refusal(person, "sms", ("", ""), set(), now)
        yield person.ref, "none", "skipped", "no_contact_point" if case in ADDRESS_CASES else case, None, None


ADDRESS_CASES = {"no_consent", "channel_not_chosen"}


# --- both, side by side -----------------------------------------------------------------------


@pytest.mark.parametrize("now", MOMENTS)
@pytest.mark.parametrize("seed", [1, 2])
async def test_the_planner_in_sql_plans_what_the_plain_planner_plans(world, seed, now):
    chance = random.Random(seed)  # noqa: S311
    await world.at(now)
    people = [a_person(chance, at, now) for at in range(120)]
    await world.apply(*(an_event(facts, person.ref) for person in people for facts in events(person)))
    stopped = {person.phones[0][0] for person in people[::9] if person.phones}
    await world.plan()
    for number in stopped:
        await world.texts_us("STOP", sender=number)
    await world.rows("DELETE FROM message")
    await world.rows("INSERT INTO replan SELECT agency_id, id FROM renewal ON CONFLICT DO NOTHING")
    await world.plan()
    assert await planned(world, now) == {
        (*row[:4], at_once(row[4], now), row[5]) for person in people for row in expected(person, stopped, now)
    }


async def planned(world, now):
    rows = await world.services.reporting.messages(
        world.agency.id, dict.fromkeys(("kind", "status", "reason", "channel", "month", "member_ref")), before=None,
        limit=10_000,
    )  # fmt: skip
    return {
        (
            row["member_ref"], row["channel"], row["status"], row["reason"],
            None if row["channel"] == "none" else at_once(row["due_at"], now), row["language"],
        )
        for row in rows if row["kind"] == "reminder"
    }  # fmt: skip


def at_once(due: datetime | None, now: datetime):
    """Business time flows on during a test: what is due within a minute of now is due now."""
    return "now" if due is not None and now <= due < now + timedelta(minutes=1) else due


async def test_planning_again_adds_moves_and_drops_nothing(world):
    chance = random.Random(3)  # noqa: S311
    people = [a_person(chance, at, MOMENTS[0]) for at in range(60)]
    await world.apply(*(an_event(facts, person.ref) for person in people for facts in events(person)))
    await world.plan()
    before = await planned(world, MOMENTS[0])
    await world.rows("INSERT INTO replan SELECT agency_id, id FROM renewal")
    await world.plan()
    assert await planned(world, MOMENTS[0]) == before


async def test_a_renewal_is_taken_by_one_planner(world):
    await world.apply(*(an_event(a_member(), f"M-{at}") for at in range(5)))
    database, agency = world.services.database, world.agency.id
    async with database.transaction(agency) as first, database.transaction(agency) as second:
        mine = await planning.take(first.session, agency, 3)
        theirs = await planning.take(second.session, agency, 10)
    assert (len(mine), len(theirs)) == (3, 2)
    assert not set(mine) & set(theirs)
    assert await world.rows("SELECT renewal_id FROM replan") == []


async def test_each_agency_that_waits_is_found(world):
    async with world.services.database.transaction(None) as tx:
        assert await planning.agencies_waiting(tx.session) == []
    await world.tell(a_member())
    async with world.services.database.transaction(None) as tx:
        assert await planning.agencies_waiting(tx.session) == [world.agency.id]
