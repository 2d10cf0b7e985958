"""Counts of what is braked: how often a key was let through, in windows of machine time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import text

from app.db.columns import columns
from app.db.transaction import Session

COLUMNS = ("scopes", "keys", "begin_at", "before_at", "most", "gone")
# Who is refused is not counted, so that knocking again makes no one wait longer.
TAKE = text("""
    SELECT take_brakes(cast(:scopes AS text[]), cast(:keys AS bytea[]), cast(:begin_at AS timestamptz[]),
             cast(:before_at AS timestamptz[]), cast(:most AS int[]), cast(:gone AS float8[])) AS place
""")
LIGHT = text("SET LOCAL synchronous_commit = off")
FORGET = text("DELETE FROM brake_count WHERE begins_at < :before")


async def take(session: Session, wanted: Sequence[tuple[str, bytes, int, timedelta]], now: datetime) -> int | None:
    """Count one of each scope and key, in order, unless that is more than its limit in its window.

    Returns the place of the first that is refused; those after it are not counted. All take theirs in one order of
    scopes, so that nobody waits for each other.
    """
    rows = [_row(scope, key, most, window, now) for scope, key, most, window in wanted]
    found = await session.first(TAKE, **columns(COLUMNS, rows))
    return found.place - 1 if found and found.place else None


async def lightly(session: Session) -> None:
    """Let the transaction commit without waiting for the disk: a few counts lost in a crash do no harm."""
    await session.run(LIGHT)


async def forget(session: Session, before: datetime) -> int:
    """Forget the counts of windows that began before a moment."""
    return await session.run(FORGET, before=before)


def _row(scope: str, key: bytes, most: int, window: timedelta, now: datetime) -> tuple[object, ...]:
    """Return one wish as the statement takes it: `gone` is what part of the window is over."""
    since = (now - datetime.min.replace(tzinfo=now.tzinfo)) % window
    begins = now - since
    return scope, key, begins, begins - window, most, since / window
