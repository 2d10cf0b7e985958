"""Heartbeats: every tick notes that it ran, and who asks hears which stage has been silent for too long."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.db import heartbeats
from app.db.transaction import Database, Session
from app.logs import log

LIMITS: Final[Mapping[str, timedelta]] = {
    "dispatch": timedelta(minutes=1),
    "receipts": timedelta(minutes=5),
    "upkeep": timedelta(minutes=5),
    "planning": timedelta(hours=26),
}
"""How long, by machine time, each stage may be silent; longer than its tick takes to come again."""
WITHIN: Final = 1.0
"""Seconds that the database has to answer who only asks whether the process is alive."""
MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A stage that has not run for too long."""

    stage: str
    since: datetime
    silent: timedelta

    @property
    def sentence(self) -> str:
        """What is wrong, for people."""
        return f"{self.stage} has not run for {_spoken(self.silent)} (since {self.since:%Y-%m-%d %H:%M} UTC)"


class Heartbeats:
    """Notes and judges when stages ran."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def expect(self) -> None:
        """From now on every stage has to run."""
        async with self._database.transaction(None) as tx:
            await heartbeats.expect(tx.session, list(LIMITS))

    async def beat(self, stage: str, done: object = 0) -> None:
        """Note that a stage ran; what it returned counts as work done, if it is a number."""
        async with self._database.transaction(None) as tx:
            await heartbeats.beat(tx.session, stage, done if isinstance(done, int) else 0)

    async def alarms(self) -> list[str]:
        """Return which stages are silent for too long, a sentence each; never fails and never waits long."""
        try:
            async with asyncio.timeout(WITHIN), self._database.transaction(None) as tx:
                return [one.sentence for one in await silent(tx.session)]
        except Exception as error:  # noqa: BLE001  (whatever it is, the process itself is alive)
            log().warning("heartbeats cannot be read", error=type(error).__name__)
            return ["the database does not answer"]


async def silent(session: Session) -> list[Alarm]:
    """Return the stages that have not run for too long."""
    ran = {row.stage: row.at_on_machine for row in await heartbeats.every(session)}
    now = session.machine_now
    return [
        Alarm(stage, ran[stage], now - ran[stage])
        for stage, limit in LIMITS.items()
        if stage in ran and now - ran[stage] > limit
    ]


def _spoken(span: timedelta) -> str:
    hours, minutes = divmod(span // MINUTE, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
