"""Outcomes: what to record for each, what a batch says of its provider, and what a refusal says of an address."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, assert_never
from uuid import UUID

from app.db.deliveries import Result
from app.db.transaction import Row
from app.rules.breaker import ENOUGH, FIRST_PAUSE, TOO_MANY, Tally
from app.rules.times import back_off
from channels.contract import Accepted, Capabilities, Outcome, Refused, TryLater, Unclear
from channels.reasons import Fault, Then, meaning

ALIVE = frozenset({"rate_limited"})
"""The provider asks us to be slower: nothing is wrong with it."""


def result(attempt: UUID, row: Row[Any], outcome: Outcome, price: float, now: datetime) -> Result:
    """Return what to record for an outcome."""
    period: date = row.period
    match outcome:
        case Accepted():
            cost = price * max(1, outcome.segments)
            return Result(attempt, row.id, period, "accepted", "sent", outcome.provider_id, outcome.segments, cost)
        case TryLater() | Refused() if is_paused(outcome):
            return Result(
                attempt, row.id, period, "rejected", "planned", reason=outcome.reason,
                provider_code=outcome.provider_code, due_at=now + FIRST_PAUSE,
            )  # fmt: skip
        case TryLater():
            return Result(
                attempt, row.id, period, "rejected", "planned", reason=outcome.reason,
                provider_code=outcome.provider_code, due_at=now + _pause(row.tries, outcome),
            )  # fmt: skip
        case Refused():
            return Result(
                attempt, row.id, period, "rejected", "failed", reason=outcome.reason,
                provider_code=outcome.provider_code,
            )  # fmt: skip
        case Unclear():
            return Result(attempt, row.id, period, "unclear", "sending", provider_code=outcome.detail[:200])
        case _ as never:
            assert_never(never)


def unapproved(rows: Iterable[Row[Any]], may_send: Callable[[UUID], bool]) -> list[tuple[UUID, date, str, str]]:
    """Return how those messages end whose words may not be sent."""
    return [
        (row.id, row.period, "canceled", "words_not_approved")
        for row in rows if not may_send(row.template_version_id)
    ]  # fmt: skip


def is_paused(outcome: Outcome) -> bool:
    """Say whether nothing will work until an operator has mended a setting; that uses up no try of a message."""
    return isinstance(outcome, TryLater | Refused) and meaning(outcome.reason).then is Then.PAUSE


def paused(rows: Sequence[Row[Any]], said: Sequence[Outcome]) -> list[UUID]:
    """Return what waits for an operator and uses up no try; beside more that went well the message is at fault."""
    waiting = [row.id for row, one in zip(rows, said, strict=True) if is_paused(one)]
    return waiting if 2 * len(waiting) >= len(said) else []


def may_go_elsewhere(outcome: Outcome) -> bool:
    """Say whether the provider surely took nothing, by a fault that another one need not have."""
    if is_paused(outcome):
        return True
    return isinstance(outcome, TryLater) and (_is_the_providers(outcome) or outcome.reason in ALIVE)


def is_failing(outcomes: Sequence[Outcome]) -> bool:
    """Say whether these are enough to take a provider for down: as many as open its breaker."""
    bad = sum(isinstance(one, Unclear) or (isinstance(one, TryLater) and _is_the_providers(one)) for one in outcomes)
    return bad >= ENOUGH and bad >= TOO_MANY * len(outcomes)


def tally(outcomes: Sequence[Outcome], can: Capabilities, seconds: float, *, trial: bool) -> Tally:
    """Count what a batch says of its provider; the refusal of an address is an answer like any other."""
    requests = -(-len(outcomes) // can.batch)
    bad = sum(isinstance(one, Unclear) or (isinstance(one, TryLater) and _is_the_providers(one)) for one in outcomes)
    paused = sum(is_paused(one) for one in outcomes)
    silent = sum(isinstance(one, TryLater) and _is_ours(one) for one in outcomes)
    return Tally(
        ok=len(outcomes) - bad - paused - silent, bad=bad, misconfigured=paused,
        rounds=-(-requests // can.at_once), seconds=seconds, trial=trial,
    )  # fmt: skip


def failed_points(refused: Iterable[tuple[Row[Any], Refused]]) -> list[UUID]:
    """Return the contact points that do not work; what might be tried again is not, once it was refused."""
    return [
        row.contact_point_id for row, one in refused if row.contact_point_id is not None and says_bad(one.reason)
    ]  # fmt: skip


def stopped_points(refused: Iterable[tuple[Row[Any], Refused]]) -> list[UUID]:
    """Return the contact points whose owners told the carrier or provider to stop."""
    return [row.contact_point_id for row, one in refused if row.contact_point_id is not None and is_stop(one.reason)]


def says_bad(reason: str) -> bool:
    """Say whether a reason, as the last word, means that the address does not work."""
    what = meaning(reason)
    return what.then is Then.NEW_ADDRESS or (what.then is Then.AGAIN and what.fault is Fault.ADDRESS)


def is_stop(reason: str) -> bool:
    """Say whether a reason is a stop."""
    return meaning(reason).then is Then.SUPPRESS


def _is_the_providers(outcome: TryLater) -> bool:
    if outcome.reason in ALIVE:
        return False
    return meaning(outcome.reason).fault is Fault.PROVIDER


def _is_ours(outcome: TryLater) -> bool:
    return meaning(outcome.reason).fault is Fault.OURS and not is_paused(outcome)


def _pause(tries: int, outcome: TryLater) -> timedelta:
    return timedelta() if outcome.reason == "deadline" else back_off(tries, outcome.after)
