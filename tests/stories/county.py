"""A county that tells of one family day by day, and a book of what they hear: the language of the stories."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.rules.facts import Channel, Facts, MemberUpdated, MilestoneSet, RenewalChanged, RenewalDue, RenewalStatus
from tests.app.pipeline.world import World, a_member, yes

PACIFIC = ZoneInfo("America/Los_Angeles")
NOON = time(12)
TWO_WEEKS = timedelta(days=14)
OUT = """
    SELECT id, member_id, template, channel, language, about_on, handed_at FROM message
     WHERE kind = 'reminder' AND handed_at IS NOT NULL ORDER BY handed_at, id
"""
NEXT = "SELECT min(due_at) AS due FROM message WHERE status = 'planned' AND due_at <= %(until)s"
WHY = """
    SELECT DISTINCT m.step, m.channel, m.status, m.reason FROM message m
     WHERE m.status IN ('skipped', 'canceled', 'expired') ORDER BY 1, 2
"""


@dataclass
class County:
    """One county, whose system says things at noon; whatever falls due in between leaves at its hour."""

    world: World
    today: date = date(2026, 7, 1)
    turn: date = date(2026, 7, 1)
    told: list[str] = field(default_factory=list)
    known: set[Any] = field(default_factory=set)
    names: dict[Any, str] = field(default_factory=dict)

    async def on(self, day: str, *facts: Facts, subject: str = "M-1") -> None:
        """Let the days pass until noon of one, and say something then."""
        await self.goes_to(day)
        await self.world.tell(*facts, subject=subject, time=_noon(self.today))
        held = await self.world.services.reporting.member(self.world.agency.id, subject)
        assert held is not None
        self.names[held.member.id] = "" if subject == "M-1" else f"{subject} "
        await self._leaves()

    async def goes_to(self, day: str) -> None:
        """Let the days pass, each with what falls due on it; before anybody is known nothing does."""
        target = date.fromisoformat(day)
        self.turn = self.turn if self.names else target
        while (stop := await self._next(_noon(target))) is not None:
            await self._at(stop)
        await self._at(_noon(target))
        self.today = target

    async def heard_until(self, day: str) -> list[str]:
        """Return what was heard until a day and not told of before: a line a day and kind of words."""
        await self.goes_to(day)
        told, self.told = self.told, []
        return told

    async def why_not(self) -> dict[str, set[str]]:
        """Return the ends of what nobody heard, by step, as `status reason`."""
        found = defaultdict(set)
        for row in await self.world.rows(WHY):
            found[row.step].add(f"{row.status} {row.reason}")
        return dict(found)

    async def _next(self, until: datetime) -> datetime | None:
        (row,) = await self.world.rows(NEXT, until=until)
        turn = datetime.combine(self.turn, NOON, ZoneInfo("UTC"))
        return min((moment for moment in (row.due, turn) if moment is not None and moment <= until), default=None)

    async def _at(self, moment: datetime) -> None:
        await self.world.at(moment)
        if moment.date() >= self.turn:
            await self.world.services.planning.daily()
            self.turn = moment.date() + TWO_WEEKS
        await self._leaves()

    async def _leaves(self) -> None:
        await self.world.plan()
        await self.world.deliver()
        fresh = [row for row in await self.world.rows(OUT) if row.id not in self.known]
        self.known |= {row.id for row in fresh}
        assert len(self.known) == sum(len(fake.sent) for fake in self.world.fakes.values())
        self.told += self._lines(fresh)

    def _lines(self, rows: list[Any]) -> list[str]:
        """Write a line a day, person and template: `2027-01-15 packet_reminder es email sms, names 2027-02-28`."""
        channels = defaultdict(list)
        for row in rows:
            day = row.handed_at.astimezone(PACIFIC).date()
            said = f"{self.names[row.member_id]}{row.template} {row.language}"
            channels[f"{day} {said}", row.about_on].append(row.channel)
        return [f"{said} {' '.join(sorted(names))}{_named(about)}" for (said, about), names in channels.items()]


def _noon(day: date) -> datetime:
    return datetime.combine(day, NOON, PACIFIC)


def _named(about: date | None) -> str:
    return f", names {about}" if about else ""


def ana(month: str = "", *programs: str, **changes: Any) -> MemberUpdated:
    """Describe Ana, who reads Spanish and agreed to texts and e-mails."""
    due = tuple(RenewalDue(program, first(month)) for program in programs or ("medi_cal",)) if month else ()
    return a_member(**{"renewals": due, "consents": yes(Channel.SMS, Channel.EMAIL), **changes})


def first(month: str) -> date:
    """Return the first day of a month such as 2027-02."""
    return date.fromisoformat(f"{month}-01")


def renewal(status: str, month: str, **more: Any) -> RenewalChanged:
    """Say where a month's renewal stands; days may be text."""
    days = {name: date.fromisoformat(value) if name.endswith("_on") else value for name, value in more.items()}
    return RenewalChanged("medi_cal", first(month), RenewalStatus(status), **days)


def milestone(kind: str, on: str, program: str = "medi_cal") -> MilestoneSet:
    """Set a day in somebody's life; an empty one takes it back."""
    return MilestoneSet(kind, program, date.fromisoformat(on) if on else None)
