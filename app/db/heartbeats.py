"""Heartbeats: when each stage ran last, by machine time, so that silence is noticed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text

from app.db.transaction import Session

# A stage that never ran counts from when it was first looked for.
EXPECT = text("""
    INSERT INTO heartbeat (stage, at_on_machine, at)
    SELECT unnest(cast(:stages AS text[])), :machine_now, :now ON CONFLICT DO NOTHING
""")
BEAT = text("""
    INSERT INTO heartbeat (stage, at_on_machine, at, done) VALUES (:stage, :machine_now, :now, :done)
    ON CONFLICT (stage) DO UPDATE
       SET at_on_machine = excluded.at_on_machine, at = excluded.at, done = heartbeat.done + excluded.done
""")
ALL = text("SELECT stage, at_on_machine, at, done FROM heartbeat ORDER BY stage")


async def expect(session: Session, stages: Sequence[str]) -> None:
    """Begin to count for the stages that never ran."""
    await session.run(EXPECT, stages=list(stages), now=session.now, machine_now=session.machine_now)


async def beat(session: Session, stage: str, done: int = 0) -> None:
    """Note that a stage ran now, and how much it did."""
    await session.run(BEAT, stage=stage, done=done, now=session.now, machine_now=session.machine_now)


async def every(session: Session) -> Sequence[Row[Any]]:
    """Return when each stage ran last."""
    return await session.all(ALL)
