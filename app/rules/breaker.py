"""A provider's breaker: whether it gets messages, by how its last ones went. Pure; all moments are machine time.

Counts fade by half every half minute. Closed: it gets everything. Open: nothing, until a moment. After
that it is half open: one small batch of one worker tries it, which closes it or opens it for longer.
One that receipts opened is not closed by answers, which were good all the while: something has to arrive.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum

HALF_LIFE = timedelta(seconds=30)
ENOUGH = 5
"""Messages that went wrong lately, before one speaks of an error rate."""
TOO_MANY = 0.5
"""The share of them that opens it."""
ROUNDS = 3
"""Requests one after the other, before one speaks of slowness."""
SLOW = 5.0
"""Seconds a request on average; half of what the transport waits at most."""
FIRST_PAUSE = timedelta(seconds=60)
LONGEST_PAUSE = timedelta(minutes=10)
"""How long it stays open at most; after that long without an opening, pauses begin small again."""
PROBE = 10
"""How many messages try a half-open one."""
PROBE_LEASE = timedelta(seconds=30)
"""How long a worker that tries it may be silent; as long as the lease of an attempt."""

SILENCE = timedelta(hours=1)
"""How long no receipt may say that a setting is wrong, until answers alone close it: not every carrier reports."""


class Passing(IntEnum):
    """What a breaker lets through."""

    NOTHING = 0
    A_PROBE = 1
    ALL = 2


@dataclass(frozen=True, slots=True)
class Breaker:
    """What is known of a provider on a channel: how its last messages went, and whether it is open."""

    at: datetime
    ok: float = 0.0
    bad: float = 0.0
    rounds: float = 0.0
    seconds: float = 0.0
    opened_at: datetime | None = None
    open_until: datetime | None = None
    openings: int = 0
    why: str = ""
    """`errors`, `slow` or `misconfigured`, while it is open."""
    probe_until: datetime | None = None
    reported: bool = False
    """Whether receipts opened it last."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How one batch went: messages it answered for, messages it was at fault with, and how long it took."""

    ok: int = 0
    bad: int = 0
    misconfigured: int = 0
    rounds: int = 0
    """How many requests came one after the other."""
    seconds: float = 0.0
    trial: bool = False
    """Sent while the breaker was not closed: as a probe, or because there was no other way."""


def passing(breaker: Breaker | None, now: datetime) -> Passing:
    """Say what a breaker lets through now; one that was never counted is closed."""
    if breaker is None or breaker.open_until is None:
        return Passing.ALL
    probed = breaker.probe_until is not None and now < breaker.probe_until
    return Passing.NOTHING if now < breaker.open_until or probed else Passing.A_PROBE


def choice(each: Sequence[Sequence[Breaker | None]], now: datetime, *, wait: bool) -> tuple[int, Passing] | None:
    """Choose among providers, the preferred one first, each with its breakers; all of them must let it pass.

    Where nobody may: None if one can wait, else the one that opens soonest, as if it were closed.
    """
    let = [min((passing(one, now) for one in several), default=Passing.ALL) for several in each]
    free = next((at for at, what in enumerate(let) if what is not Passing.NOTHING), None)
    if free is not None:
        return free, let[free]
    if wait or not each:
        return None
    return min(range(len(each)), key=lambda at: _opens(each[at], now)), Passing.NOTHING


def counted(breaker: Breaker | None, told: Tally, now: datetime, *, another: bool) -> Breaker:
    """Return the breaker after a batch; slowness only counts where there is another provider."""
    before = breaker or Breaker(now)
    faded = _faded(before, told, now)
    if before.open_until is None:
        wrong = _wrong(told, faded, another=another)
        return opened(faded, wrong, now) if wrong else faded
    if not told.trial:
        return faded  # it left before the breaker opened
    wrong = _wrong_trial(told, another=another)
    if wrong:
        return opened(faded, wrong, now)
    kept = replace(faded, probe_until=None)
    return _answered(kept, now) if told.ok else kept


def reported(breaker: Breaker, *, left: datetime, now: datetime) -> Breaker:
    """Return the breaker after a receipt said that a setting is wrong; what left before it opened is no news."""
    if breaker.reported and breaker.opened_at is not None and left <= breaker.opened_at:
        return breaker
    return replace(opened(breaker, "misconfigured", now), reported=True)


def arrived(breaker: Breaker, *, left: datetime) -> Breaker:
    """Return the breaker after a receipt said that a message arrived, which closes one that receipts opened."""
    if not _waits_for_word(breaker) or (breaker.opened_at is not None and left <= breaker.opened_at):
        return breaker
    return _closed(breaker)


def opened(breaker: Breaker, why: str, now: datetime) -> Breaker:
    """Return the breaker opened, for twice as long as the last time, if that was lately."""
    lately = breaker.open_until or breaker.opened_at
    openings = breaker.openings if lately is not None and now - lately < LONGEST_PAUSE else 0
    pause = min(FIRST_PAUSE * 2**openings, LONGEST_PAUSE)
    return Breaker(
        now, opened_at=now, open_until=now + pause, openings=min(openings + 1, 10), why=why,
        reported=_waits_for_word(breaker),
    )  # fmt: skip


def _waits_for_word(breaker: Breaker) -> bool:
    return breaker.reported and breaker.open_until is not None


def _closed(breaker: Breaker) -> Breaker:
    return replace(breaker, open_until=None, probe_until=None, why="")


def _answered(breaker: Breaker, now: datetime) -> Breaker:
    """Close it; one that receipts opened gives the probe's receipts time first."""
    silent = breaker.opened_at is None or now - breaker.opened_at >= SILENCE
    return (
        _closed(breaker) if silent or not _waits_for_word(breaker) else replace(breaker, open_until=now + LONGEST_PAUSE)
    )


def _opens(several: Sequence[Breaker | None], now: datetime) -> datetime:
    return max(((one.open_until or now) for one in several if one is not None), default=now)


def _faded(before: Breaker, told: Tally, now: datetime) -> Breaker:
    left = 0.5 ** (max(now - before.at, timedelta()) / HALF_LIFE)
    return replace(
        before, at=max(now, before.at), ok=before.ok * left + told.ok, bad=before.bad * left + told.bad,
        rounds=before.rounds * left + told.rounds, seconds=before.seconds * left + told.seconds,
    )  # fmt: skip


def _wrong(told: Tally, lately: Breaker, *, another: bool) -> str:
    # One refusal among many acceptances is about that message, whatever it calls itself.
    if told.misconfigured and told.misconfigured >= told.ok:
        return "misconfigured"
    if lately.bad >= ENOUGH and lately.bad >= TOO_MANY * (lately.ok + lately.bad):
        return "errors"
    slow = another and lately.rounds >= ROUNDS and lately.seconds > SLOW * lately.rounds
    return "slow" if slow else ""


def _wrong_trial(told: Tally, *, another: bool) -> str:
    if told.misconfigured:
        return "misconfigured"
    if told.bad and told.bad >= TOO_MANY * (told.ok + told.bad):
        return "errors"
    return "slow" if another and told.seconds > SLOW * max(told.rounds, 1) else ""
