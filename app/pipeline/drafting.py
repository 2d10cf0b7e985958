"""Drafting: works out what the chosen occasions ask for, and when, without touching a message."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from app.db import arranging, daily, drafting
from app.db.transaction import Session
from app.pipeline.calendars import Almanac
from app.pipeline.ladders import Ladders
from app.pipeline.laying_out import Rules, may_begin, tables
from app.pipeline.pacing import Fit, foresee_pace, pace
from app.pipeline.wording import Wording
from app.rules.agency import Agency
from app.rules.facts import Channel
from app.rules.record import KIND_OF
from schedules.ladders.model import Policy
from schedules.places import parse_place

HORIZON: Final = timedelta(days=100)
"""Steps that begin later are left to a later day's planning."""
A_DAY: Final = timedelta(days=1)
"""By which a day at another place may differ from the agency's."""


class Drafting:
    """Fills the draft of a transaction."""

    def __init__(self, *, ladders: Ladders, wording: Wording, almanac: Almanac) -> None:
        self._ladders, self._wording, self._almanac = ladders, wording, almanac
        self.constants = almanac.constants

    async def rules(self, session: Session, agency: Agency) -> Rules:
        """Return what decides for an agency: its ladders, the words, its calendar, the dated constants."""
        return Rules(
            await self._ladders.book(session, agency.id),
            await self._wording.book(session),
            self._almanac.calendar_of(agency),
            self._almanac.constants,
        )

    async def draft(self, session: Session, agency: Agency, until: datetime) -> Fit:
        """Fill the draft with whatever begins by `until` and is not planned yet; writes no message.

        That is what waits to be planned, what begins after the day up to which planning has looked, and what is due
        anew by then: cure periods that end, and the care plans of the next year.
        """
        rules = await self.rules(session, agency)
        await drafting.begin(session)
        await drafting.expect_many(session)
        values, last = self.values(session, agency, rules), rules.day(until)
        known = await daily.planned_until(session, agency.id)
        await daily.choose_open(
            session, agency.id, may_begin(rules, values["today"], last, after=known and known - A_DAY), until=last,
            **{name: values[name] for name in ("rfi_days", "cure_days", "today")},
        )  # fmt: skip
        return await self.arrange(session, agency, rules, until, foreseen=True)

    async def arrange(
        self, session: Session, agency: Agency, rules: Rules, until: datetime, *, foreseen: bool = False
    ) -> Fit:
        """Fill the draft for the chosen and arrange it: policies, households, days, pace; return how it fits."""
        values = await self.gather(session, agency, rules, until, foreseen=foreseen)
        if not await self.lay_out(session, rules, values, until):
            return Fit()
        if foreseen:
            return await foresee_pace(session, agency, rules.calendar)
        return await pace(session, agency, rules.calendar)

    async def gather(
        self, session: Session, agency: Agency, rules: Rules, until: datetime, *, foreseen: bool = False
    ) -> dict[str, Any]:
        """Gather what falls due for the chosen; return the values that the planner's statements ask for."""
        values = self.values(session, agency, rules)
        await drafting.gather(session, values)
        await arranging.look_around(session, agency.id)
        if foreseen:
            last = rules.day(until)
            await daily.foresee(session, cure_days=values["cure_days"], today=values["today"], until=last)
        return values

    @staticmethod
    async def lay_out(session: Session, rules: Rules, values: dict[str, Any], until: datetime) -> int:
        """Fill the draft with what was gathered: policies, households, days; return how many rows that gives."""
        met, places, wanted = await drafting.met(session)
        small = tables(rules, met, places, wanted, until=rules.day(until), now=session.now)
        filled = await drafting.fill(session, {**values, **small})
        if filled:
            await _choose_channels(session, rules)
            await arranging.bundle(session)
            await _spread(session, rules)
        return filled

    @staticmethod
    def values(session: Session, agency: Agency, rules: Rules) -> dict[str, Any]:
        """Return what the planner's statements ask for besides the small tables."""
        today = rules.day(session.now)
        return {
            "today": today,
            "agency": agency.id,
            "agency_zone": agency.timezone,
            "now": session.now,
            "allowed": rules.book.allowed,
            "purposes": rules.purposes,
            "rfi_days": rules.constants.value("rfi_days", today),
            "cure_days": rules.constants.value("cure_days", today),
            "kind_channel": [str(channel) for channel in Channel],
            "kind": [KIND_OF[channel] for channel in Channel],
            "kind_refused": [None if agency.sender(channel) else "no_sender" for channel in Channel],
        }


async def _choose_channels(session: Session, rules: Rules) -> None:
    steps = [step for _, step in rules.steps]
    first = [step.key for step in steps if step.policy is Policy.FIRST]
    fallback = {step.key: step.fallback_days for step in steps if step.policy is Policy.FALLBACK}
    if first:
        await arranging.first_only(session, first)
    if fallback:
        await arranging.fall_back(session, fallback)


async def _spread(session: Session, rules: Rules) -> None:
    """Move what would reach somebody twice on a day, or too often, to later days."""
    today = rules.day(session.now)
    known = rules.constants.on(today)
    caps = {str(channel): known[f"{channel}_cap_30_days"] for channel in Channel}
    crowded = await arranging.crowded(session, caps, today)
    if crowded:
        rounds = max(row.rounds for row in crowded)
        await arranging.spread(session, _openings(rules, crowded), caps, rounds)


def _openings(rules: Rules, crowded: Sequence[Any]) -> list[tuple[Any, ...]]:
    return [
        (row.place, row.channel, opening.opens_at, opening.closes_at)
        for row in crowded
        for opening in rules.calendar.openings(
            parse_place(row.place), row.channel, rules.day(row.first) - A_DAY, rules.day(row.last) + A_DAY
        )
    ]
