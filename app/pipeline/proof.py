"""Proof: links the ledger's lines, says where the chain stands, hands it out whole, and checks it.

A line is written by whoever hears a yes or a no, and linked behind it: nobody waits for another's hash. The chain
orders the linking, not the saying: what was committed late is linked later.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from app.db import chain
from app.db.transaction import Database, Row, Transaction
from app.rules.chain import BEFORE_THE_FIRST, Head, Signer, hash_of, line
from app.rules.ledger import rebuild

AT_ONCE: Final = 1_000
"""How many lines one transaction links or reads; whoever shares the process waits for no more of it."""


@dataclass(frozen=True, slots=True)
class Verified:
    """How far a chain was checked, and the first line at which it does not hold, if there is one."""

    lines: int
    broken: int | None = None
    why: str = ""


class Proof:
    """Keeps the chain over an agency's consent ledger."""

    def __init__(self, database: Database, *, at_once: int = AT_ONCE) -> None:
        self._database, self._at_once = database, at_once
        self._signer = Signer(database.index.heads)

    async def link_waiting(self) -> int:
        """Link what waits, agency by agency; return how many lines that were."""
        async with self._database.transaction(None) as tx:
            agencies = await chain.agencies_waiting(tx.session)
        return sum([await self.link(agency) for agency in agencies])

    async def link(self, agency: UUID) -> int:
        """Link all lines of an agency that wait; return how many."""
        linked = 0
        while True:
            async with self._database.transaction(agency) as tx:
                some = await self._link_some(tx, agency)
            linked += some
            if some < self._at_once:
                return linked

    async def _link_some(self, tx: Transaction, agency: UUID) -> int:
        await chain.one_at_a_time(tx.session, agency)
        rows = await chain.waiting(tx.session, agency, self._at_once)
        if rows:
            number, hash_ = await chain.head(tx.session, agency)
            links = []
            for row in rows:
                number += 1
                hash_ = hash_of(hash_, line(number, row))
                links.append((number, row.id, hash_))
            await chain.link(tx.session, agency, links, [row.seq for row in rows])
        return len(rows)

    async def head(self, agency: UUID) -> dict[str, Any]:
        """Return where the chain stands, signed; what waits is linked before."""
        await self.link(agency)
        async with self._database.transaction(agency) as tx:
            number, hash_ = await chain.head(tx.session, agency)
            return self._signer.signed(Head(agency, number, hash_, tx.now))

    async def export(
        self, agency: UUID, first: date | None = None, last: date | None = None
    ) -> AsyncIterator[dict[str, Any]]:
        """Give the ledger for an auditor: the hash before, each line with its hash, and the signed head of these.

        With days (UTC, both included): an unbroken run that has every line recorded on them.
        """
        await self.link(agency)
        async with self._database.transaction(agency) as tx:
            now = tx.now
            before, until = await _run(tx, agency, first, last)
            number, hash_ = await chain.at(tx.session, agency, before)
        yield {"before": {"number": number, "hash": hash_.hex()}}
        async for rows in self._linked(agency, before, until):
            for row in rows:
                number, hash_ = int(row.number), bytes(row.hash)
                yield {"line": line(number, row) if row.id else None, "hash": hash_.hex()}
        yield self._signer.signed(Head(agency, number, hash_, now))

    async def verify(self, agency: UUID) -> Verified:
        """Compute the whole chain anew from the ledger's lines and compare it with the links."""
        await self.link(agency)
        async with self._database.transaction(agency) as tx:
            until, _ = await chain.head(tx.session, agency)
        number, hash_ = 0, BEFORE_THE_FIRST
        async for rows in self._linked(agency, 0, until):
            for row in rows:
                number += 1
                if why := _fault(number, hash_, row):
                    return Verified(number - 1, number, why)
                hash_ = bytes(row.hash)
        return Verified(number) if number == until else Verified(number, number + 1, "the line is missing")

    async def differing(self, agency: UUID) -> int:
        """Return in how many places what the service goes by differs from what the ledger's lines say; none should."""
        async with self._database.transaction(agency) as tx:
            rebuilt = rebuild(await chain.said(tx.session, agency))
            return rebuilt.differences(await chain.holding(tx.session, agency))

    async def _linked(self, agency: UUID, before: int, until: int) -> AsyncIterator[Sequence[Row[Any]]]:
        while before < until:
            async with self._database.transaction(agency) as tx:
                rows = await chain.lines(tx.session, agency, after=before, last=until, limit=self._at_once)
            if not rows:
                return
            yield rows
            before = int(rows[-1].number)


async def _run(tx: Transaction, agency: UUID, first: date | None, last: date | None) -> tuple[int, int]:
    """Return the numbers before and at the end of the run of lines that is asked for."""
    if first is None and last is None:
        until, _ = await chain.head(tx.session, agency)
        return 0, until
    found = await chain.span(tx.session, agency, first, last)
    return (found[0] - 1, found[1]) if found else (0, 0)


def _fault(number: int, before: bytes, row: Row[Any]) -> str:
    """Say what is wrong with a linked line, if anything is."""
    if row.number != number or row.id is None:
        return "the line is missing"
    return "" if hash_of(before, line(number, row)) == bytes(row.hash) else "the line is not what was linked"
