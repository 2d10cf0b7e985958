"""Webhooks: what the county wants to hear is written with what happened, and sent behind it.

`tell` keeps a call in the transaction of the event itself, so that none is lost and none is told that was not so. The
calls are made with no transaction open, some at a time for each receiver, and come again until they are taken: each may
arrive more than once, under one id.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.db import webhooks
from app.db.transaction import Database, Row, Transaction
from app.db.webhooks import Call
from app.logs import log
from app.queue import Job
from app.rules.chain import written
from app.rules.record import Member
from app.rules.statuses import Status
from app.rules.webhooks import (
    MOST,
    NOTHING,
    SECRET_BYTES,
    BadWebhook,
    ended,
    next_try,
    problem_of,
    secret_of,
    signed,
    was_taken,
)

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[int]]
"""Posts a body to an address with headers; returns the status, `NOTHING` where no answer came."""
EACH: Final = 20
"""How many calls of one webhook a round takes."""
AT_ONCE: Final = 5
"""How many of them are under way at a time."""
ROUNDS: Final = 50
IF_WE_DIE: Final = timedelta(minutes=2)
"""Longer than a round takes: each call is over after 15 seconds, and one that is not answered ends its round."""
KEEP_CALLS: Final = timedelta(days=30)


async def tell(tx: Transaction, agency: UUID, event: str, data: Mapping[str, Any]) -> None:
    """Tell an agency's receivers of an event; nothing happens where nobody wants to hear of it."""
    hooks = await webhooks.wanted(tx.session, [agency], event)
    await _keep(tx, event, hooks, {agency: [data]})


async def tell_of_no(tx: Transaction, agency: UUID, people: Sequence[Member], address: bytes) -> None:
    """Tell that somebody wants no more messages at an address, by what was just written of these members."""
    lines = [(one, line) for one in people for line in one.lines if not line.granted]
    if not lines or not (hooks := await webhooks.wanted(tx.session, [agency], "consent.revoked")):
        return
    said = lines[0][1]
    data = {
        "member_refs": list(dict.fromkeys(one.ref for one, _ in lines if one.ref)),
        "channels": list(dict.fromkeys(str(line.channel) for _, line in lines)),
        "address": await webhooks.address(tx.session, agency, address),
        "purpose": said.purpose, "basis": said.basis, "source": said.source, "at": written(said.at),
    }  # fmt: skip
    await _keep(tx, "consent.revoked", hooks, {agency: [data]})


async def tell_of_points(tx: Transaction, event: str, points: Sequence[tuple[UUID, UUID]]) -> None:
    """Tell of an event of each of these contact points, given as (agency, point)."""
    if not points or not (hooks := await webhooks.wanted(tx.session, {agency for agency, _ in points}, event)):
        return
    wanted, said = {agency for agency, _ in hooks}, defaultdict[UUID, list[Mapping[str, Any]]](list)
    for row in await webhooks.points(tx.session, [one for one in points if one[0] in wanted]):
        agency = row.pop("agency")
        said[agency].append({**row, "at": written(tx.now)})
    await _keep(tx, event, hooks, said)


async def tell_delivered(tx: Transaction, moved: Sequence[Row[Any]]) -> None:
    """Tell of those of these messages that were delivered; `wants_word` says whose agency wants to hear of it."""
    ids = [(row.agency_id, row.id) for row in moved if row.status == Status.DELIVERED and row.wants_word]
    if not ids:
        return
    hooks = await webhooks.wanted(tx.session, {agency for agency, _ in ids}, "message.delivered")
    said = defaultdict[UUID, list[Mapping[str, Any]]](list)
    for row in await webhooks.messages(tx.session, ids):
        agency, id_, at = row.pop("agency"), row.pop("id"), row.pop("ended_at")
        said[agency].append({"message_id": str(id_), **row, "at": written(at)})
    await _keep(tx, "message.delivered", hooks, said)


async def _keep(
    tx: Transaction, event: str, hooks: Sequence[tuple[UUID, UUID]], said: Mapping[UUID, Sequence[Mapping[str, Any]]]
) -> None:  # fmt: skip
    head = {"type": event, "timestamp": written(tx.now)}
    calls = [(agency, hook, event, {**head, "data": data}) for agency, hook in hooks for data in said.get(agency, ())]
    if calls:
        await webhooks.add_calls(tx.session, calls)
        await tx.enqueue(Job.WEBHOOKS)


