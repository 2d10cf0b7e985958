"""Restoring: a database that was put back to an older state sends nothing before it is known what went out since.

Each pass of a sender counts, in the database and in a copy beside it. Where the count says that this is an older
state, its channels are held. A provider that lists what it accepted lets its channel go again: what it has and we do
not know is bound to the messages that are to that address, in place of sending them. For the others a person decides.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from uuid_utils.compat import uuid7

from app.db import agencies, credentials, epochs, gone_out
from app.db.gone_out import UNSEEN, Out
from app.db.transaction import Database, Row, Session
from app.logs import log
from app.pipeline.providers import Providers
from app.rules.epochs import OLDER, SENTENCES, Count, Server, why_held
from app.rules.facts import Channel
from app.rules.record import KIND_OF, index_form
from channels.contract import CannotSay, MessageChannel
from channels.listing import Listed, ListedPage

COUNT_EVERY = 1.0
"""Seconds of the boot clock within which a process that is sending counts once."""
MARGIN = timedelta(minutes=10)
"""How much before the last note a list is read: what was under way then."""
PLACED_WITHIN: Final = timedelta(minutes=1)
"""After its intent; the deadline of the write and the patience for the answer are shorter."""
SKEW: Final = timedelta(seconds=5)
"""How far a provider's clock may be behind ours."""
WORD: Final = re.compile("[A-Za-z0-9]+")


class Beside(Protocol):
    """Where the copy of the count lies, outside of the database."""

    def read(self) -> Count | None:
        """Return the copy; None where there is none."""
        ...

    def write(self, count: Count) -> None:
        """Keep the copy, unless it is further already."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether anything is held, for people: the channels, why, since when, and what was found so far."""

    held: tuple[str, ...] = ()
    why: str = ""
    since: datetime | None = None
    found: tuple[dict[str, Any], ...] = ()


