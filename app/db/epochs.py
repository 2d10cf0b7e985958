"""The epoch: how far this database has come, on which server, and which channels are held because of that."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.db.transaction import Session
from app.rules.epochs import Count, Server

HERE = text("""
    SELECT s.system_identifier::text AS system, c.timeline_id::bigint AS timeline
      FROM pg_control_system() s, pg_control_checkpoint() c
""")
BEGIN = text("""
    INSERT INTO epoch (id, number, system, timeline, noted_at, noted_on_machine)
    SELECT :id, 0, :system, :timeline, coalesce(max(intended_at), :now), coalesce(max(intended_on_machine), :machine_now)
      FROM attempt
    ON CONFLICT DO NOTHING
""")
READ = text("SELECT * FROM epoch FOR UPDATE")
HAS_SENT = text("SELECT 1 FROM attempt LIMIT 1")
LOOK = text("SELECT * FROM epoch")
ADVANCE = text("""
    UPDATE epoch SET number = :number, noted_at = :now, noted_on_machine = :machine_now,
           system = :system, timeline = :timeline
""")
HOLD = text("""
    UPDATE epoch SET held = :channels, held_because = :why, held_from = noted_at,
           held_from_on_machine = noted_on_machine
     WHERE held_because IS NULL
""")
RELEASE = text("""
    UPDATE epoch SET held = array_remove(held, :channel),
           held_because = CASE WHEN array_remove(held, :channel) = '{}' THEN NULL ELSE held_because END
""")


async def server(session: Session) -> Server:
    """Return the server that the database lives on."""
    row = await session.first(HERE)
    return Server(row.system, row.timeline) if row else Server("", 0)


async def read(session: Session, *, new_id: UUID, here: Server) -> Row[Any]:
    """Lock and return the epoch; a database that has none begins with `new_id`, here."""
    held = await session.first(READ)
    if held is not None:
        return held
    await session.run(
        BEGIN, id=new_id, system=here.system, timeline=here.timeline, now=session.now, machine_now=session.machine_now
    )  # fmt: skip
    [begun] = await session.all(READ)
    return begun


async def look(session: Session) -> Row[Any] | None:
    """Return the epoch, if the database has begun one."""
    return await session.first(LOOK)


async def has_sent(session: Session) -> bool:
    """Say whether anything was ever tried to be sent from this database."""
    return await session.first(HAS_SENT) is not None


async def advance(session: Session, count: Count, here: Server) -> None:
    """Note how far the database has come by now, and where it lives."""
    await session.run(
        ADVANCE, number=count.number, system=here.system, timeline=here.timeline, now=session.now,
        machine_now=session.machine_now,
    )  # fmt: skip


async def hold(session: Session, channels: Sequence[str], why: str) -> None:
    """Send nothing on these channels; what went out since the last note is not known."""
    await session.run(HOLD, channels=list(channels), why=why)


async def release(session: Session, channel: str) -> None:
    """Let a channel send again."""
    await session.run(RELEASE, channel=channel)
