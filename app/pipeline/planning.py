"""Planning: adds the reminders that ladders, status and consent ask for; in sets, and again without harm."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from app.crashpoints import crashpoint
from app.db import agencies, daily, drafting, planning, statistics
from app.db.transaction import Database
from app.pipeline.broadcasts import Broadcasts
from app.pipeline.drafting import A_DAY, HORIZON, Drafting
from app.pipeline.laying_out import may_begin
from app.pipeline.loads import limits_of
from app.pipeline.pacing import pace_again
from app.queue import Job
from app.rules.agency import Agency

CHUNK = 50_000
"""How many occasions one transaction plans, and the rest of their households."""
FEW = 100
"""Up to so many occasions, each statement may go the way it went before; that saves an event most of its time."""
MANY = 1_000
"""Rows added at once after which the server's statistics may mislead it."""
A_WEEK = timedelta(days=7)
MONDAY = 0
EARLY = time(12)
"""In UTC: it is a new day everywhere in the United States, and no window is open yet."""


class Planning:
    """Plans the occasions that are marked to be planned, agency by agency."""

    def __init__(self, database: Database, *, drafting: Drafting, broadcasts: Broadcasts) -> None:
        self._database, self.drafting, self._broadcasts = database, drafting, broadcasts

    async def waiting(self) -> int:
        """Plan whatever waits, for all agencies; return how many rows that added."""
        async with self._database.transaction(None) as tx:
            waiting = await planning.agencies_waiting(tx.session)
        return sum([await self.agency(agency) for agency in waiting])

    async def daily(self) -> int:
        """Plan what the day brings, for all agencies, and whatever waits; return how many rows that added."""
        async with self._database.transaction(None) as tx:
            every = await agencies.every(tx.session)
        for agency in every:
            await self._mark(agency)
        added = await self.waiting()
        for agency in every:
            await self._pace_again(agency)
        return added

    async def next_turn(self) -> datetime:
        """Return by when the day is to be planned again: within a week, and on a day on which a cure period is over."""
        async with self._database.transaction(None) as tx:
            cure_days = self.drafting.constants.value("cure_days", tx.now.date())
            ended = await daily.next_cure_end(tx.session, cure_days=cure_days, today=tx.now.date())
        week = tx.now + A_WEEK
        if ended is None:
            return week
        return min(week, max(tx.now, datetime.combine(ended + timedelta(days=cure_days + 1), EARLY, UTC)))

    async def agency(self, agency: UUID) -> int:
        """Plan what waits for one agency, a chunk a transaction; its broadcasts after that."""
        added = 0
        while (chunk := await self._chunk(agency)) is not None:
            added += chunk
            if chunk > MANY:
                await self._look_at_what_grew()
        return added + await self._broadcasts.plan(agency)

    async def _look_at_what_grew(self) -> None:
        async with self._database.transaction(None) as tx:
            await statistics.look_at_what_grew(tx.session)

    async def _mark(self, agency: Agency) -> None:
        """Mark what comes within the horizon; end the cure periods that are over; open the next care plans."""
        async with self._database.transaction(None) as tx:
            rules = await self.drafting.rules(tx.session, agency)
            values = self.drafting.values(tx.session, agency, rules)
            today, until = values["today"], rules.day(tx.now + HORIZON)
            await daily.end_cures(tx.session, agency.id, cure_days=values["cure_days"], today=today)
            await daily.open_care_plans(tx.session, agency.id, today)
            # What begins before was looked for on an earlier day; once a week everything is looked through again.
            known = None if today.weekday() == MONDAY else await daily.planned_until(tx.session, agency.id)
            ranges = may_begin(rules, today, until, after=known and known - A_DAY)
            await daily.mark(tx.session, agency.id, ranges, rfi_days=values["rfi_days"])
            await daily.planned(tx.session, agency.id, until)

    async def _pace_again(self, agency: Agency) -> None:
        """Give whatever waits its place as the agency's rates and call centre are today."""
        if limits_of(agency):
            async with self._database.transaction(agency.id) as tx:
                await planning.one_planner(tx.session, agency.id)
                await drafting.begin(tx.session)
                rules = await self.drafting.rules(tx.session, agency)
                await pace_again(tx.session, agency, rules.calendar)

    async def _chunk(self, agency_id: UUID) -> int | None:
        """Plan a chunk of what waits; None when nothing waits."""
        async with self._database.transaction(agency_id) as tx:
            await planning.one_planner(tx.session, agency_id)
            await drafting.begin(tx.session)
            agency = await agencies.by_id(tx.session, agency_id)
            taken = await planning.take(tx.session, agency_id, CHUNK) if agency else 0
            if agency is None or not taken:
                return None
            if taken > FEW:
                await drafting.expect_many(tx.session)
            rules = await self.drafting.rules(tx.session, agency)
            until = tx.now + HORIZON
            await self.drafting.arrange(tx.session, agency, rules, until)
            crashpoint("planning.drafted")
            added = await planning.merge(tx.session, self.drafting.values(tx.session, agency, rules), until)
            await tx.enqueue(Job.DISPATCH)
            crashpoint("planning.merged")
        crashpoint("planning.planned")
        return added
