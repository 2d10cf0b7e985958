"""What SendGrid knows of batches: which ids it made, when their mails are due, which are withdrawn.

Kept in the simulator's book, in a table of its own that is only ever added to. An id carries its own proof,
so that one nobody ever used needs no place in the book.
"""

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

MOST_WITHDRAWN: Final = 10
IN_TIME: Final = timedelta(minutes=10)
LATEST: Final = timedelta(hours=72)

_SCHEMA = """
    CREATE TABLE IF NOT EXISTS sendgrid_batches (
        seq INTEGER PRIMARY KEY,
        batch TEXT NOT NULL,
        fact TEXT NOT NULL CHECK (fact IN ('mail', 'cancel', 'resume')),
        send_at REAL NOT NULL,
        at REAL NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS sendgrid_batches_batch ON sendgrid_batches (batch, seq);
"""
_WITHDRAWN = """
    SELECT batch FROM (SELECT batch, fact, max(seq) FROM sendgrid_batches WHERE fact <> 'mail' GROUP BY batch)
     WHERE fact = 'cancel' ORDER BY 1
"""
_TIMES = """
    SELECT max(CASE WHEN fact = 'mail' THEN send_at END),
           min(CASE WHEN fact = 'mail' AND send_at > ?2 THEN send_at END),
           max(CASE WHEN fact = 'cancel' THEN at END)
      FROM sendgrid_batches WHERE batch = ?1
"""


@dataclass(frozen=True, slots=True)
class Batches:
    """Reads and writes the facts about batches."""

    path: Path
    now: Callable[[], datetime]
    secret: str = field(repr=False)

    def make(self) -> str:
        """Return a new id: 32 characters, as SendGrid's have."""
        start = secrets.token_hex(8)
        return start + self._proof(start)

    def made(self, batch: object) -> bool:
        """Say whether an id is one of those that were made."""
        if not isinstance(batch, str) or not batch.isascii():
            return False
        return hmac.compare_digest(batch[16:], self._proof(batch[:16]))

    def add_mail(self, batch: str, send_at: float) -> None:
        """Note that a mail of a batch is to leave at a time, in seconds since 1970."""
        self._note(batch, "mail", send_at)

    def withdraw(self, batch: str) -> None:
        """Note that a batch is withdrawn."""
        self._note(batch, "cancel")

    def resume(self, batch: str) -> None:
        """Note that a batch is not withdrawn any more."""
        self._note(batch, "resume")

    def withdrawn(self) -> list[str]:
        """Return the batches that are withdrawn."""
        return [row[0] for row in self._rows(_WITHDRAWN)]

    def full(self) -> bool:
        """Say whether no further batch can be withdrawn now."""
        return sum(map(self._pending, self.withdrawn())) >= MOST_WITHDRAWN

    def in_time(self, batch: str) -> bool:
        """Say whether a batch can still be withdrawn: nothing of it is about to leave, and not all of it has left."""
        last, following, _ = self._times(batch)
        return last is None or (following is not None and following - self._moment >= IN_TIME.total_seconds())

    def _pending(self, batch: str) -> bool:
        """Say whether a withdrawal still counts: until its last mail is discarded, or while one may still come."""
        last, _, withdrawn_at = self._times(batch)
        until: float = withdrawn_at + LATEST.total_seconds() if last is None else last
        return until > self._moment

    def _times(self, batch: str) -> tuple[Any, ...]:
        (times,) = self._rows(_TIMES, batch, self._moment)
        return tuple(times)

    @property
    def _moment(self) -> float:
        return self.now().timestamp()

    def _proof(self, start: str) -> str:
        return hmac.new(self.secret.encode(), start.encode(), hashlib.sha256).hexdigest()[:16]

    def _note(self, batch: str, fact: str, send_at: float = 0.0) -> None:
        self._rows(
            "INSERT INTO sendgrid_batches (batch, fact, send_at, at) VALUES (?, ?, ?, ?)",
            batch, fact, send_at, self._moment,
        )  # fmt: skip

    def _rows(self, query: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as book:
            book.execute("PRAGMA synchronous = NORMAL")
            book.executescript(_SCHEMA)
            return book.execute(query, values).fetchall()
