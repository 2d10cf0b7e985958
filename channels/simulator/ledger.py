"""The simulator's book: everything it accepted, in one append-only SQLite file.

An answer is given only after the commit. In WAL mode with `synchronous=NORMAL` a commit is in the
operating system's hands, so a killed process loses nothing that was answered.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from channels.simulator.story import Step

_SCHEMA = Path(__file__).with_name("schema.sql")


@dataclass(frozen=True, slots=True)
class Message:
    """One text, e-mail or call; `status` and `code` are the provider's words of this moment."""

    id: str
    channel: str
    sender: str
    recipient: str = field(repr=False)
    body: str = field(repr=False)
    reference: str
    accepted_at: datetime
    status: str
    direction: str = "outbound-api"
    detail: Mapping[str, Any] = field(default_factory=dict, repr=False)
    code: str = ""
    redacted: bool = False
    deleted: bool = False
    seq: int = 0

    @property
    def person(self) -> str:
        """The phone or inbox at the other end."""
        return self.sender if self.direction == "inbound" else self.recipient


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to a message: a status, words spoken, keys pressed, an address for keys."""

    message: int
    kind: str
    value: str = field(repr=False)
    code: str = ""


@dataclass(frozen=True, slots=True)
class Callback:
    """A step that is still to be done; `due` is in seconds since 1970."""

    seq: int
    message: int
    due: float
    step: Step


@dataclass(frozen=True, slots=True)
class Search:
    """Which messages to list, newest first; what is empty does not narrow."""

    channel: str = ""
    recipient: str = ""
    sender: str = ""
    person: str = field(default="", repr=False)
    """A part of the address at the other end."""
    reference: str = ""
    status: str = ""
    direction: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 50


Accepted = Sequence[tuple[Message, Sequence[Step]]]


class Ledger:
    """Reads and writes the book; one process writes, from one event loop."""

    def __init__(self, path: Path, now: Callable[[], datetime], waits: Callable[[], datetime] | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._now, self._waits = now, waits or now
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA.read_text())
        self._last_message = self._highest("messages")
        self._last_callback = self._highest("callbacks")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def accept(self, accepted: Accepted) -> tuple[list[Message], list[Callback]]:
        """Write messages and their steps in one commit; return both with their numbers."""
        messages: list[Message] = []
        callbacks: list[Callback] = []
        start = self._waits().timestamp()
        for message, steps in accepted:
            self._last_message += 1
            messages.append(replace(message, seq=self._last_message))
            callbacks += [self._callback(self._last_message, start, step) for step in steps]
        with self._transaction():
            self._db.executemany(
                "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [_message_row(message) for message in messages],
            )
            self._db.executemany(
                "INSERT INTO callbacks (seq, message, lane, due, status, code, told, payload)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [_callback_row(callback) for callback in callbacks],
            )
        return messages, callbacks

    def _callback(self, message: int, start: float, step: Step) -> Callback:
        self._last_callback += 1
        return Callback(self._last_callback, message, start + step.delay, step)

    def note(self, facts: Iterable[Fact]) -> None:
        """Add what happened, with the present moment."""
        at = self._now().isoformat()
        with self._transaction():
            self._db.executemany(
                "INSERT INTO facts (message, kind, value, code, at) VALUES (?, ?, ?, ?, ?)",
                [(fact.message, fact.kind, fact.value, fact.code, at) for fact in facts],
            )

    def settle(self, states: Iterable[tuple[str, int]]) -> None:
        """Write what became of callbacks: pairs of state and number."""
        with self._transaction():
            self._db.executemany("UPDATE callbacks SET state = ? WHERE seq = ?", states)

    def drop(self, message: int) -> None:
        """Forget what was still to be done for a message."""
        self._db.execute(
            "UPDATE callbacks SET state = 'dropped' WHERE message = ? AND state = 'pending'",
            (message,),
        )

    def pending(self) -> list[Callback]:
        """Return the callbacks that were never finished, oldest first."""
        rows = self._db.execute("SELECT * FROM callbacks WHERE state = 'pending' ORDER BY seq")
        return [_callback_of(row) for row in rows]

    def get(self, id_: str) -> Message | None:
        """Return the message with this id."""
        return self._one("SELECT * FROM present WHERE id = ?", id_)

    def numbered(self, seq: int) -> Message | None:
        """Return the message with this number, as it stood when it was accepted."""
        return self._one(
            "SELECT *, first_status AS status, '' AS code, body AS words, 0 AS redacted, 0 AS deleted"
            " FROM messages WHERE seq = ?",
            seq,
        )

    def last_fact(self, message: int, kind: str) -> str:
        """Return the latest value of a kind, or nothing."""
        row = self._db.execute(
            "SELECT value FROM facts WHERE message = ? AND kind = ? ORDER BY seq DESC LIMIT 1",
            (message, kind),
        ).fetchone()
        return str(row["value"]) if row else ""

    def history(self, message: int) -> list[Fact]:
        """Return everything that happened to a message, in order."""
        rows = self._db.execute(
            "SELECT message, kind, value, code FROM facts WHERE message = ? ORDER BY seq", (message,)
        )
        return [Fact(*row) for row in rows]

    def search(self, search: Search) -> list[Message]:
        """Return the messages that match, newest first."""
        wanted = {
            "channel = ?": search.channel,
            "recipient = ?": search.recipient,
            "sender = ?": search.sender,
            "instr(CASE direction WHEN 'inbound' THEN sender ELSE lower(recipient) END, lower(?))": search.person,
            "reference = ?": search.reference,
            "status = ?": search.status,
            "direction LIKE ? || '%'": search.direction,
            "accepted_at >= ?": search.since and search.since.isoformat(),
            "accepted_at < ?": search.until and search.until.isoformat(),
            "seq < ?": search.before,
        }
        narrowed = {clause: value for clause, value in wanted.items() if value not in ("", None)}
        where = " AND ".join(narrowed) or "true"
        rows = self._db.execute(
            f"SELECT * FROM present WHERE {where} ORDER BY seq DESC LIMIT ?",  # noqa: S608 -- fixed clauses, bound values
            (*narrowed.values(), search.limit),
        )
        return [_message_of(row) for row in rows]

    def conversation(self, phone: str, limit: int = 200) -> list[Message]:
        """Return the texts to and from a phone, newest first."""
        rows = self._db.execute(
            "SELECT * FROM present WHERE channel = 'sms' AND (recipient = ?1 AND direction <> 'inbound'"
            " OR sender = ?1 AND direction = 'inbound') ORDER BY seq DESC LIMIT ?2",
            (phone, limit),
        )
        return [_message_of(row) for row in rows]

    def _one(self, query: str, value: str | int) -> Message | None:
        row = self._db.execute(query, (value,)).fetchone()
        return _message_of(row) if row else None

    def _highest(self, table: str) -> int:
        query = f"SELECT coalesce(max(seq), 0) FROM {table}"  # noqa: S608 -- our own table's name
        return int(self._db.execute(query).fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _message_row(message: Message) -> tuple[Any, ...]:
    return (
        message.seq,
        message.id,
        message.channel,
        message.direction,
        message.sender,
        message.recipient,
        message.body,
        message.reference,
        message.accepted_at.isoformat(),
        message.status,
        json.dumps(message.detail),
    )


def _message_of(row: sqlite3.Row) -> Message:
    return Message(
        id=row["id"],
        channel=row["channel"],
        sender=row["sender"],
        recipient=row["recipient"],
        body=row["words"],
        reference=row["reference"],
        accepted_at=datetime.fromisoformat(row["accepted_at"]),
        status=row["status"],
        direction=row["direction"],
        detail=json.loads(row["detail"]),
        code=row["code"],
        redacted=bool(row["redacted"]),
        deleted=bool(row["deleted"]),
        seq=row["seq"],
    )


def _callback_row(callback: Callback) -> tuple[Any, ...]:
    step = callback.step
    return (
        callback.seq,
        callback.message,
        step.lane,
        callback.due,
        step.status,
        step.code,
        int(step.told),
        json.dumps(step.payload),
    )


def _callback_of(row: sqlite3.Row) -> Callback:
    step = Step(
        lane=row["lane"],
        delay=0,
        status=row["status"],
        code=row["code"],
        told=bool(row["told"]),
        payload=json.loads(row["payload"]),
    )
    return Callback(row["seq"], row["message"], row["due"], step)
