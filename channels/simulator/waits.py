"""How long things have waited here: machine time, and what the sandbox's clock was moved by beside it.

Only what a provider holds for later goes by this clock. Signatures and what is told keep to machine time.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

_SCHEMA = "CREATE TABLE IF NOT EXISTS waits (seq INTEGER PRIMARY KEY, seconds REAL NOT NULL, at REAL NOT NULL) STRICT"


class Waits:
    """A clock that can be moved on; by how much stands in the simulator's book."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path, self._now = path, now
        self.beside = timedelta()
        with closing(sqlite3.connect(path, isolation_level=None)) as book:
            book.execute(_SCHEMA)
            (seconds,) = book.execute("SELECT coalesce(sum(seconds), 0) FROM waits").fetchone()
            self.beside = timedelta(seconds=seconds)

    def __call__(self) -> datetime:
        """Return the present moment on this clock."""
        return self._now() + self.beside

    def at(self, moment: datetime) -> datetime:
        """Return what a moment of machine time is on this clock."""
        return moment + self.beside

    def let_pass(self, by: timedelta) -> None:
        """Move this clock on."""
        with closing(sqlite3.connect(self._path, isolation_level=None)) as book:
            values = (by.total_seconds(), self._now().timestamp())
            book.execute("INSERT INTO waits (seconds, at) VALUES (?, ?)", values)
        self.beside += by
