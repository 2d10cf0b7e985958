"""Made-up counties of made-up people, with households, moves, refusals and everything that can fall due."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID

import psycopg

from schedules.ladders.model import Occasion
from schedules.months import add_months, month_of
from tests.app.pipeline.oracle import CHANNELS, Due, Person, Point

MOMENTS = (
    datetime(2026, 11, 2, 20, 0, tzinfo=UTC),
    datetime(2026, 11, 1, 8, 30, tzinfo=UTC),  # the night in which summer time ends
    datetime(2027, 3, 14, 9, 30, tzinfo=UTC),  # the night in which it begins
    datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
    datetime(2028, 2, 29, 18, 0, tzinfo=UTC),
    datetime(2026, 12, 6, 3, 30, tzinfo=UTC),  # a Saturday evening, in some zones a Sunday
    datetime(2027, 1, 15, 6, 30, tzinfo=UTC),  # the last hours of a deadline in the west, past it in the east
)
PLACES = (None, "America/Los_Angeles;CA", "America/Los_Angeles;CA|NV", "America/New_York;NY", "Pacific/Honolulu;HI",
          "America/Los_Angeles|America/New_York;CA|NY", "America/Phoenix;AZ", ";")  # fmt: skip
ZONES = (None, "America/Los_Angeles", "America/New_York", "Pacific/Honolulu")
LANGUAGES = (None, "en", "es", "vi", "ko", "zh-Hans", "yue", "fa")
DAYS = ("on", "packet_mailed_on", "requested_on", "due_on", "received_on", "effective_on", "status_on")
A_FAMILY = 0.3
STATUSES = ("unknown", "upcoming", "upcoming", "upcoming", "packet_mailed", "packet_mailed", "packet_mailed",
            "information_requested", "information_requested", "restored", "discontinued_procedural",
            "auto_renewed", "renewed", "form_received", "discontinued_procedural", "ineligible", "cure_expired",
            "canceled")  # fmt: skip
MILESTONES = tuple(str(one) for one in Occasion if one is not Occasion.RENEWAL)
COLUMNS = {
    "member": "agency_id, id, key_sealed, status, language_written, language_spoken, timezone, channels, created_at, "
    "updated_at",
    "contact_point": "agency_id, id, member_id, kind, value_sealed, value_index, rank, line_kind, zone, place, state",
    "consent_state": "agency_id, member_id, address_index, channel, purpose, granted, at, until",
    "address_stop": "agency_id, address_index, channel, stopped, at",
    "renewal": "agency_id, id, member_id, program, occasion, renewal_month, owner, cycle, status, on_date, "
    "packet_mailed_on, requested_on, due_on, received_on, effective_on, status_on",
    "replan": "agency_id, renewal_id",
}


def county(seed: int, size: int, now: datetime) -> tuple[list[Person], frozenset[tuple[str, str]]]:
    """Make people, and which channel of which address is stopped."""
    chance = random.Random(seed)  # noqa: S311
    today = now.date()
    people: list[Person] = []
    for at in range(size):
        related = people and chance.random() < A_FAMILY
        people.append(_relative(chance, people[-1]) if related else _person(chance, at, size, today, now))
    addresses = sorted({point.address for person in people for point in person.points})
    stopped = {(chance.choice(CHANNELS), address) for address in chance.sample(addresses, len(addresses) // 25)}
    return people, frozenset(stopped)


def _relative(chance: random.Random, other: Person) -> Person:
    """Make somebody of the same household, who as a rule renews together with the other."""
    points = tuple(replace(point, id=_uuid(chance)) for point in other.points)
    dues = tuple(
        replace(due, id=_uuid(chance), status=chance.choice((due.status, due.status, "upcoming"))) for due in other.dues
    )
    spoken = chance.choice((other.spoken, *LANGUAGES))
    written = chance.choice((other.written, other.written, chance.choice(LANGUAGES)))
    return replace(
        other, id=_uuid(chance), points=points, dues=dues, written=written, spoken=spoken, status="active"
    )  # fmt: skip


def _uuid(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def _some(chance: random.Random, values: Any, none: float) -> Any:
    return None if chance.random() < none else chance.choice(values)


def _person(chance: random.Random, at: int, size: int, today: date, now: datetime) -> Person:
    points = tuple(
        Point(
            _uuid(chance), kind, _address(chance, kind, at, size), rank, _line(chance, kind),
            chance.choice(ZONES) if kind == "phone" else None, chance.choice(PLACES),
            chance.choice(("active",) * 30 + ("bounced", "wrong_person")),
        )
        for kind in ("phone", "email")
        for rank in range(1, 1 + chance.choice((0, 1, 1, 1, 2)))
    )  # fmt: skip
    points = tuple({(point.kind, point.address): point for point in points}.values())
    said = {}
    for point in points:
        for channel in ("email",) if point.kind == "email" else ("sms", "voice"):
            answer = chance.choice((None, *(True,) * 9, False))
            if answer is not None:
                until = _some(chance, (now - timedelta(days=1), now + timedelta(days=900)), 0.7) if answer else None
                said[channel, point.address] = (answer, until)
    chosen = _some(chance, (("sms",), ("email", "voice"), ("voice", "email", "sms"), ("email", "sms", "voice")), 0.6)
    return Person(
        _uuid(chance), chance.choice(("active",) * 40 + ("moved", "deceased", "removed")), _some(chance, ZONES, 0.7),
        chance.choice(LANGUAGES), _some(chance, LANGUAGES, 0.5), chosen, points, said, _dues(chance, today),
    )  # fmt: skip


def _address(chance: random.Random, kind: str, at: int, size: int) -> str:
    """Every fourth is shared with others."""
    shared = chance.random() < 0.25
    return f"{kind} shared {chance.randrange(1 + size // 8)}" if shared else f"{kind} {at} {chance.random()}"


def _line(chance: random.Random, kind: str) -> str:
    return chance.choice(("mobile", "mobile", "unknown", "landline")) if kind == "phone" else "unknown"


def _dues(chance: random.Random, today: date) -> tuple[Due, ...]:
    renewal = _renewal(chance, today)
    more = _milestone(chance, today) if chance.random() < 0.3 else None
    return (renewal, more) if more else (renewal,)


def _renewal(chance: random.Random, today: date) -> Due:
    month = add_months(month_of(today), chance.randrange(-4, 7))
    status = chance.choice(STATUSES)
    days = {
        "packet_mailed_on": _some(chance, [today - timedelta(days=d) for d in (1, 20, 50)], 0.5),
        "requested_on": _some(chance, [today - timedelta(days=d) for d in (0, 5, 25)], 0.4),
        "due_on": _some(chance, [today + timedelta(days=d) for d in (-3, 4, 20, 40)], 0.6),
        "received_on": _some(chance, [today - timedelta(days=d) for d in (0, 3, 9)], 0.4),
        "effective_on": _some(chance, [today - timedelta(days=d) for d in (-9, 0, 6, 25, 58, 75, 95, 120)], 0.3),
        "status_on": _some(chance, [today - timedelta(days=d) for d in (0, 2, 10, 20)], 0.2),
    }
    return Due(
        _uuid(chance), "renewal", chance.choice(("medi_cal", "medi_cal", "medi_cal", "ccs")), month, status,
        chance.choice(("county",) * 12 + ("ssa",)), chance.choice((12, 12, 12, 6)),
        {name: day for name, day in days.items() if day},
    )  # fmt: skip


def _milestone(chance: random.Random, today: date) -> Due:
    on = today + timedelta(days=chance.randrange(-30, 200))
    return Due(
        _uuid(chance), chance.choice(MILESTONES), chance.choice(("medi_cal", "ccs")), month_of(on),
        chance.choice(("upcoming",) * 5 + ("canceled",)), days={"on": on},
    )  # fmt: skip


def index(address: str) -> bytes:
    """Return what stands for the blind index of an address."""
    return blake2b(address.encode(), digest_size=16).digest()


def load(url: str, agency: UUID, people: list[Person], stopped: frozenset[tuple[str, str]], now: datetime) -> None:
    """Write people into the tables, all of them to be planned."""
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in COLUMNS}
    before = now - timedelta(days=30)
    for person in people:
        _add(rows, agency, person, before)
    rows["address_stop"] = [(agency, index(address), channel, True, before) for channel, address in sorted(stopped)]
    with psycopg.connect(url) as connection:
        for table, names in COLUMNS.items():
            with connection.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows[table]:
                    copy.write_row(row)


def _add(rows: dict[str, list[tuple[Any, ...]]], agency: UUID, person: Person, before: datetime) -> None:
    rows["member"].append((
        agency, person.id, b"", person.status, person.written, person.spoken, person.timezone,
        None if person.channels is None else list(person.channels), before, before,
    ))  # fmt: skip
    for point in person.points:
        rows["contact_point"].append((
            agency, point.id, person.id, point.kind, b"", index(point.address), point.rank, point.line_kind,
            point.zone, point.place, point.state,
        ))  # fmt: skip
    for (channel, address), (granted, until) in person.said.items():
        rows["consent_state"].append(
            (agency, person.id, index(address), channel, "renewal", granted, before, until)
        )  # fmt: skip
    for due in person.dues:
        days = [due.days.get(name) for name in DAYS]
        rows["renewal"].append((
            agency, due.id, person.id, due.program, due.occasion, due.month, due.owner, due.cycle, due.status, *days,
        ))  # fmt: skip
        rows["replan"].append((agency, due.id))
