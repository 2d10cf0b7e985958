"""Keeping: partitions are there before their time comes, and what has had its time is dropped (business time)."""

from datetime import date

from app.db import brake_counts, cells, partitions, retiring
from app.db.partitions import Partition
from app.db.transaction import AWAY, Database, Session
from app.logs import log
from app.pipeline.pumping import LONGEST
from app.rules.retention import Kept, kept_since, spans
from schedules.months import add_months

BEHIND = 6
"""Months before today that have partitions too: what is said of renewals that ended lately."""


class Keeping:
    """Keeps the tables small and the partitions ahead."""

    def __init__(self, database: Database, kept: Kept) -> None:
        self._database, self._kept = database, kept

    async def run(self) -> None:
        """Make what will be needed, and drop what is over."""
        await self.make_ahead()
        await self.drop_old()

    async def make_ahead(self) -> int:
        """Make the partitions of the months to come that there are not yet; return how many."""
        async with self._database.transaction(None) as tx:
            there, today = await partitions.held(tx.session), tx.now.date()
        start = add_months(today.replace(day=1), -BEHIND)
        wanted = spans(start, months_each=self._kept.months_each, ahead=self._kept.ahead + BEHIND)
        lacking = partitions.lacking(
            there, [Partition(table, *span) for table in partitions.PARTED for span in wanted]
        )  # fmt: skip
        return sum([await self._make(one) for one in lacking])

    async def drop_old(self) -> int:
        """Drop partitions whose time is over, and the rows of old months elsewhere; return how many partitions."""
        async with self._database.transaction(None) as tx:
            there, today = await partitions.held(tx.session), tx.now.date()
            await self._forget(tx.session, today)
        over = [one.name for one in there if one.beyond <= self._since(one.table, today)]
        return sum([await self._drop(name) for name in over])

    def _since(self, table: str, today: date) -> date:
        kept = {"message": self._kept.messages, "attempt": self._kept.attempts, "receipt": self._kept.receipts}
        return kept_since(today, kept[table])

    async def _forget(self, session: Session, today: date) -> None:
        for table in partitions.PARTED:
            await partitions.forget(session, table, self._since(table, today))
        await cells.forget(session, kept_since(today, self._kept.reports))
        await retiring.forget_replies(session, kept_since(today, self._kept.replies))
        await retiring.forget_unconfirmed(session, kept_since(today, self._kept.signups))
        await brake_counts.forget(session, session.machine_now - LONGEST)

    async def _make(self, one: Partition) -> int:
        """Make one partition in a transaction of its own; what is not to be had now comes again with the next tick."""
        try:
            async with self._database.transaction(None) as tx:
                made = await partitions.only_keeper(tx.session) and await partitions.make(tx.session, one)
        except AWAY as error:
            log().warning("partition not made yet", where=one.name, error=type(error).__name__)
            return 0
        return int(made)

    async def _drop(self, name: str) -> int:
        try:
            async with self._database.transaction(None) as tx:
                await partitions.drop(tx.session, name)
        except AWAY as error:
            log().warning("partition not dropped yet", where=name, error=type(error).__name__)
            return 0
        log().info("partition dropped", where=name)
        return 1