class Restoring:
    """Knows whether this database may be sent from."""

    def __init__(
        self, database: Database, providers: Providers, beside: Beside, boot_clock: Callable[[], float]
    ) -> None:
        self._database, self._providers, self._beside, self._boot_clock = database, providers, beside, boot_clock
        self._counted, self._held = -COUNT_EVERY, frozenset[str]()

    async def may_send(self, channel: Channel) -> bool:
        """Count, and say whether a channel may be sent on."""
        await self.count()
        return channel not in self._held

    async def sent(self, *, last: bool = False) -> None:
        """Count what was sent: once in a while, and always after the last of it.

        So the copy is ahead of any state of the database that does not know of it.
        """
        if last or self._boot_clock() - self._counted >= COUNT_EVERY:
            await self.count()

    async def count(self) -> None:
        """Count one pass; hold every channel if the database turns out to be an older state of itself."""
        copy = await asyncio.to_thread(self._beside.read)
        async with self._database.transaction(None) as tx:
            session = tx.session
            here = await epochs.server(session)
            row = await epochs.read(session, new_id=uuid7(), here=here)
            why = await _judged(session, row, copy, here)
            if why is not None:
                await epochs.hold(session, list(Channel), why)
            ours = copy.number if copy is not None and copy.id == row.id else 0
            count = Count(row.id, max(row.number, ours) + 1)
            await epochs.advance(session, count, here)
            now = await epochs.look(session)
        await asyncio.to_thread(self._beside.write, count)
        self._counted, self._held = self._boot_clock(), frozenset(now.held if now else ())
        if why is not None:
            log().error("nothing is sent: the database is an older state", outcome=why)

    async def run(self) -> int:
        """Read the lists of what is held, and let go what they tell all of; return how many entries were new."""
        async with self._database.transaction(None) as tx:
            epoch = await epochs.look(tx.session)
        return sum([await self._reconcile(Channel(name), epoch) for name in epoch.held]) if epoch is not None else 0

    async def standing(self) -> Standing:
        """Return what is held, and what was found so far."""
        async with self._database.transaction(None) as tx:
            epoch = await epochs.look(tx.session)
            if epoch is None or not epoch.held:
                return Standing()
            found = tuple(dict(row._mapping) for row in await gone_out.unbound(tx.session))  # noqa: SLF001
            return Standing(tuple(epoch.held), SENTENCES[epoch.held_because], epoch.held_from, found)

    async def confirm(self, *, nothing_lost: bool) -> Standing:
        """Let everything go by a person's word; what was due while nobody saw is unknown, unless nothing was lost."""
        before = await self.standing()
        async with self._database.transaction(None) as tx:
            for channel in before.held:
                if not nothing_lost:
                    every = await agencies.every(tx.session)
                    spans = [Out(agency.id, None, None, UNSEEN, tx.now) for agency in every]
                    await gone_out.keep(tx.session, channel, "", spans)
                await epochs.release(tx.session, channel)
        self._held = frozenset()
        log().warning("held channels were let go", count=len(before.held))
        return before

    async def _reconcile(self, channel: Channel, epoch: Row[Any]) -> int:
        """Read all lists of a channel; it is let go only if each was read to its end."""
        since = epoch.held_from_on_machine - MARGIN
        found = [await self._read(channel, provider, since) for provider in await self._serving(channel)]
        new = sum(filter(None, found))
        if None not in found:
            async with self._database.transaction(None) as tx:
                await epochs.release(tx.session, channel)
            log().warning("a held channel was let go", lane=str(channel), count=new)
        return new

    async def _read(self, channel: Channel, provider: MessageChannel, since: datetime) -> int | None:
        """Keep what a provider has; return how many entries were new, or None if it gives no whole list."""
        found, following = 0, ""
        while (page := await _page(provider, since, following)) is not None:
            found += await self._keep(channel, provider.name, page.entries)
            following = page.following
            if not following:
                return found
        return None

    async def _serving(self, channel: Channel) -> list[MessageChannel]:
        """Return every adapter that may have sent on a channel, over accounts of agencies too."""
        async with self._database.transaction(None) as tx:
            every = await agencies.every(tx.session)
            own = await credentials.of_many(tx.session, {one.id for one in every if one.own_credentials})
        several = [self._providers.with_own(agency, credentials.settings_of(held)) for agency, held in own.items()]
        found = [one for providers in (self._providers, *several) for one in providers.of(channel)]
        return list({id(one): one for one in found}.values())

    async def _keep(self, channel: Channel, provider: str, entries: Sequence[Listed]) -> int:
        """Keep what is in a list and not known to us; what is in doubt is looked up by itself."""
        async with self._database.transaction(None) as tx:
            session = tx.session
            known = await gone_out.known(session, provider, [one.provider_id for one in entries])
            codes = await gone_out.open_codes(session, provider)
            strange = [one for one in entries if one.provider_id not in known]
            news = [one for one in strange if codes.isdisjoint(WORD.findall(one.words))]
            calls = await gone_out.open_calls(session, provider) if channel is Channel.VOICE else ()
            outs = [(one, await _out(session, channel, one)) for one in news]
            found = [out for one, out in outs if out is not None and not _is_in_doubt(one, out, calls)]
            return await gone_out.keep(session, channel, provider, found)


async def _page(provider: MessageChannel, since: datetime, following: str) -> ListedPage | None:
    """Return a part of a provider's list; None where it gives none."""
    try:
        page = await provider.listed(since, following)
    except Exception as error:  # noqa: BLE001  (whoever wrote the adapter)
        log().error("adapter failed", provider=provider.name, error=type(error).__name__)
        return None
    if isinstance(page, CannotSay):
        log().warning("no list", provider=provider.name)
        return None
    return page


async def _out(session: Session, channel: Channel, one: Listed) -> Out | None:
    """Return an entry as it is kept; None where its sender belongs to no agency of ours."""
    agency = await agencies.owner_of(session, channel, one.sender)
    if agency is None:
        return None
    kind = KIND_OF[channel]
    index = session.index.of(f"contact_point.{kind}", agency, index_form(kind, one.to))
    return Out(agency, one.provider_id, index, str(one.status), one.at + (session.now - session.machine_now))


def _is_in_doubt(one: Listed, out: Out, calls: Sequence[tuple[bytes, datetime]]) -> bool:
    """Say whether an entry is of a call in doubt: to its number, at the time at which it was placed."""
    return any(out.address_index == number and at - SKEW <= one.at <= at + PLACED_WITHIN for number, at in calls)


async def _judged(session: Session, row: Row[Any], copy: Count | None, here: Server) -> str | None:
    """Return why the database may not be sent from; one that sent before it began to count is an older state, too."""
    if row.number == 0 and copy is not None and copy.id != row.id and await epochs.has_sent(session):
        return OLDER
    return why_held(Count(row.id, row.number), Server(row.system, row.timeline), copy, here)
