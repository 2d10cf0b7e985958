"""Small made-up counties for planning and forecasting: all ladders, households, latecomers, several zones."""

import random
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.rules.facts import (
    Channel,
    CountyEvent,
    Email,
    LineKind,
    MemberUpdated,
    MilestoneSet,
    Phone,
    RenewalChanged,
    RenewalDue,
    RenewalStatus,
)
from app.rules.forecast import Forecast
from tests.app.pipeline.world import World, an_event, yes

NOW = datetime(2026, 11, 2, 20, tzinfo=UTC)
STATUSES = [
    None, None, RenewalStatus.UPCOMING, RenewalStatus.PACKET_MAILED, RenewalStatus.INFORMATION_REQUESTED,
    RenewalStatus.DISCONTINUED_PROCEDURAL, RenewalStatus.AUTO_RENEWED, RenewalStatus.INELIGIBLE,
]  # fmt: skip
DATES: dict[Any, dict[str, Any]] = {
    RenewalStatus.PACKET_MAILED: {"packet_mailed_on": date(2026, 10, 20)},
    RenewalStatus.INFORMATION_REQUESTED: {"requested_on": date(2026, 10, 28), "due_on": date(2026, 11, 27)},
    RenewalStatus.DISCONTINUED_PROCEDURAL: {"effective_on": date(2026, 9, 30)},
    RenewalStatus.INELIGIBLE: {"effective_on": date(2026, 10, 31)},
}
ZONES = [None, None, "America/New_York", "Pacific/Honolulu"]


def a_county(seed: int, people: int, *, losses: bool = True) -> list[CountyEvent]:
    """Make up members with their renewals, statuses and milestones; the same ones for the same seed.

    Without `losses` nobody has lost coverage: no cure period ends, which a planner learns only on that day.
    """
    chance = random.Random(seed)  # noqa: S311  (made-up people)
    return [event for number in range(people) for event in _a_person(chance, f"M-{seed}-{number}", people, losses)]


def _a_person(chance: random.Random, ref: str, people: int, losses: bool) -> list[CountyEvent]:  # noqa: FBT001
    month = date(2026, 8 + chance.randrange(5), 1) if chance.random() < 0.4 else date(2027, 1 + chance.randrange(6), 1)
    channels = [channel for channel in Channel if chance.random() < 0.75]
    kind = chance.choice([LineKind.MOBILE, LineKind.MOBILE, LineKind.LANDLINE])
    number, cycle = f"+1714555{chance.randrange(people):04}", chance.choice([12, 12, 6])
    facts: list[Any] = [
        MemberUpdated(
            first_name="Ana", language_written=chance.choice(["en", "es", "vi", "ko", "fr"]),
            language_spoken=chance.choice(["en", "es", "vi"]), timezone=chance.choice(ZONES),
            phones=(Phone(number, kind, 1),) if chance.random() < 0.9 else (),
            emails=tuple(Email(f"{ref.lower()}@example.org") for _ in range(chance.random() < 0.5)),
            consents=yes(*channels),
            renewals=(RenewalDue("medi_cal", month, cycle, chance.choice(["county"] * 5 + ["ssa"])),),
        )
    ]  # fmt: skip
    status = chance.choice(STATUSES)
    if status is not None and (losses or status is not RenewalStatus.DISCONTINUED_PROCEDURAL):
        facts.append(RenewalChanged("medi_cal", month, status, **DATES.get(status, {})))
    if chance.random() < 0.3:
        kind = chance.choice(["annual_care_plan", "continuity_end", "work_notice"])
        facts.append(MilestoneSet(kind, "ccs", date(2026, 11, 10) + timedelta(days=chance.randrange(120))))
    return [an_event(one, ref) for one in facts]


BY_HOUR = """
    SELECT cast(at AS date) AS day, cast(extract(hour FROM at) AS integer) AS hour, channel, language, count(*) AS n
      FROM (SELECT timezone(%(zone)s, due_at) AS at, channel, language FROM message
             WHERE kind = 'reminder' AND status IN ('planned', 'sent') AND due_at < %(ends)s) m
     GROUP BY 1, 2, 3, 4
"""
BY_REASON = """
    SELECT cast(timezone(%(zone)s, at) AS date) AS day, channel, status, reason, count(*) AS n
      FROM (SELECT *, greatest(first_due_at, %(now)s) AS at FROM message) m
     WHERE kind = 'reminder' AND status IN ('skipped', 'expired') AND at < %(ends)s GROUP BY 1, 2, 3, 4
"""
HANDED = "UPDATE message SET status = 'sent', handed_at = due_at WHERE status = 'planned' AND due_at <= %(at)s"
AFTER_MIDNIGHT = time(8, 30)
"""Half an hour into the day in Los Angeles."""
CURES_END = date(2026, 12, 30)
"""The day after the cure period of whoever lost coverage in these counties."""


async def planned_day_by_day(world: World, last: date, horizon: int) -> None:
    """Let days pass until `last`: on each, what fell due was sent, and what it brings is planned.

    Days on which no step can come within the horizon are passed over, but for one a week.
    """
    busy = (last - NOW.date()).days - horizon + 1
    for day in range((last - NOW.date()).days + 1):
        at = NOW if day == 0 else datetime.combine(NOW.date() + timedelta(days=day), AFTER_MIDNIGHT, UTC)
        if day <= busy or day % 7 == 0 or at.date() == CURES_END:
            await world.at(at)
            await world.rows(HANDED, at=at)
            await world.services.planning.daily()


async def planned_by_hour(world: World, ends: datetime) -> dict[tuple[Any, ...], int]:
    """Count the planned messages by day and hour of the agency's clock, channel and language."""
    rows = await world.rows(BY_HOUR, zone=world.agency.timezone, ends=ends)
    return {(row.day, row.hour, row.channel, row.language): row.n for row in rows}


async def silent_by_reason(world: World, ends: datetime) -> dict[tuple[Any, ...], int]:
    """Count what is not sent by day, channel, status and reason."""
    rows = await world.rows(BY_REASON, zone=world.agency.timezone, ends=ends, now=NOW)
    return _told((row.day, row.channel, row.status, row.reason, row.n) for row in rows)


def silent_as_forecast(found: Forecast) -> dict[tuple[Any, ...], int]:
    """Count what a forecast says will not be sent in the same way."""
    return _told((one.day, one.channel, one.status, one.reason, one.messages) for one in found.silent)


def _told(rows: Iterable[tuple[Any, ...]]) -> dict[tuple[Any, ...], int]:
    """Add up; a row that was skipped after a loss says what the case is today: before or after the cure period."""
    counts = Counter[tuple[Any, ...]]()
    for *key, reason, n in rows:
        counts[*key, "discontinued_procedural" if reason == "cure_expired" else reason] += n
    return counts
