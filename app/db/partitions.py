"""Partitions: which there are, making one ahead of its time, and dropping one whose time is over.

Messages, attempts and receipts are parted by `period`. What belongs to no partition lies in `…_other`, so that no
row is ever refused; when its partition is made, it moves there. Tables are made and dropped by their owner, who is
whoever opened the connection; all waits for locks are short, because everybody waits behind them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import text

from app.db.transaction import Session

PARTED: Final = ("message", "attempt", "receipt")
MOVED_AT_MOST: Final = 20_000
"""Rows that a new partition may take out of `…_other`: nobody can use the table meanwhile."""

ONE_KEEPER = text("SELECT pg_try_advisory_xact_lock(hashtextextended('partitions', 0)) AS ours")
THERE_ARE = text(r"""
    SELECT held.relname AS "table", part.relname AS name,
           cast((regexp_match(pg_get_expr(part.relpartbound, part.oid), 'FROM \(''([0-9-]+)''\)'))[1] AS date) AS first,
           cast((regexp_match(pg_get_expr(part.relpartbound, part.oid), 'TO \(''([0-9-]+)''\)'))[1] AS date) AS beyond
      FROM pg_inherits i JOIN pg_class held ON held.oid = i.inhparent JOIN pg_class part ON part.oid = i.inhrelid
     WHERE held.relname = ANY(cast(:tables AS text[])) AND held.relnamespace = 'public'::regnamespace
       AND pg_get_expr(part.relpartbound, part.oid) <> 'DEFAULT' ORDER BY 1, 4
""")
AS_OWNER = text("SELECT set_config('role', 'none', true), set_config('lock_timeout', '1s', true)")
AS_ENGINE = text("SELECT set_config('role', 'kc_engine', true)")
STRAY = """
    SELECT count(*) AS n FROM (SELECT FROM {table}_other WHERE period >= :first AND period < :beyond LIMIT :most) stray
"""
MAKE = """
    CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES);
    ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;
    ALTER TABLE {name} FORCE ROW LEVEL SECURITY;
    CREATE POLICY every_agency ON {name} TO kc_engine USING (true);
    GRANT SELECT, INSERT, DELETE ON {name} TO kc_engine;
    LOCK TABLE {table}_other IN ACCESS EXCLUSIVE MODE
"""
MOVE = """
    WITH gone AS (DELETE FROM {table}_other WHERE period >= :first AND period < :beyond RETURNING *)
    INSERT INTO {name} SELECT * FROM gone
"""
ATTACH = "ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{first}') TO ('{beyond}')"
DROP = "DROP TABLE {name}"
FORGET = """
    DELETE FROM {table}_other WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM {table}_other WHERE period < :before LIMIT :most))
"""


@dataclass(frozen=True, slots=True, order=True)
class Partition:
    """The rows of one table whose period is at or after the first day and before the other."""

    table: str
    first: date
    beyond: date

    @property
    def name(self) -> str:
        """The name that it is made under."""
        return f"{self.table}_{self.first:%Y_%m}"


@dataclass(frozen=True, slots=True)
class Held:
    """A partition that there is; what came before all others has no first day."""

    table: str
    name: str
    first: date | None
    beyond: date


async def only_keeper(session: Session) -> bool:
    """Say whether nobody else makes or drops partitions just now, and let nobody until the transaction ends."""
    row = await session.first(ONE_KEEPER)
    return bool(row and row.ours)


async def held(session: Session) -> list[Held]:
    """Return the partitions that there are, but for those of what belongs to no other."""
    rows = await session.all(THERE_ARE, tables=list(PARTED))
    return [Held(row.table, row.name, row.first, row.beyond) for row in rows]


async def make(session: Session, one: Partition) -> bool:
    """Make a partition and move into it what strayed; not where too much did, say so then.

    Who reads or writes meanwhile waits for a moment only; where the table's locks are not to be had within a second,
    the statement fails and the transaction with it, to be tried again later.
    """
    names = {"table": one.table, "name": one.name}
    bounds = {"first": one.first, "beyond": one.beyond}
    strayed = await session.first(text(STRAY.format(**names)), **bounds, most=MOVED_AT_MOST + 1)
    if strayed and strayed.n > MOVED_AT_MOST:
        return False
    await session.all(AS_OWNER)
    for statement in MAKE.format(**names).split(";"):
        await session.run(text(statement))
    await session.all(AS_ENGINE)
    await session.run(text(MOVE.format(**names)), **bounds)
    await session.all(AS_OWNER)
    await session.run(text(ATTACH.format(**names, **bounds)))
    await session.all(AS_ENGINE)
    return True


async def drop(session: Session, name: str) -> None:
    """Drop a partition with all its rows; fails where the table's locks are not to be had within a second."""
    await session.all(AS_OWNER)
    await session.run(text(DROP.format(name=name)))
    await session.all(AS_ENGINE)


async def forget(session: Session, table: str, before: date, *, most: int = 10_000) -> int:
    """Delete rows of old periods that belong to no partition; return how many that were."""
    return await session.run(text(FORGET.format(table=table)), before=before, most=most)


def lacking(there: Sequence[Held], wanted: Sequence[Partition]) -> list[Partition]:
    """Return those of the wanted partitions that overlap none that there is."""
    return [
        one
        for one in wanted
        if not any(
            old.table == one.table and (old.first is None or old.first < one.beyond) and old.beyond > one.first
            for old in there
        )
    ]
