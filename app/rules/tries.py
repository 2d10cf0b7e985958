"""Whether a message that left and did not arrive is tried again, and when. Pure; all moments are business time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

CALLS = 3
CALLS_WITHIN = timedelta(days=30)
"""47 CFR 64.1200(a)(3): at most three calls to a number in thirty days."""
BETWEEN_CALLS = timedelta(days=1)
ANOTHER_HOUR = timedelta(hours=3)
"""How far a call that is moved stays from the hour of the last one: who was not at home then is not at that hour."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message whose time for another try has come: what a rule says of it, and the calls its number got lately."""

    deadline: datetime
    refused: str | None = None
    calls: int = 0
    called_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Go:
    """It is planned anew, due now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """It is asked again then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Never:
    """It stays what it is."""


Verdict = Go | Wait | Never


def another_try(waiting: Waiting, opens_at: datetime, now: datetime) -> Verdict:
    """Decide on another try, given when the contact window is open next (`now` or earlier: it is open)."""
    if waiting.refused or waiting.calls >= CALLS:
        return Never()
    free = opens_at if waiting.called_at is None else max(opens_at, waiting.called_at + BETWEEN_CALLS)
    if max(free, now) >= waiting.deadline:
        return Never()
    return Go() if free <= now else Wait(_at_another_hour(waiting, free))


def _at_another_hour(waiting: Waiting, free: datetime) -> datetime:
    if waiting.called_at is None:
        return free
    since = (free - waiting.called_at) % BETWEEN_CALLS
    if ANOTHER_HOUR <= since <= BETWEEN_CALLS - ANOTHER_HOUR:
        return free
    moved = free + (ANOTHER_HOUR - since) % BETWEEN_CALLS
    return moved if moved < waiting.deadline else free