class Webhooks:
    """Keeps whom a county wants told, and tells them."""

    def __init__(self, database: Database, *, post: Post, live: bool, machine_now: Callable[[], datetime]) -> None:
        self._database, self._post, self._live, self._machine_now = database, post, live, machine_now
        self._busy: set[UUID] = set()
        """The receivers that this process is calling: a slow one keeps one round, not all that follow."""

    async def add(self, agency: UUID, url: str, events: Sequence[str]) -> dict[str, Any] | BadWebhook:
        """Add a receiver; the answer is the only one that has its secret."""
        if problem := problem_of(url, live=self._live):
            return BadWebhook("url", problem)
        secret = secret_of(secrets.token_bytes(SECRET_BYTES))
        async with self._database.transaction(agency) as tx:
            await webhooks.one_at_a_time(tx.session, agency)
            if len(await webhooks.every(tx.session, agency)) >= MOST:
                return BadWebhook("url", f"there are {MOST} webhooks; delete one that is not needed")
            id_ = await webhooks.add(tx.session, agency, url=url, secret=secret, events=list(dict.fromkeys(events)))
            every = await webhooks.every(tx.session, agency)
        return next(one for one in every if one["id"] == id_) | {"secret": secret}

    async def every(self, agency: UUID) -> list[dict[str, Any]]:
        """Return an agency's receivers, how they are, and how many calls wait for each."""
        async with self._database.transaction(agency) as tx:
            return await webhooks.every(tx.session, agency)

    async def remove(self, agency: UUID, id_: UUID) -> bool:
        """Forget a receiver and what waits for it; say whether there was one."""
        async with self._database.transaction(agency) as tx:
            return await webhooks.remove(tx.session, agency, id_)

    async def run(self) -> int:
        """Make the calls that are due; return how many were made."""
        made = 0
        for _ in range(ROUNDS):
            some = await self._round()
            made += some
            if not some:
                break
        return made

    async def _round(self) -> int:
        async with self._database.transaction(None) as tx:
            back_at = tx.session.machine_now + IF_WE_DIE
            calls = await webhooks.take(tx.session, each=EACH, back_at=back_at, busy=self._busy)
        groups: dict[UUID, list[Call]] = defaultdict(list)
        for call in calls:
            groups[call.webhook].append(call)
        self._busy |= set(groups)
        try:
            return sum(await asyncio.gather(*(self._serve(group) for group in groups.values())))
        finally:
            self._busy -= set(groups)

    async def _serve(self, calls: Sequence[Call]) -> int:
        """Make the calls of one receiver; after one that is not answered the others wait for another round."""
        statuses: dict[UUID, int] = {}
        queue = iter(calls)

        async def lane() -> None:
            for call in queue:
                if NOTHING in statuses.values():
                    return
                statuses[call.id] = await self._make(call)

        await asyncio.gather(*(lane() for _ in range(AT_ONCE)))
        await self._record(calls, statuses)
        return len(statuses)

    async def _make(self, call: Call) -> int:
        at = int(self._machine_now().timestamp())
        headers = {"content-type": "application/json", **signed(call.secret, f"msg_{call.id.hex}", at, call.body)}
        try:
            return await self._post(call.url, headers, call.body)
        except Exception as error:  # noqa: BLE001  (whatever a receiver does to us, its call has had its try)
            log().warning("webhook failed", webhook_id=str(call.webhook), error=type(error).__name__)
            return NOTHING

    async def _record(self, calls: Sequence[Call], statuses: Mapping[UUID, int]) -> None:
        agency, receiver, since = calls[0].agency, calls[0].webhook, calls[0].failing_since
        failed = [status for status in statuses.values() if not was_taken(status)]
        well = len(failed) < len(statuses)
        async with self._database.transaction(agency) as tx:
            now = tx.session.machine_now
            rows = [_ended(call, statuses.get(call.id), now) for call in calls]
            await webhooks.end_calls(tx.session, agency, rows)
            because = next((why for status in failed if (why := ended(status, None if well else since, now))), None)
            if failed or since is not None:
                await webhooks.keep_receiver(tx.session, agency, receiver, well=well, because=because)
        if failed:
            log().warning("webhook failed", webhook_id=str(receiver), status=failed[-1], count=len(failed))


def _ended(call: Call, status: int | None, now: datetime) -> tuple[UUID, int, datetime | None, int | None]:
    """Return what becomes of a call: taken, due again, given up, or not made at all."""
    if status is None:
        return call.id, call.tries, now, None
    tries = call.tries + 1
    return call.id, tries, None if was_taken(status) else next_try(tries, now), status
