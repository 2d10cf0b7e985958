"""The transaction boundary: a stage opens it, `db` functions take its session, nobody else commits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import procrastinate
from sqlalchemy import Row, make_url, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.elements import TextClause

from app.db.sealed import BlindIndex, KeyRing
from app.queue import Job, enqueue_on

__all__ = ["Database", "Row", "Session", "Transaction"]

T = TypeVar("T")
AWAY = (OperationalError, InterfaceError, NoConnection)
"""What is raised when the database cannot be had."""
PAUSES = (0.05, 0.2, 0.8, 3.0)
"""Seconds between the tries of work that may be repeated."""

OPEN = text("""
    SELECT set_config('role', :role, true), set_config('kc.agency', :agency, true), machine.now, machine.now + ahead
      FROM (SELECT clock_timestamp() AS now OFFSET 0) machine, business_clock
""")


@dataclass(frozen=True, slots=True)
class Session:
    """One open transaction as `db` functions see it: statements, the two times, the keys."""

    connection: AsyncConnection
    now: datetime
    """Business time when the transaction began: decides due, window, deadline, consent."""
    machine_now: datetime
    """Machine time when the transaction began: decides leases and rates."""
    ring: KeyRing
    index: BlindIndex

    async def all(self, statement: TextClause, **values: Any) -> Sequence[Row[Any]]:  # noqa: ANN401
        """Run a statement and return its rows."""
        return (await self.connection.execute(statement, values)).all()

    async def first(self, statement: TextClause, **values: Any) -> Row[Any] | None:  # noqa: ANN401
        """Run a statement and return its first row, if any."""
        return (await self.connection.execute(statement, values)).first()

    async def run(self, statement: TextClause, **values: Any) -> int:  # noqa: ANN401
        """Run a statement and return how many rows it touched."""
        return (await self.connection.execute(statement, values)).rowcount


@dataclass(frozen=True, slots=True)
class Transaction:
    """What a stage may do inside one transaction: use the session, and enqueue jobs with its rows."""

    session: Session
    _queue: procrastinate.App

    @property
    def now(self) -> datetime:
        """Business time of the transaction."""
        return self.session.now

    async def enqueue(self, job: Job, **args: str) -> None:
        """Add a job that exists only if this transaction commits."""
        raw = await self.session.connection.get_raw_connection()
        connection = raw.driver_connection
        if connection is not None:
            await enqueue_on(connection, self._queue, job, **args)


class Database:
    """The one engine: opens transactions under the role that fits."""

    def __init__(
        self,
        url: str,
        *,
        queue: procrastinate.App,
        ring: KeyRing,
        index: BlindIndex,
        pool: int = 10,
    ) -> None:
        self._engine: AsyncEngine = create_async_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=pool,
            max_overflow=pool,
            pool_pre_ping=True,
            hide_parameters=True,  # an error's text must not carry anybody's address
        )
        self._queue, self.ring, self.index, self._overflow = queue, ring, index, pool

    @asynccontextmanager
    async def transaction(self, agency: UUID | None) -> AsyncIterator[Transaction]:
        """Open a transaction for one agency (`kc_app`), or for all with None (`kc_engine`)."""
        role = "kc_engine" if agency is None else "kc_app"
        async with self._engine.begin() as connection:
            opened = await connection.execute(OPEN, {"role": role, "agency": str(agency or "")})
            _, _, machine_now, now = opened.one()
            yield Transaction(Session(connection, now, machine_now, self.ring, self.index), self._queue)

    async def repeated(self, agency: UUID | None, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run work that may be repeated without harm, again after a deadlock or a lost connection."""
        for pause in PAUSES:
            try:
                async with self.transaction(agency) as tx:
                    return await work(tx)
            except (OperationalError, InterfaceError):
                await asyncio.sleep(pause)
        async with self.transaction(agency) as tx:
            return await work(tx)

    def pool_use(self) -> Mapping[str, int]:
        """Return how many connections of the pool are at work, at rest, and how many there may be."""
        pool = cast("QueuePool", self._engine.pool)
        return {"used": pool.checkedout(), "idle": pool.checkedin(), "limit": pool.size() + self._overflow}

    async def close(self) -> None:
        """Give all connections back."""
        await self._engine.dispose()
