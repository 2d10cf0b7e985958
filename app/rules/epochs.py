"""Epochs: is this database the one that was last sent from, or an older state of it?

A database counts each pass of a sender, and a copy of the count lies outside of it. A database that
counts less than its copy, or that lives on another server than it remembers, was put back: it does not know what
went out since, so nothing may be sent before that is found out.
"""

from dataclasses import dataclass
from uuid import UUID

OLDER = "older"
MOVED = "moved"
SENTENCES = {
    OLDER: "it has counted less than the copy of its count beside it: it was restored from a backup",
    MOVED: "it lives on another server, or another timeline, than before: it was restored, promoted or moved",
}


@dataclass(frozen=True, slots=True)
class Server:
    """Which PostgreSQL a database lives on: the cluster's own name, and how often its history was branched."""

    system: str
    timeline: int


@dataclass(frozen=True, slots=True)
class Count:
    """How far a database has come: its own name, and how often a sender passed."""

    id: UUID
    number: int


def why_held(count: Count, home: Server, copy: Count | None, here: Server) -> str | None:
    """Return why nothing may be sent from a database; None if it is the one that was last sent from."""
    if copy is not None and copy.id == count.id and copy.number > count.number:
        return OLDER
    return MOVED if home != here else None
