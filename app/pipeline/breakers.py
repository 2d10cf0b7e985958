"""Breakers at work: which provider's turn it is, and what a batch says of the one that had it.

A provider's own faults count for everybody who uses its account. A setting that is wrong (a sender, an
own account) stops the one agency whose it is, so that nobody's mistake takes a provider from all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from app.db import breakers
from app.db.transaction import Session
from app.logs import log
from app.rules.breaker import PROBE, Breaker, Passing, Tally, arrived, choice, counted, passing, reported
from app.rules.facts import Channel
from channels.contract import MessageChannel

EVERYBODY = ""
"""The account of the installation."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way out for an agency: a provider, what it is sent by, and whose account that is."""

    provider: MessageChannel
    sender: str
    own_account: str = ""
    """The mark of the agency's own account; empty: the installation's."""

    def accounts(self, agency: UUID) -> list[str]:
        """Return whose breakers stand before it: the account's first, then the agency's."""
        return [agency.hex] if self.own_account else [EVERYBODY, agency.hex]


@dataclass(frozen=True, slots=True)
class Turn:
    """A provider's turn: `trial` where its breaker is not closed, `another` where a second one would do."""

    way: Way
    trial: bool = False
    probe: bool = False
    another: bool = False

    @property
    def limit(self) -> int | None:
        """How many messages it gets at most."""
        return PROBE if self.probe else None


async def next_turn(
    session: Session, agency: UUID, channel: Channel, ways: Sequence[Way], *, wait: bool
) -> Turn | None:
    """Choose whose turn it is, the preferred one first; None where nobody may and one can wait."""
    held = await breakers.read(session, channel, [EVERYBODY, agency.hex])
    now, left = session.machine_now, list(ways)
    while left:
        each = [_of(way, agency, held) for way in left]
        chosen = choice(each, now, wait=wait)
        if chosen is None:
            return None
        at, let = chosen
        way = left.pop(at)
        another = any(min(passing(one, now) for one in of) is Passing.ALL for of in each[:at] + each[at + 1 :])
        if let is not Passing.A_PROBE or await _leased(session, agency, channel, way, each[at]):
            return Turn(way, trial=let is not Passing.ALL, probe=let is Passing.A_PROBE, another=another)
    return None


async def give_back(session: Session, agency: UUID, channel: Channel, turn: Turn | None) -> None:
    """Give a turn back that found nothing to send."""
    if turn is not None and turn.probe:
        await breakers.end_probe(session, channel, turn.way.provider.name, turn.way.accounts(agency))


async def count(session: Session, agency: UUID, channel: Channel, turn: Turn, told: Tally) -> None:
    """Count how a batch went; the last thing in its transaction, for others wait for the row."""
    way, now = turn.way, session.machine_now
    accounts = way.accounts(agency)
    held = await breakers.hold(session, channel, way.provider.name, accounts)
    for account in accounts:
        before, said = held.get(account), told
        if way.own_account == "" and account == EVERYBODY:
            said = replace(told, misconfigured=0)
        elif account != accounts[0] and not told.misconfigured and (before is None or before.open_until is None):
            continue
        after = counted(before, said, now, another=turn.another)
        await _keep(session, (account, channel, way.provider.name), before, after)


Left = Mapping[tuple[UUID, str, str], datetime]
"""When the last of some messages left, by agency, channel and provider."""


async def stop(session: Session, left: Left) -> None:
    """Open agencies' breakers, because receipts of what left then say that a setting is wrong."""
    for (agency, channel, provider), at in sorted(left.items(), key=str):
        await _hear(
            session, (agency.hex, channel, provider), partial(reported, left=at, now=session.machine_now)
        )  # fmt: skip


async def resume(session: Session, left: Left) -> None:
    """Close those breakers that receipts opened, because what left then arrived."""
    waiting = await breakers.waiting_for_word(session) if left else set()
    for (agency, channel, provider), at in sorted(left.items(), key=str):
        if (agency.hex, channel, provider) in waiting:
            await _hear(session, (agency.hex, channel, provider), partial(arrived, left=at))


async def _hear(session: Session, which: tuple[str, str, str], told: Callable[[Breaker], Breaker]) -> None:
    account, channel, provider = which
    before = (await breakers.hold(session, channel, provider, [account])).get(account)
    after = told(before or Breaker(session.machine_now))
    if after != before:
        await _keep(session, which, before, after)


async def _keep(session: Session, which: tuple[str, str, str], before: Breaker | None, after: Breaker) -> None:
    """Keep a breaker; an operator hears of one that opens."""
    account, channel, provider = which
    await breakers.save(session, channel, provider, account, after)
    if after.open_until is not None and (before is None or before.open_until is None):
        log().error("provider paused", provider=provider, agency=account, where=channel, outcome=after.why)


def _of(way: Way, agency: UUID, held: Mapping[tuple[str, str], Breaker]) -> list[Breaker | None]:
    return [held.get((way.provider.name, account)) for account in way.accounts(agency)]


async def _leased(
    session: Session, agency: UUID, channel: Channel, way: Way, several: Iterable[Breaker | None]
) -> bool:
    """Take the probe of each breaker that is half open, or none."""
    wanted = [
        account
        for account, one in zip(way.accounts(agency), several, strict=True)
        if passing(one, session.machine_now) is Passing.A_PROBE
    ]
    taken = await breakers.lease_probe(session, channel, way.provider.name, wanted)
    if taken == len(wanted):
        return True
    if taken:
        await breakers.end_probe(session, channel, way.provider.name, wanted)
    return False
