"""Footing: what the service stands on: the database and its promises, the queue, the tables, the disk."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from app.db import standing, watching
from app.db.schema import held_schema
from app.db.transaction import Row, Session
from app.metrics import Told
from app.rules.findings import Finding
from app.rules.releases import misfit

OLDEST_SERVER: Final = 16
SKEW: Final = timedelta(seconds=2)
"""How far this machine's clock and the database's may be apart: leases are minutes long, limits seconds."""
MANY: Final = 10_000
"""Rows from which a table's statistics decide how long a statement takes."""
LEAST_FREE: Final = 0.05
LEAST_AHEAD: Final = 31
"""Days for which there must be partitions."""
MOST_USED: Final = 0.8
"""The share of the connections from which on it is tight."""
PROMISES: Final[Mapping[str, frozenset[str]]] = {
    "fsync": frozenset({"on"}),
    "full_page_writes": frozenset({"on"}),
    "synchronous_commit": frozenset({"on", "remote_write", "remote_apply"}),
    "autovacuum": frozenset({"on"}),
}
"""Settings of the server that a reminder's once rests on, and what they may be."""
LIMITS: Final[Mapping[str, tuple[float, str, str]]] = {
    "unknown": (0, "{n:.0f} messages that nobody can prove", "settle them: `keepcovered unknowns`"),
    "unclear_oldest_seconds": (90_000, "attempts unclear for {n:.0f} s", "the log of `upkeep` says what look-ups meet"),
    "lane_lag_seconds": (3_600, "due for {n:.0f} s", "start another `keepcovered worker`, or raise the lane's rate"),
    "receipts_oldest_seconds": (600, "receipts wait for {n:.0f} s", "start `keepcovered ticks` and a worker"),
    "stalled_jobs": (20, "{n:.0f} jobs whose worker has died", "they are put back each minute: are the ticks alive?"),
}
"""What must not be exceeded: the limit, the sentence, the mend."""


class Footing:
    """Looks at what is beneath the service; changes nothing."""

    def __init__(
        self, known_schema: str, *, live: bool, data_dir: Path | None, machine_now: Callable[[], datetime]
    ) -> None:
        self._known, self._live, self._data_dir, self._machine_now = known_schema, live, data_dir, machine_now

    async def of_database(self, session: Session) -> list[Finding]:
        """Look at the server, the roles, the schema, the tables and what waits in them."""
        held, oldest = await held_schema(session)
        server = await standing.server(session)
        figures = await watching.figures(session)
        return [
            self._schema(held, oldest),
            *self._server(server, server.now - self._machine_now()),
            *self._roles(await standing.roles(session)),
            *_tables(await standing.big_tables(session, MANY)),
            *_partitions(figures),
            *_connections(figures),
            *_waiting(figures),
        ]

    def of_disk(self) -> list[Finding]:
        """Look at the data folder's disk."""
        if self._data_dir is None or not self._data_dir.is_dir():
            return []
        disk = shutil.disk_usage(self._data_dir)
        what = f"{disk.free / 2**30:.1f} GiB free of {disk.total / 2**30:.0f} where the data folder is"
        full = disk.free < LEAST_FREE * disk.total
        return [Finding("disk", what, "make room, or move KEEPCOVERED_DATA_DIR" if full else "", wrong=full)]

    def _schema(self, held: str, oldest: str) -> Finding:
        wrong = misfit(held, self._known, oldest)
        newer = "" if held == self._known else f" of a newer release; this version knows {self._known} and may go on"
        return Finding("schema", wrong or f"is {held}{newer}", wrong=bool(wrong))

    def _server(self, row: Row[Any], skew: timedelta) -> list[Finding]:
        major = row.version // 10_000
        found = [Finding("database", f"answers; PostgreSQL {major}, {row.replicas} standbys connected")]
        if major < OLDEST_SERVER:
            found.append(Finding("database", f"is PostgreSQL {major}", "16 or newer is needed", wrong=True))
        if row.standby:
            mend = "point KEEPCOVERED_DATABASE_URL at the primary"
            found.append(Finding("database", "is a standby and takes no writes", mend, wrong=True))
        for name, good in PROMISES.items():
            said = getattr(row, name)
            if said not in good:
                mend = f"set `{name} = on`: what a provider took might be forgotten in a crash"
                found.append(Finding("database", f"{name} is {said}", mend, wrong=self._live))
        if self._live and not row.private:
            found.append(Finding("database", "is spoken to in the clear", "add `?sslmode=verify-full`", wrong=True))
        if abs(skew) > SKEW:
            what = f"this clock and the database's are {abs(skew).total_seconds():.0f} s apart"
            found.append(Finding("clock", what, "let both machines keep time by NTP", wrong=True))
        return found

    def _roles(self, rows: Sequence[Row[Any]]) -> list[Finding]:
        found = [
            Finding(f"role {row.name}", "is not ours to take", "run `keepcovered migrate` as the owner", wrong=True)
            for row in rows
            if not row.ours
        ]
        found += [
            Finding(f"role {row.name}", "stands above row-level security", "take SUPERUSER and BYPASSRLS", wrong=True)
            for row in rows
            if row.above
        ]
        if self._live and any(row.superuser for row in rows):
            mend = "give the service a user of its own that owns the database"
            found.append(Finding("roles", "the service connects as a superuser", mend, wrong=True))
        return found or [Finding("roles", "kc_app and kc_engine are as they should be")]


def _tables(rows: Sequence[Row[Any]]) -> list[Finding]:
    found = [
        Finding(f"table {row.name}", "has no statistics", f"ANALYZE {row.name}; and leave autovacuum on", wrong=True)
        for row in rows
        if row.never_looked_at and row.live > MANY
    ]
    found += [
        Finding(f"table {row.name}", f"{row.dead} dead rows beside {row.live}", f"VACUUM {row.name}", wrong=True)
        for row in rows
        if row.dead > max(row.live, 10 * MANY)
    ]
    return found or [Finding("statistics", "are there for every big table")]


def _partitions(figures: Sequence[Told]) -> list[Finding]:
    ahead = {labels[0]: days for name, labels, days in figures if name == "partitions_ahead_days"}
    late = [
        Finding(f"table {table}", f"has partitions for {days:.0f} days ahead", "start `keepcovered ticks`", wrong=True)
        for table, days in ahead.items()
        if days < LEAST_AHEAD
    ]
    if late or not ahead:
        return late
    return [Finding("partitions", f"are there for {min(ahead.values()):.0f} days ahead")]


def _connections(figures: Sequence[Told]) -> list[Finding]:
    said = {name: value for name, _, value in figures}
    used, limit = said["database_connections"], said["database_connections_limit"]
    full = used > MOST_USED * limit
    mend = "raise max_connections, or put a pooler between (operators.md)" if full else ""
    return [Finding("connections", f"{used:.0f} of {limit:.0f} in use", mend, wrong=full)]


def _waiting(figures: Sequence[Told]) -> list[Finding]:
    found = []
    for name, labels, value in figures:
        limit, what, mend = LIMITS.get(name, (float("inf"), "", ""))
        if value > limit:
            found.append(Finding("/".join(labels) or "queue", what.format(n=value), mend, wrong=True))
    return found
