"""Withdrawing: what a provider holds for later is asked for back once it no longer fits.

A stop and the marks that it makes commit together; the provider is asked after that, by a job and by every
upkeep, until it says what became of it. What could not be had back is reported as `in_flight_at_stop`.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.crashpoints import crashpoint
from app.db import withdrawing
from app.db.transaction import Database, Row, Transaction
from app.db.withdrawing import Mark
from app.logs import log
from app.pipeline.asking import take_back
from app.pipeline.attempts import made_with
from app.pipeline.providers import Providers
from app.pipeline.rounds import in_rounds
from app.queue import Job
from app.rules.facts import Channel
from app.rules.switches import REASONS
from channels.contract import Canceled, CannotSay, Handle, MessageChannel, TooLate, Withdrawal

AT_ONCE = 50
"""How many are asked for back at a time."""
ROUNDS = 20
"""How many batches one pass works off; the next tick goes on."""
IF_WE_DIE = timedelta(minutes=1)
ERASE_AFTER = timedelta(days=1)
LEAST_PAUSE, MOST_PAUSE = timedelta(seconds=15), timedelta(minutes=10)
PART = 8
"""What a provider cannot say is asked again after this part of the time that is left."""

KEPT = frozenset(REASONS.values()) | {None}
"""The marks that nothing said of a person takes back."""

Group = tuple[UUID, str, str, str]
"""Agency, provider, account, and the fence or the provider's id: what one request withdraws."""


class Withdrawing:
    """Asks providers for what should not arrive."""

    def __init__(self, database: Database, providers: Providers) -> None:
        self._database, self._providers = database, providers
        self._erasable = [f"{channel}/{one.name}" for channel, one in providers if one.capabilities.can_redact]

    async def run(self) -> int:
        """Withdraw what is marked; return how many attempts were asked about."""
        return await in_rounds(self._some, at_once=AT_ONCE, rounds=ROUNDS)

    async def _some(self) -> tuple[int, int]:
        async with self._database.transaction(None) as tx:
            rows = await withdrawing.take(tx.session, back_in=IF_WE_DIE, limit=AT_ONCE)
            providers = await made_with(tx.session, self._providers, rows)
            now = tx.now
        if rows:
            crashpoint("withdrawing.taken")
            said = await _ask(rows, providers, now)
            crashpoint("withdrawing.asked")
            await self._database.repeated(None, lambda tx: self._settle(tx, rows, said))
            log().info("withdrawn", count=len(rows), gone=sum(isinstance(one, Canceled) for one in said))
        return len(rows), len(rows)

    async def _settle(self, tx: Transaction, rows: Sequence[Row[Any]], said: Sequence[Withdrawal]) -> None:
        """Keep what became of each; what a provider could not say is asked again, as long as there is time."""
        session, answers = tx.session, list(zip(rows, said, strict=True))
        gone = [row for row, one in answers if isinstance(one, Canceled)]
        open_ = [(row.id, _next(row.send_at, tx.now)) for row, one in answers if isinstance(one, CannotSay)]
        left = [row.id for row, one in answers if isinstance(one, TooLate)]
        ended = await withdrawing.gone(
            session, [row.id for row in gone], sorted({row.fence for row in gone if row.fence}),
            erasable=self._erasable, erase_after=ERASE_AFTER,
        )  # fmt: skip
        await withdrawing.left(session, left)
        await withdrawing.again(session, open_)
        await plan_anew(tx, ended)


async def withdraw_what_no_longer_fits(
    tx: Transaction, agency: UUID, members: Sequence[UUID], allowed: Sequence[str]
) -> None:  # fmt: skip
    """Mark what is on its way to these members and should not be; the part that nobody can call back is reported."""
    flying = await withdrawing.of_members(tx.session, agency, members, allowed) if members else []
    new = [row for row in flying if row.refused and not row.marked]
    # A call asks by itself, at each answer, whether it may still speak.
    marks = [Mark(row.id, row.period, row.refused, row.held) for row in new if row.held or row.channel != Channel.VOICE]
    fit_again = [
        Mark(row.id, row.period, None, held=False)
        for row in flying
        if row.held and not row.refused and row.marked not in KEPT
    ]
    await withdrawing.mark(tx.session, marks + fit_again)
    late = {mark.id for mark in marks if not mark.held}
    await withdrawing.report_in_flight(tx.session, [row.message_id for row in new if row.id in late])
    if any(mark.held for mark in marks):
        await tx.enqueue(Job.WITHDRAW)


async def confirm(tx: Transaction, moved: Sequence[Row[Any]]) -> None:
    """Take a receipt that says "canceled" for the answer to our asking."""
    ids = [row.id for row in moved if row.reason == "canceled_at_provider"]
    await plan_anew(tx, await withdrawing.confirm(tx.session, ids))


async def plan_anew(tx: Transaction, ended: Sequence[Row[Any]]) -> None:
    """Have planned anew what was withdrawn for good, and whoever it was to tell: something else may fit now."""
    canceled = [row for row in ended if row.status == "canceled"]
    await withdrawing.plan_anew(tx.session, [row.id for row in canceled])
    for agency in sorted({row.agency_id for row in canceled}):
        await tx.enqueue(Job.PLAN, agency=str(agency))


async def _ask(
    rows: Sequence[Row[Any]], providers: Sequence[MessageChannel | None], now: datetime
) -> list[Withdrawal]:  # fmt: skip
    """Ask for each, one request for what stands behind one fence; for what is about to leave nobody is asked."""
    groups: dict[Group, list[int]] = defaultdict(list)
    said: list[Withdrawal] = [TooLate("its time has come")] * len(rows)
    for place, (row, provider) in enumerate(zip(rows, providers, strict=True)):
        if row.send_at - now > (provider.capabilities.cancel_ahead if provider else timedelta()):
            groups[row.agency_id, row.provider, row.account, row.fence or row.provider_id or str(row.id)].append(place)
    asked = [take_back(providers[of[0]], _handle(rows[of[0]])) for of in groups.values()]
    for of, answer in zip(groups.values(), await asyncio.gather(*asked), strict=True):
        for place in of:
            said[place] = answer
    return said


def _handle(row: Row[Any]) -> Handle:
    return Handle(row.provider_id or "", row.fence)


def _next(send_at: datetime, now: datetime) -> datetime:
    """Return when to ask again: sooner and sooner, and once more when it is too late."""
    pause = min(max((send_at - now) / PART, LEAST_PAUSE), MOST_PAUSE)
    return now + pause
